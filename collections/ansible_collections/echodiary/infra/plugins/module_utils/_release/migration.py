# SPDX-License-Identifier: GPL-3.0-or-later
"""A schema that another tool than Alembic brings along: its command, once, in a throw-away container of the service that is to serve.

Compose makes that container, of the staged release: nobody else knows as well what environment, networks and user a service has.
What the command does is its own business: nobody knows beforehand what is pending, nor afterwards what was changed.
"""

from __future__ import annotations

import json
import os
import time
from typing import TYPE_CHECKING, Any

from .._alembic import env_file
from .._host import docker, masking
from .._host.run import TIMED_OUT, run, tail
from .._kinds import model

if TYPE_CHECKING:
    from .._host.run import Ran
    from .._kinds import documents
    from .shapes import Migrated, Staged

#: what Docker says where there is no such image, or no such program in it
_NOT_BEGUN = "Error response from daemon"
#: what is added to the staged Compose file, beside it and for root only
_ADDED = ".migrate.json"


def migrate(spec: documents.RolledSpec, policy: documents.MigrateSpec, staged: Staged) -> Migrated:
    began = time.monotonic()
    secrets = secrets_of(spec, policy, staged["directory"])
    try:
        said = _migrated(spec, policy, staged)
    except model.ConvergeError as error:
        raise model.ConvergeError(masking.mask(str(error), secrets)) from None
    told: Migrated = {"command": policy["command"], "seconds": round(time.monotonic() - began, 1), "output": said}
    return masking.mask(told, secrets, keys=False)


def _migrated(spec: documents.RolledSpec, policy: documents.MigrateSpec, staged: Staged) -> str:
    name = name_of(spec)
    _make_room(name)
    path = os.path.join(staged["directory"], _ADDED)
    try:
        _write(path, added(spec, policy, staged["directory"]))
        done = run(_compose(spec, staged, *run_words(spec)), timeout=policy["timeout"])
        lasting = _end(name) if done.code == TIMED_OUT else ""
        # the networks that Compose made for it; those of the slots are other projects'
        run(_compose(spec, staged, "down"), timeout=60)
    finally:
        if os.path.exists(path):
            os.unlink(path)
    if done.code:
        raise model.ConvergeError(_why(policy, staged, done, lasting))
    return tail(done.output)


def _why(policy: documents.MigrateSpec, staged: Staged, done: Ran, lasting: str) -> str:
    said = tail(done.output)
    return f"{words(policy)} in {staged['image']} ended with {done.code}; {lasting or _left(said)}\n{said}"


def words(policy: documents.MigrateSpec) -> str:
    return f"migrate: '{' '.join(policy['command'])}'"


def _left(said: str) -> str:
    if _NOT_BEGUN in said:
        return "it was not begun: see whether the image has that program"
    return "what it changed until then stays, and is for the tool itself to say; mend the release, then run this again"


def name_of(spec: documents.RolledSpec) -> str:
    """One name, so that no two of them run at once; of its Compose project as well."""
    return f"{spec['name']}-migrate"


def run_words(spec: documents.RolledSpec) -> list[str]:
    """No word of the command: it may hold a password, and everybody may see the list of processes. Pure."""
    return ["run", "--rm", "--no-deps", "-T", "--name", name_of(spec), spec["release"]["service"]]


def _compose(spec: documents.RolledSpec, staged: Staged, *what: str) -> list[str]:
    directory = staged["directory"]
    file = os.path.join(directory, os.path.basename(spec["compose"]["file"]))
    found = ["docker", "compose", "--progress", "quiet", "-p", name_of(spec), "-f", file]
    return [*found, "-f", os.path.join(directory, _ADDED), *what]


def added(spec: documents.RolledSpec, policy: documents.MigrateSpec, directory: str) -> dict[str, Any]:
    """What the declared service gets beside what its Compose file says; a volume takes the place of one at the same path. Pure."""
    service: dict[str, Any] = {"command": policy["command"], "labels": {"echodiary.infra": "migrate"}}
    if policy["env_file"]:
        service["env_file"] = [policy["env_file"]]
    if policy["volumes"]:
        service["volumes"] = [volume.replace("{directory}", directory) for volume in policy["volumes"]]
    found: dict[str, Any] = _literal({"services": {spec["release"]["service"]: service}})
    return found


def _literal(value: Any) -> Any:
    """Compose would fill in what begins with a $."""
    if isinstance(value, dict):
        return {key: _literal(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_literal(item) for item in value]
    return str(value).replace("$", "$$")


def _write(path: str, value: dict[str, Any]) -> None:
    with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as handle:
        json.dump(value, handle)


def _make_room(name: str) -> None:
    """One that still runs is somebody's, also where the run that began it was killed; one that is over is removed."""
    state = _state(name)
    if state.get("Running"):
        raise model.ConvergeError(
            f"container {name} still runs since {state.get('StartedAt')}: an earlier migration is not over; "
            f"look at it: docker logs --follow {name}; run this again when it has ended"
        )
    if not state:
        return
    done = run(["docker", "rm", name], timeout=60)
    if done.code and _state(name):
        why = tail(done.output, 1)
        raise model.ConvergeError(f"container {name} of an earlier migration cannot be removed ({why}); do it: docker rm --force {name}")


def _end(name: str) -> str:
    """What is to be done where it cannot be ended; nothing where it is gone."""
    done = run(["docker", "rm", "--force", name], timeout=60) if _state(name) else None
    if not done or not done.code or not _state(name):
        return ""
    return f"it could not be ended and may still run ({tail(done.output, 1)}); end it: docker rm --force {name}; then run this again"


def _state(name: str) -> dict[str, Any]:
    """Of the container, empty where there is none."""
    answer = docker.get(f"/containers/{name}/json")
    if answer.status not in (200, 404):
        raise model.ConvergeError(f"Docker does not answer here ({answer.status} {answer.text[:120]}); look at: systemctl status docker")
    found: dict[str, Any] = answer.json()["State"] if answer.status == 200 else {}
    return found


def secrets_of(spec: documents.RolledSpec, policy: documents.MigrateSpec, directory: str) -> list[str]:
    """What the command was told, and may repeat."""
    environment = spec["compose"]["services"][spec["release"]["service"]]["environment"]
    found = [*spec["secrets"], *masking.find({key: str(value) for key, value in environment.items()}), *in_words(policy["command"])]
    paths = [os.path.join(place, name) for place, _, names in os.walk(directory) for name in names if name.endswith(".env")]
    if policy["env_file"]:
        paths.append(os.path.join(directory, policy["env_file"]))
    for path in filter(os.path.isfile, paths):
        found += masking.find(env_file.read(path))
    return masking.longest_first(found)


def in_words(command: list[str]) -> list[str]:
    """Passwords in URLs, and after what is named like one: ``--password=x``, ``--password x``, ``TOKEN=x``. Pure."""
    found = masking.find({str(number): word for number, word in enumerate(command)})
    for before, word in zip(["", *command], command):
        name, equals, value = word.partition("=")
        if equals and masking.is_named(name):
            found.append(value)
        elif before.startswith("-") and "=" not in before and masking.is_named(before):
            found.append(word)
    return masking.longest_first(found)
