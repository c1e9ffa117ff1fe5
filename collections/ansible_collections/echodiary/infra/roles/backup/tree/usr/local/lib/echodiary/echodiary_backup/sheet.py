# SPDX-License-Identifier: GPL-3.0-or-later
"""What has to lie in a drawer: with the account and its secrets gone, nothing else opens a backup.

And whether what lies there still does: a sheet that nobody has tried since the key was changed is found out when it is too late.
"""

from __future__ import annotations

import re
from typing import TypedDict, cast

from . import listing
from .config import Config
from .errors import BackupError
from .restic import Restic

_AGAIN = "sudo echodiary-backup sheet --try < <file>"
_PRINT = "print a new one: sudo echodiary-backup sheet"
_ROLE = "of the instance's role: write down one of a user that may read the bucket"
#: as on the sheet -> as in the file of jobs
_LINES = {"repository": "repository", "password": "password", "access key": "access_key", "secret key": "secret_key"}
_LINE = re.compile(rf"^[ \t]*({'|'.join(_LINES)})[ \t]{{2,}}(\S[^\r\n]*?)[ \t]*\r?$", re.MULTILINE)


class Written(TypedDict):
    repository: str
    password: str
    access_key: str
    secret_key: str


def sheet(config: Config) -> str:
    """It holds the password and the key: for a terminal, and for paper."""
    access, secret = (config["access_key"], config["secret_key"]) if config["access_key"] else (_ROLE, _ROLE)
    jobs = ", ".join(sorted(config["jobs"])) or "none on this host"
    return f"""\
Backups of environment {config["environment"]}. Keep this where neither the account nor its secrets are needed.

  repository  {config["repository"]}
  password    {config["password"]}
  access key  {access}
  secret key  {secret}
  jobs        {jobs}

On any machine with restic 0.17 or newer:
  export RESTIC_REPOSITORY=… RESTIC_PASSWORD=… AWS_ACCESS_KEY_ID=… AWS_SECRET_ACCESS_KEY=…
  restic snapshots
  restic dump latest --tag <job> /<job>.dump > <job>.dump     # a database; then pg_restore
  restic restore latest --tag <job> --target <directory>      # files"""


def read(text: str) -> Written:
    """Pure. What it says, also where somebody has typed it from paper."""
    found = {_LINES[name]: value for name, value in _LINE.findall(text)}
    missing = [name for name, key in _LINES.items() if not found.get(key) or found[key] == _ROLE]
    if missing:
        raise BackupError(f"the sheet has no {' and no '.join(missing)}, so it opens nothing where the account is gone; {_PRINT}")
    return cast("Written", found)


def tried(config: Config, text: str) -> str:
    """With what is on it, and nothing else that this host knows."""
    written = read(text)
    restic = Restic(cast("Config", {**config, **written}), _AGAIN)
    try:
        present = listing.entries(restic.snapshots(), config["jobs"])
    except BackupError as error:
        raise BackupError(f"the sheet does not open its repository: {error}. Where key or password were changed, {_PRINT}") from error
    if written["repository"] != config["repository"]:
        raise BackupError(f"the sheet opens {restic.repository}, and this host saves into {Restic(config, _AGAIN).repository}; {_PRINT}")
    newest = f", the newest of {present[-1]['time']}" if present else ""
    return f"the sheet opens {restic.repository}: {len(present)} snapshots{newest}"
