# SPDX-License-Identifier: GPL-3.0-or-later
"""What a bundle holds of a host: names of files, and the bounded commands that fill them. Reads only."""

from __future__ import annotations

import glob
import json
import os
from typing import Any

from .._host import docker, haproxy, masking
from .._host.run import run

#: of each file, the end: what matters is what came last
LARGEST = 2_000_000
HAPROXY: haproxy.EdgeSpec = {"socket": "/run/haproxy/admin.sock", "backend": "", "save": ""}
STATE = "/var/lib/echodiary"

COMMANDS: dict[str, list[str]] = {
    "system/uptime.txt": ["uptime"],
    "system/top.txt": ["top", "-b", "-n", "1", "-w", "200"],
    "system/processes.txt": ["ps", "-eo", "pid,ppid,user,stat,etimes,pcpu,pmem,rss,args", "--sort=-rss"],
    "system/memory.txt": ["free", "-m"],
    "system/pressure.txt": ["sh", "-c", "tail -n +1 /proc/pressure/* /proc/loadavg 2>/dev/null"],
    "system/kernel.txt": ["sh", "-c", "dmesg -T 2>&1 | tail -n 300"],
    "system/logins.txt": ["last", "-n", "30"],
    "disk/space.txt": ["df", "-hT"],
    "disk/inodes.txt": ["df", "-i"],
    "disk/docker.txt": ["docker", "system", "df"],
    "network/addresses.txt": ["ip", "-br", "address"],
    "network/routes.txt": ["ip", "route"],
    "network/summary.txt": ["ss", "-s"],
    "network/sockets.txt": ["ss", "-tunap"],
    "units/all.txt": ["systemctl", "list-units", "--all", "--no-pager", "--plain"],
    "units/failed.txt": ["systemctl", "--failed", "--no-pager", "--plain"],
    "units/timers.txt": ["systemctl", "list-timers", "--all", "--no-pager"],
    "containers/list.txt": ["docker", "ps", "--all", "--no-trunc"],
    "containers/use.txt": ["docker", "stats", "--no-stream", "--no-trunc"],
    "containers/images.txt": ["docker", "images", "--digests"],
}
SOCKET_COMMANDS = {"haproxy/info.txt": "show info", "haproxy/servers.txt": "show servers state", "haproxy/statistics.csv": "show stat"}


def files(minutes: int) -> dict[str, str]:
    """Path in the bundle -> text, not yet redacted."""
    found = {name: _said(command) for name, command in COMMANDS.items()}
    found["logs/journal.txt"] = _said(["journalctl", "--no-pager", "--output=short-iso", f"--since=-{minutes}min"])
    for name, command in SOCKET_COMMANDS.items():
        found[name] = _haproxy(command)
    found.update(_containers(minutes))
    found.update(_state())
    return {name: text[-LARGEST:] for name, text in found.items() if text}


def _said(command: list[str], timeout: float = 30) -> str:
    done = run(command, timeout=timeout)
    return done.output + ("" if done.code == 0 else f"\n(ended with {done.code})") + "\n"


def _haproxy(command: str) -> str:
    try:
        return haproxy.ask(HAPROXY, command)
    except haproxy.HaproxyError as error:
        return "" if not os.path.exists(HAPROXY["socket"]) else f"{error}\n"


def _containers(minutes: int) -> dict[str, str]:
    found = {}
    for one in inspected():
        name = one["Name"].lstrip("/")
        one["Config"]["Env"] = [variable.partition("=")[0] + "=…" for variable in one["Config"].get("Env") or []]
        found[f"containers/{name}.json"] = json.dumps(one, indent=1)
        found[f"logs/{name}.txt"] = _said(["docker", "logs", "--timestamps", f"--since={minutes}m", name])
    return found


def inspected() -> list[dict[str, Any]]:
    if not docker.running():
        return []
    listed = docker.get("/containers/json?all=1")
    answers = (docker.get(f"/containers/{entry['Id']}/json") for entry in listed.json() or []) if listed.status == 200 else ()
    return [answer.json() for answer in answers if answer.status == 200]


def _state() -> dict[str, str]:
    """What deploys know of this host. Components' states hold files' fingerprints only, yet nobody needs them here."""
    found = {}
    for path in sorted(glob.glob(f"{STATE}/slots/*.json") + glob.glob(f"{STATE}/lease/*.json") + glob.glob(f"{STATE}/history.jsonl")):
        with open(path, encoding="utf-8", errors="replace") as handle:
            found[f"echodiary/{os.path.relpath(path, STATE)}"] = handle.read()[-LARGEST:]
    return found


def secrets() -> list[str]:
    """Values that are secret on this host: of containers' environments, stopped ones included, and of environment files."""
    environments = [one["Config"].get("Env") or [] for one in inspected()]
    for path in glob.glob("/opt/*/*/*.env") + glob.glob("/opt/*/*/*/*.env"):
        with open(path, encoding="utf-8", errors="replace") as handle:
            environments.append(handle.read().splitlines())
    found: set[str] = set()
    for lines in environments:
        found |= set(masking.find({name: value for name, sign, value in (line.partition("=") for line in lines) if sign}))
    return sorted(found)
