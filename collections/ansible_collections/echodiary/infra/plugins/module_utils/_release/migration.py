# SPDX-License-Identifier: GPL-3.0-or-later
"""A schema that another tool than Alembic brings along: its command, once, in a throw-away container of the image that is to serve.

What the command does is its own business: nobody knows beforehand what is pending, nor afterwards what was changed.
"""

from __future__ import annotations

import os
import time
from typing import TYPE_CHECKING

from .._alembic import env_file
from .._host import masking
from .._host.run import TIMED_OUT, run, tail
from .._kinds import model

if TYPE_CHECKING:
    from .._kinds import documents
    from .shapes import Migrated, Staged

#: what Docker says where there is no such image, or no such program in it
_NOT_BEGUN = "Error response from daemon"


def migrate(spec: documents.RolledSpec, policy: documents.MigrateSpec, staged: Staged) -> Migrated:
    began = time.monotonic()
    name = f"{spec['name']}-migrate-{os.getpid()}"
    done = run(command(spec, policy, staged, name), timeout=policy["timeout"])
    if done.code == TIMED_OUT:
        run(["docker", "rm", "--force", name], timeout=60)
    said = masking.mask(tail(done.output), [*spec["secrets"], *_secrets(staged, policy)])
    if done.code:
        raise model.ConvergeError(f"{words(policy)} in {staged['image']} ended with {done.code}; {_left(said)}\n{said}")
    return {"command": policy["command"], "seconds": round(time.monotonic() - began, 1), "output": said}


def words(policy: documents.MigrateSpec) -> str:
    return f"migrate: '{' '.join(policy['command'])}'"


def _left(said: str) -> str:
    if _NOT_BEGUN in said:
        return "it was not begun: see whether the image has that program"
    return "what it changed until then stays, and is for the tool itself to say; mend the release, then run this again"


def command(spec: documents.RolledSpec, policy: documents.MigrateSpec, staged: Staged, name: str) -> list[str]:
    """As Compose runs a command of a service: the image's entrypoint stays, and no more rights than a plain process has. Pure."""
    found = ["docker", "run", "--rm", "--init", "--name", name, "--label", "echodiary.infra=migrate", "--pull", "never"]
    found += ["--cap-drop", "ALL", "--security-opt", "no-new-privileges", "--log-driver", "none"]
    for key, value in spec["compose"]["services"][spec["release"]["service"]]["environment"].items():
        # what Compose would fill in is a slot's
        found += [] if "$" in value else ["--env", f"{key}={value}"]
    found += ["--env-file", file] if (file := path_of(policy, staged["directory"])) else []
    for volume in policy["volumes"]:
        found += ["--volume", volume.replace("{directory}", staged["directory"])]
    return [*found, staged["image"], *policy["command"]]


def path_of(policy: documents.MigrateSpec, directory: str) -> str:
    return os.path.join(directory, policy["env_file"]) if policy["env_file"] else ""


def _secrets(staged: Staged, policy: documents.MigrateSpec) -> list[str]:
    path = path_of(policy, staged["directory"])
    return masking.find(env_file.read(path)) if path else []
