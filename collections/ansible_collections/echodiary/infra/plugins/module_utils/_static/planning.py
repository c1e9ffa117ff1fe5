# SPDX-License-Identifier: GPL-3.0-or-later
"""Which releases of static files there should be, which one is served, and what differs from that on the disk. Pure.

A path is relative to the component's directory. What is there of it is one text: the SHA-256 of a file, ``directory``, ``link TARGET``;
with mode and owner behind it where they are not those of everything here.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import TYPE_CHECKING

from .._host.errors import ConvergeError
from .._kinds import model

if TYPE_CHECKING:
    from .shapes import Build, Place, Record, Release

RELEASES, POOL, CURRENT = "releases", "pool", "current"
DIRECTORY = "directory"
#: digits of a digest that people are shown
SHORT = 12
COMPRESSED = ".gz"


def refuse_other_contents(record: Record, build: Build, place: Place) -> None:
    """ConvergeError where a name that browsers keep for a year would hold something else. What is compressed may be so by another hand."""
    for release in record["releases"]:
        for path in sorted(release["files"].keys() & build["files"].keys()):
            if pooled(path, place["pools"]) and release["files"][path] != build["files"][path] and not _same_source(path, release, build):
                raise ConvergeError(
                    f"{path} of this build is another file than in release {release['digest'][:SHORT]}, and browsers keep that name for a "
                    "year; nothing was touched: build it with names that change with their contents, or leave the directory out of the "
                    "immutable ones"
                )


def _same_source(path: str, one: Build, other: Build) -> bool:
    source = path[: -len(COMPRESSED)]
    return path.endswith(COMPRESSED) and one["files"].get(source) == other["files"].get(source) is not None


def pooled(path: str, pools: Collection[str]) -> bool:
    return path.startswith(tuple(f"{pool}/" for pool in pools)) if pools else False


def known(record: Record, wanted: str) -> Release:
    """The release whose digest begins so. ConvergeError where that is none, or several."""
    found = [one for one in record["releases"] if one["digest"].startswith(wanted)]
    if len(found) == 1:
        return found[0]
    there = ", ".join(one["digest"][:SHORT] for one in record["releases"]) or "none"
    raise ConvergeError(f"{'several releases begin' if found else 'no release begins'} with {wanted}; there are: {there}")


def previous(record: Record) -> Release:
    """What was brought before what is served, and that nobody went back from."""
    digests = [one["digest"] for one in record["releases"]]
    at = digests.index(record["current"]) if record["current"] in digests else 0
    found = [one for one in record["releases"][:at] if not one["left"]]
    if not found:
        raise ConvergeError(f"there is no release before {record['current'][:SHORT] or 'the first one'} to go back to")
    return found[-1]


def brought(record: Record, build: Build, at: str, *, anew: bool) -> Record:
    """With that build as the newest release, to which nobody goes back before it was served. ``anew``: what is compressed of it comes with
    it, though it was here."""
    same = next((one for one in record["releases"] if one["digest"] == build["digest"]), None)
    files = same["files"] if same and not anew else dict(build["files"])
    left = same["left"] if same else True
    release: Release = {"digest": build["digest"], "files": files, "at": same["at"] if same else at, "left": left}
    return {**record, "releases": [*(one for one in record["releases"] if one is not same), release]}


def switched(record: Record, digest: str, keep: int, *, back: bool) -> Record:
    """``back``: what was served is not gone back to by itself. It stays all the same: who switched may have to take that back."""
    before = record["current"]
    releases: list[Release] = [{**one, "left": _left(one, digest, before if back else "")} for one in record["releases"]]
    going = sorted((one for one in releases if one["digest"] not in (digest, before)), key=lambda one: not one["left"])
    gone = [one["digest"] for one in going[: max(0, len(releases) - keep)]]
    return {**record, "current": digest, "releases": [one for one in releases if one["digest"] not in gone]}


def _left(one: Release, served: str, left: str) -> bool:
    return one["digest"] != served and (one["left"] or one["digest"] == left)


def expected(record: Record, pools: Collection[str]) -> dict[str, str]:
    """All that has to be there, and nothing else. Of one name in the pool the oldest release that has it tells what it holds."""
    files: dict[str, str] = {}
    for release in record["releases"]:
        for path, sha256 in release["files"].items():
            files[f"{RELEASES}/{release['digest']}/{path}"] = sha256
            if pooled(path, pools):
                files.setdefault(f"{POOL}/{path}", sha256)
    found = {RELEASES: DIRECTORY, POOL: DIRECTORY, **{above: DIRECTORY for path in files for above in _above(path)}, **files}
    return {**found, CURRENT: f"link {RELEASES}/{record['current']}"} if record["current"] else found


def _above(path: str) -> Iterator[str]:
    while "/" in path:
        path = path.rpartition("/")[0]
        yield path


def differences(want: Mapping[str, str], have: Mapping[str, str], directory: str, origin: str) -> list[model.Change]:
    """In the order in which they are put right: what is there before what leads there, and that before what goes."""
    changed = [path for path in want if want[path] != have.get(path)]
    added = sorted(changed, key=lambda path: (path == CURRENT, path))
    # what goes with its directory is told by that alone
    gone = sorted(path for path in have if path not in want and (path.rpartition("/")[0] in want or "/" not in path))
    return [*(_change(path, want[path], have.get(path), directory, origin) for path in added),
            *(_change(path, None, have[path], directory, origin) for path in gone)]  # fmt: skip


def _change(path: str, want: str | None, have: str | None, directory: str, origin: str) -> model.Change:
    action = "remove" if want is None else "create" if have is None else "update"
    what = want or have or ""
    kind = "directory" if what.startswith(DIRECTORY) else "link" if what.startswith("link ") else "file"
    why = "not of any release" if want is None else ""
    return model.Change(model.Resource(kind, f"{directory}/{path}"), action, origin, {"content": [_short(have), _short(want)]}, why=why)


def _short(value: str | None) -> str | None:
    """People compare digests by how they begin."""
    return value[:SHORT] + value[64:] if value and len(value.split(" ")[0]) == 64 else value


def told(record: Record, before: str, want: Mapping[str, str], have: Mapping[str, str], directory: str) -> list[model.Change]:
    """A deploy in few words: releases, not their files."""
    found: list[model.Change] = []
    for name in sorted({path.split("/")[1] for path in (*want, *have) if path.startswith(f"{RELEASES}/")}):
        here, wanted = f"{RELEASES}/{name}" in have, f"{RELEASES}/{name}" in want
        if here != wanted:
            count = sum(path.startswith(f"{RELEASES}/{name}/") and value != DIRECTORY for path, value in (want if wanted else have).items())
            fields: model.Fields = {"files": [0, count] if wanted else [count, 0]}
            found.append(model.Change(model.Resource("release", name[:SHORT]), "create" if wanted else "remove", fields=fields))
    if want.get(CURRENT) != have.get(CURRENT):
        fields = {"release": [before[:SHORT] or None, record["current"][:SHORT]]}
        found.append(model.Change(model.Resource("link", f"{directory}/{CURRENT}"), "update" if before else "create", fields=fields))
    return found
