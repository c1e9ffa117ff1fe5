# SPDX-License-Identifier: GPL-3.0-or-later
"""The entry on the host: how full its disks are, what is big, what may go, and letting it go."""

from __future__ import annotations

import os
import time
from typing import TYPE_CHECKING, Any

from .._host import docker
from .._host.run import run as run_command
from . import planning

if TYPE_CHECKING:
    from .shapes import Answer, Asked, Container, File, Filesystem, Found, Image

LOGS = "/var/log"
JOURNAL = "/var/log/journal"
PACKAGES = "/var/cache/apt/archives"
_DISKS = ("ext2", "ext3", "ext4", "xfs", "btrfs", "f2fs", "zfs")
#: where a file system in memory counts as a disk, because services write there
_PLACES = ("/var", "/opt", "/srv", "/home")
#: as many of the biggest directories are named
BIGGEST = 12


def run(manifest: Asked) -> Answer:
    before = filesystems()
    found = look()
    things = planning.plan(found, manifest)
    answer: Answer = {
        "changed": bool(things) and manifest["remove"],
        "filesystems": before,
        "full": [one["mount"] for one in before if max(one["percent"], one["inodes_percent"]) >= manifest["full"]],
        "things": [{"kind": thing.kind, "name": thing.name, "bytes": thing.bytes} for thing in things],
        "kept": [f"{image['Id'][7:19]}: {why}" for image in found["images"] if (why := planning.why_kept(image, manifest["keep"]))],
        "biggest": biggest([one["mount"] for one in before]),
        "after": before,
        "failed_to_remove": [],
    }
    if manifest["remove"] and not manifest["check"]:
        answer["failed_to_remove"] = [said for said in map(_remove, things) if said]
        answer["after"] = filesystems()
    return answer


def filesystems() -> list[Filesystem]:
    """Once per device, what services write to; what containers mount is their host's disk again."""
    found: dict[str, Filesystem] = {}
    with open("/proc/self/mounts", encoding="utf-8") as mounts:
        rows = [line.split()[:3] for line in mounts]
    for device, mount, kind in rows:
        if _counts(mount, kind):
            key = device if kind in _DISKS else mount
            if key not in found:
                found[key] = _usage(mount)
    return sorted(found.values(), key=lambda one: (-one["percent"], one["mount"]))


def _counts(mount: str, kind: str) -> bool:
    if "/docker/" in mount or "/containerd/" in mount or os.path.isfile(mount):
        return False
    if mount == "/" or kind in _DISKS:
        return True
    return kind == "tmpfs" and mount.startswith(_PLACES)


def _usage(mount: str) -> Filesystem:
    stat = os.statvfs(mount)
    used, available = (stat.f_blocks - stat.f_bfree) * stat.f_frsize, stat.f_bavail * stat.f_frsize
    inodes = planning.percent(stat.f_files - stat.f_ffree, stat.f_favail)
    return {"mount": mount, "percent": planning.percent(used, available), "inodes_percent": inodes, "free": available}


def look() -> Found:
    images: list[Image] = _docker("/images/json")
    containers: list[Container] = _docker("/containers/json?all=1")
    return {
        "images": images,
        "used": [container["ImageID"] for container in containers],
        "logs": [one for one in _files(LOGS) if not one["path"].startswith(JOURNAL + "/")],
        "journal": sum(one["bytes"] for one in _files(JOURNAL)),
        "packages": sum(one["bytes"] for one in _files(PACKAGES) if one["path"].endswith(".deb")),
        "now": time.time(),
    }


def _docker(target: str) -> list[Any]:
    """A host without Docker has no images; one whose Docker does not answer keeps all it has."""
    if not docker.running():
        return []
    answer = docker.get(target, timeout=30)
    found: list[Any] = answer.json() if answer.status == 200 else []
    return found


def _files(top: str) -> list[File]:
    """Ordinary files below ``top``, by what they take on the disk."""
    found: list[File] = []
    for directory, _, names in os.walk(top):
        for name in names:
            path = os.path.join(directory, name)
            try:
                seen = os.lstat(path)
            except OSError:
                continue
            if not os.path.islink(path):
                found.append({"path": path, "bytes": seen.st_blocks * 512, "modified": seen.st_mtime})
    return found


def biggest(mounts: list[str]) -> list[str]:
    """For people: where the room is, on each of the disks."""
    lines: list[tuple[int, str]] = []
    for mount in mounts:
        said = run_command(["du", "-xk", "--max-depth=3", mount], timeout=60).output
        rows = (line.split("\t", 1) for line in said.splitlines() if line[:1].isdigit())
        lines += [(int(row[0]), row[1]) for row in rows if len(row) == 2 and row[1] != mount]
    return [f"{size / 1024:.0f} MiB  {path}" for size, path in sorted(lines, reverse=True)[:BIGGEST]]


def _remove(thing: planning.Thing) -> str:
    """Empty when it is gone, else why not. The rest is tried all the same."""
    if thing.path:
        try:
            os.unlink(thing.path)
        except OSError as error:
            return f"{thing.path}: {error.strerror}"
    for command in thing.commands:
        done = run_command(command, timeout=300)
        if done.code != 0:
            return f"{' '.join(command)}: {done.output[-200:]}"
    return ""
