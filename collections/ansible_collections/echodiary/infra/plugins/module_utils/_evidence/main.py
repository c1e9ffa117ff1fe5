# SPDX-License-Identifier: GPL-3.0-or-later
"""The entry on the host: what can still be known about how something came to be as it is. Reads only, and guesses nothing."""

from __future__ import annotations

import json
import os
import pwd
import subprocess
from typing import TypedDict
from urllib.parse import quote

from .._host import docker, timestamps
from .._kinds import model

TIMEOUT = 10.0
#: seconds around a change in which a login is worth mentioning
NEAR = 6 * 3600
LOGINS = 3


class Manifest(TypedDict):
    """Each ``[component, Compose project, resource]`` with empty words for what is not known."""

    asked: list[tuple[str, str, str]]


class Answer(TypedDict):
    changed: bool
    evidence: dict[str, dict[str, str]]
    components: dict[str, dict[str, dict[str, str]]]


class State(TypedDict):
    StartedAt: str
    FinishedAt: str
    Running: bool
    ExitCode: int


class Inspected(TypedDict):
    """A container as Docker says it."""

    State: State
    Created: str
    Image: str


def run(manifest: Manifest) -> Answer:
    """Returns ``components``: component -> resource -> what is known, as words; and ``evidence``, the same by resource alone."""
    found: dict[str, dict[str, dict[str, str]]] = {}
    for component, project, resource in manifest["asked"]:
        told = _about(resource, project)
        if told:
            found.setdefault(component, {})[resource] = told
    flat = {resource: told for of_one in found.values() for resource, told in of_one.items()}
    return {"changed": False, "evidence": flat, "components": found}


def _about(resource: str, project: str) -> dict[str, str]:
    kind, name = model.Resource.parse(resource)
    moment, told = _of(kind, name, project)
    if moment:
        told["logins before"] = _logins(moment)
    return {key: value for key, value in told.items() if value}


def _of(kind: str, name: str, project: str) -> tuple[float, dict[str, str]]:
    if kind in ("file", "directory", "link", "stranger"):
        return _path(name)
    if kind == "unit":
        return _unit(name)
    if kind == "service":
        return _container(name, project)
    if kind == "container":
        return _named(name)
    if kind == "slot":
        return _container("", project)
    if kind == "process":
        return _unit(name) if "." in name else _container(name, project)
    if kind == "package":
        return _package(name.split("=")[0])
    return (0.0, {})


def _path(path: str) -> tuple[float, dict[str, str]]:
    """The change time cannot be set by hand; the modification time can. What is gone was taken out of its directory."""
    try:
        seen = os.lstat(path)
    except OSError:
        parent = os.path.dirname(path)
        if not os.path.isdir(parent):
            return (0.0, {})
        gone = os.lstat(parent).st_mtime
        return (gone, {"missing": f"directory last changed {timestamps.to_text(gone)}"})
    told = {"modified": timestamps.to_text(seen.st_mtime), "owner": _owner(seen.st_uid)}
    if abs(seen.st_ctime - seen.st_mtime) > 2:
        told["mode or owner changed"] = timestamps.to_text(seen.st_ctime)
    return (seen.st_ctime, told)


def _owner(uid: int) -> str:
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return str(uid)


def _unit(name: str) -> tuple[float, dict[str, str]]:
    fields = ("ActiveState", "StateChangeTimestamp", "UnitFileState")
    said = _said(["systemctl", "show", "--timestamp=unix", "-p", ",".join(fields), "--", name])
    values = dict(line.split("=", 1) for line in said.splitlines() if "=" in line)
    stamp = values.get("StateChangeTimestamp", "").lstrip("@")
    moment = float(stamp) if stamp.isdigit() else 0.0
    state = values.get("ActiveState", "")
    return (
        moment,
        {state or "state": f"since {timestamps.to_text(moment)}" if moment else "", "unit file": values.get("UnitFileState", "")},
    )


def _container(service: str, project: str) -> tuple[float, dict[str, str]]:
    """Of its own project: the slot that rests, and other projects, have services of the same name."""
    if not docker.running():
        return (0.0, {"engine": "Docker does not run"})
    label = "com.docker.compose"
    wanted = [f"{label}.{key}={value}" for key, value in (("project", project), ("service", service)) if value]
    listed = docker.get(f"/containers/json?all=1&filters={quote(json.dumps({'label': wanted}))}")
    found = (listed.json() or []) if listed.status == 200 else []
    if not found:
        return (0.0, {"container": "gone"})
    projects = sorted({one["Labels"].get(f"{label}.project", "") for one in found})
    if len(projects) > 1:
        return (0.0, {"container": f"one in each of {', '.join(projects)}"})
    return _lived(docker.get(f"/containers/{found[0]['Id']}/json").json())


def _named(name: str) -> tuple[float, dict[str, str]]:
    """Somebody else's, under a name of ours."""
    found = docker.get(f"/containers/{quote(name)}/json") if docker.running() else None
    return _lived(found.json()) if found and found.status == 200 else (0.0, {"container": "gone"})


def _lived(inspected: Inspected) -> tuple[float, dict[str, str]]:
    state = inspected["State"]
    created, started, ended = (timestamps.of_docker(text) for text in (inspected["Created"], state["StartedAt"], state["FinishedAt"]))
    told = {"created": timestamps.to_text(created), "image": inspected["Image"][:19]}
    if started:
        told["started"] = timestamps.to_text(started)
    if not state["Running"] and ended:
        told["ended"] = f"{timestamps.to_text(ended)} with {state['ExitCode']}"
    return (max(created, started, ended), told)


def _package(name: str) -> tuple[float, dict[str, str]]:
    try:
        with open("/var/log/dpkg.log", encoding="utf-8", errors="replace") as log:
            lines = [line.split() for line in log if f" {name}:" in line or line.rstrip().endswith(f" {name}")]
    except OSError:
        return (0.0, {})
    acts = [words for words in lines if len(words) > 3 and words[2] in ("install", "remove", "purge", "upgrade")]
    return (0.0, {"dpkg": f"{acts[-1][2]} {acts[-1][0]} {acts[-1][1]}"}) if acts else (0.0, {})


def _logins(moment: float) -> str:
    """Who logged in shortly before, newest last, as the journal says: a hint, not a proof."""
    since, until = (f"@{round(value)}" for value in (moment - NEAR, moment + 1))
    said = _said(
        ["journalctl", "-q", "-o", "cat", "-t", "sshd", "-t", "sshd-session", "--grep", "^Accepted ", "--since", since, "--until", until]
    )
    users = [" ".join(words[index + 1 : index + 4 : 2]) for words, index in _accepted(said)]
    return ", ".join(list(dict.fromkeys(reversed(users)))[:LOGINS][::-1])


def _accepted(said: str) -> list[tuple[list[str], int]]:
    """ "Accepted publickey for ann from 10.0.0.7 port …" -> where "for" stands."""
    lines = [line.split() for line in said.splitlines()]
    return [(words, words.index("for")) for words in lines if "for" in words and "from" in words]


def _said(command: list[str]) -> str:
    """Evidence that cannot be had is left out."""
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=TIMEOUT, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return done.stdout
