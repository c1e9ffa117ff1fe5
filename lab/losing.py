# SPDX-License-Identifier: GPL-3.0-or-later
"""`lab lose`: a disaster. What is lost is gone with its data; `lab up` makes it again, empty.

The registry and the bucket are other people's machines: they stay.
"""

from __future__ import annotations

import json
import shutil
from typing import Any

import docker

from lab import containers, keys, labels
from lab.errors import LabError
from lab.progress import Progress
from lab.settings import Settings

DATABASE, EVERYTHING = "database", "everything"
#: of an account: with them go the secrets that it held
_ACCOUNT = ("redis", "aws")
#: of the bucket's account, which is another one
_KEPT_SECRETS = ("backup_",)


def lose(client: docker.DockerClient, lab: Settings, what: str, progress: Progress) -> None:
    """``what``: a host's name, ``database`` or ``everything``."""
    members = {one.labels.get(labels.MEMBER): one for one in containers.of_lab(client, lab)}
    chosen = _chosen(members, what)
    with progress.step(f"lose {what}") as step:
        for name in chosen:
            containers.remove(members[name])
            shutil.rmtree(lab.state / "host_keys" / name, ignore_errors=True)
        if "postgres" in chosen:
            client.volumes.get(lab.container("postgres")).remove(force=True)
        if what == EVERYTHING:
            _forget_secrets(lab)
        step.result = f"{', '.join(sorted(chosen))}: gone"


def _chosen(members: dict[str, Any], what: str) -> list[str]:
    hosts = [name for name, one in members.items() if one.labels.get(labels.KIND) == "host"]
    if what == EVERYTHING:
        return [*hosts, *(name for name in ("postgres", *_ACCOUNT) if name in members)]
    name = "postgres" if what == DATABASE else what
    if name not in [*hosts, "postgres"] or name not in members:
        raise LabError(f"'{what}' is nothing that can be lost: {', '.join([*sorted(hosts), DATABASE, EVERYTHING])}.")
    return [name]


def _forget_secrets(lab: Settings) -> None:
    """Made anew by the next `up`, all but those of the bucket, which knows whom it lets in."""
    path = lab.state / "secrets.json"
    known = json.loads(path.read_text(encoding="utf-8"))
    kept = {name: value for name, value in known.items() if name.startswith(_KEPT_SECRETS)}
    keys.write_private(path, json.dumps(kept, indent=2) + "\n")
