# SPDX-License-Identifier: GPL-3.0-or-later
"""The entry on the host: what can still be known about how something came to be as it is. Reads only, and guesses nothing."""

from __future__ import annotations

import datetime
import json
import os
import pwd
import subprocess
from typing import Any
from urllib.parse import quote

from .._converge import docker

TIMEOUT = 10.0
#: seconds around a change in which a login is worth mentioning
NEAR = 6 * 3600
LOGINS = 3


def run(manifest: dict[str, Any]) -> dict[str, Any]:
    """``manifest``: resources, as converge names them. Returns evidence: resource -> what is known, as words."""
    found = {}
    for resource in manifest["resources"]:
        kind, _, name = resource.partition(":")
        moment, told = _of(kind, name)
        if moment:
            told["logins before"] = _logins(moment)
        found[resource] = {key: value for key, value in told.items() if value}
    return {"changed": False, "evidence": {resource: told for resource, told in found.items() if told}}


def _of(kind: str, name: str) -> tuple[float, dict[str, str]]:
    if kind in ("file", "directory", "link", "stranger"):
        return _path(name)
    if kind == "unit":
        return _unit(name)
    if kind in ("service", "container"):
        return _container(name)
    if kind == "process":
        return _unit(name) if "." in name else _container(name)
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
        return (gone, {"missing": f"directory last changed {_moment(gone)}"})
    told = {"modified": _moment(seen.st_mtime), "owner": _owner(seen.st_uid)}
    if abs(seen.st_ctime - seen.st_mtime) > 2:
        told["mode or owner changed"] = _moment(seen.st_ctime)
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
    return (moment, {state or "state": f"since {_moment(moment)}" if moment else "", "unit file": values.get("UnitFileState", "")})


def _container(service: str) -> tuple[float, dict[str, str]]:
    if not docker.running():
        return (0.0, {"engine": "Docker does not run"})
    wanted = quote(json.dumps({"label": [f"com.docker.compose.service={service}"]}))
    listed = docker.get(f"/containers/json?all=1&filters={wanted}")
    if listed.status != 200 or not listed.json():
        return (0.0, {"container": "gone"})
    state = docker.get(f"/containers/{listed.json()[0]['Id']}/json").json()
    created, started, ended = (
        docker.timestamp(text) for text in (state["Created"], state["State"]["StartedAt"], state["State"]["FinishedAt"])
    )
    told = {"created": _moment(created), "started": _moment(started), "image": state["Image"][:19]}
    if not state["State"]["Running"] and ended:
        told["ended"] = f"{_moment(ended)} with {state['State']['ExitCode']}"
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


def _moment(seconds: float) -> str:
    return datetime.datetime.fromtimestamp(seconds, datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")


def _said(command: list[str]) -> str:
    """Evidence that cannot be had is left out."""
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=TIMEOUT, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return done.stdout
