# SPDX-License-Identifier: GPL-3.0-or-later
"""What may go when a disk is full: pure, from what is there to a list of things that nobody needs any more.

Volumes, containers and everything people wrote stay. So does every image that a container uses, stopped or not, that is kept for a
rollback, or that the inventory names: without a registry it could not be had again.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from .shapes import Asked, Found, Image

#: the tags under which converge keeps what a rollback may need (module_utils/_release/images.py)
KEPT = "echodiary.kept/"
_ROTATED = re.compile(r"(\.\d+|-\d{8})(\.(gz|xz|zst|bz2))?$|\.(gz|old)$")


class Thing(NamedTuple):
    """``kind``: image, log, journal or packages. ``bytes`` is what is freed at most: images share layers."""

    kind: str
    name: str
    bytes: int
    commands: list[list[str]]
    path: str = ""


def plan(found: Found, asked: Asked) -> list[Thing]:
    """Largest first."""
    things = [*_images(found, asked["keep"]), *_logs(found, asked["days"])]
    for thing in (_journal(found, asked["journal"]), _packages(found)):
        things += [thing] if thing else []
    return sorted(things, key=lambda thing: -thing.bytes)


def _images(found: Found, keep: list[str]) -> list[Thing]:
    return [
        Thing("image", _name(image), int(image.get("Size") or 0), [["docker", "rmi", name] for name in _names(image)])
        for image in found["images"]
        if image["Id"] not in found["used"] and not why_kept(image, keep)
    ]


def why_kept(image: Image, keep: list[str]) -> str:
    """Empty for one that nobody has a claim on."""
    names = [*(image.get("RepoTags") or []), *(image.get("RepoDigests") or [])]
    if any(name.startswith(KEPT) for name in names):
        return "kept for a rollback"
    if image["Id"] in keep or any(name in keep for name in names):
        return "named by the inventory"
    return ""


def _names(image: Image) -> list[str]:
    """An image with several names goes with the last of them; by its id alone it would have to be forced."""
    tags = [tag for tag in image.get("RepoTags") or [] if tag != "<none>:<none>"]
    digests = [digest for digest in image.get("RepoDigests") or [] if not digest.startswith("<none>")]
    return tags or digests or [image["Id"]]


def _name(image: Image) -> str:
    return f"{_names(image)[0].partition('@')[0]} ({image['Id'].partition(':')[2][:12]})"


def _logs(found: Found, days: float) -> list[Thing]:
    """What log rotation has put aside; what is written to now is never touched."""
    return [
        Thing("log", log["path"], log["bytes"], [], log["path"])
        for log in found["logs"]
        if _ROTATED.search(log["path"]) and found["now"] - log["modified"] >= days * 86400
    ]


def _journal(found: Found, megabytes: int) -> Thing | None:
    over = found["journal"] - megabytes * 2**20
    if over <= 0:
        return None
    commands = [["journalctl", "--rotate"], ["journalctl", f"--vacuum-size={megabytes}M"]]
    return Thing("journal", f"the journal beyond {megabytes} MiB", over, commands)


def _packages(found: Found) -> Thing | None:
    if not found["packages"]:
        return None
    return Thing("packages", "downloaded packages", found["packages"], [["apt-get", "clean"]])


def percent(used: int, available: int) -> int:
    """As df counts: what is reserved for root is not there for anybody else, and it rounds up."""
    whole = used + available
    return -(-100 * used // whole) if whole else 0
