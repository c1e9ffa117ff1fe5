# SPDX-License-Identifier: GPL-3.0-or-later
"""Mounts: the line in /etc/fstab and what the kernel has mounted both count. The controller changes them.

A device has many names (UUID=…, LABEL=…, links below /dev), and the kernel tells one. So what is read of a mount are all names that its
source goes by, and a declared source is compared with them. Of options those are compared with the kernel's that it shows as they were
asked for; others (``nofail``, a negotiated ``rsize``) only with fstab's.

Nothing is lost: what is mounted is remounted, and not unmounted, for another option; nothing is mounted over files; and what only memory
holds is not unmounted unless people say so.
"""

from __future__ import annotations

import os
import posixpath
import re
from collections.abc import Iterator, Mapping
from typing import NamedTuple, TypedDict, cast

from .._ledger import shapes
from . import model, protocol

NAME, KEY, SHARED = "mount", "mounts", model.ALIKE
WORDS, PREFIX = ("mount", "mounts"), "mount "
ACCOUNTS = False
SCHEMA: model.Schema = {"type": "dict", "default": {}}
ENTRY: model.Schema = {
    "source": {"type": "str", "required": True},
    "fstype": {"type": "str", "required": True},
    "options": {"type": "str", "default": "defaults"},
    "dump": {"type": "int", "default": 0},
    "passno": {"type": "int", "default": 0},
    "state": {"type": "str", "choices": ["mounted", "present"], "default": "mounted"},
}
_LINE: dict[str, shapes.Shape] = {"source": shapes.TEXT, "fstype": shapes.TEXT, "options": shapes.TEXT}
SHAPE = shapes.fields({**_LINE, "dump": shapes.kind(int), "passno": shapes.kind(int), "state": shapes.TEXT})

FSTAB, MOUNTINFO, DEVICES = "/etc/fstab", "/proc/self/mountinfo", "/dev"
#: mounted, and not in fstab: found, and never declared
UNLISTED = "ephemeral"
#: directory of /dev/disk -> what stands before such a name in fstab
TAGS = {"by-uuid": "UUID=", "by-label": "LABEL=", "by-partuuid": "PARTUUID=", "by-partlabel": "PARTLABEL=", "by-id": "ID="}
VOLATILE = ("tmpfs", "ramfs")
#: what is in force unless the left one is asked for
OPPOSITES = {"ro": "rw", "nosuid": "suid", "nodev": "dev", "noexec": "exec"}
#: what these mean besides (mount(8))
IMPLIED = {
    "user": ("noexec", "nosuid", "nodev"),
    "users": ("noexec", "nosuid", "nodev"),
    "owner": ("nosuid", "nodev"),
    "group": ("nosuid", "nodev"),
}
#: the kernel shows them whenever they are in force
FLAGS = {"noatime", "nodiratime", "relatime", "nosymfollow", "lazytime", "sync", "dirsync", "discard", "usrquota", "grpquota", "prjquota"}
#: and these as they were asked for, but for the way a number is written
KEYS = {"size", "nr_inodes", "mode", "uid", "gid", "commit", "errors", "subvol"}
#: can only be read, whatever is asked for
READ_ONLY = ("iso9660", "squashfs", "erofs", "cramfs")
_FACTORS = {"": 1, "k": 1 << 10, "m": 1 << 20, "g": 1 << 30, "t": 1 << 40}
#: what needs no escape in fstab, which Ansible's module does not read back
_WORD = r"[^\s#\"'\\]+"


class Mount(TypedDict):
    """As declared and recorded: a line of fstab, and whether it is mounted, too."""

    source: str
    fstype: str
    options: str
    dump: int
    passno: int
    state: str


class Mounted(NamedTuple):
    """What is mounted at a path, with all ``names`` of its source, the best one first. ``full``: memory alone holds something of it."""

    names: tuple[str, ...]
    fstype: str
    options: frozenset[str]
    bind: bool = False
    full: bool = False


class Live(NamedTuple):
    """``hidden``: a file below the path, where nothing is mounted yet."""

    listed: Mount | None = None
    mounted: Mounted | None = None
    hidden: str = ""


class Row(NamedTuple):
    """A line of mountinfo (proc(5)): which device, the directory in it, where that is, and as what."""

    device: str
    root: str
    point: str
    options: frozenset[str]
    fstype: str
    source: str

    @property
    def bind(self) -> bool:
        """A part of a file system; those of btrfs are volumes."""
        return self.root != "/" and self.fstype != "btrfs"


# -- read --------------------------------------------------------------------------------------------------------------


def observe(names: list[str], fstab: str = FSTAB, mountinfo: str = MOUNTINFO, devices: str = DEVICES) -> dict[str, Live]:
    if not names:
        return {}
    listed, rows = _listed(_text(fstab)), _rows(_text(mountinfo))
    topmost = {row.point: row for row in rows}
    found = {}
    for name in names:
        row = topmost.get(os.path.realpath(name))
        mounted = _mounted(row, rows, devices, name) if row else None
        found[name] = Live(listed.get(name), mounted, "" if mounted else _first_file(name))
    return found


def _text(path: str) -> str:
    try:
        with open(path, encoding="utf-8", errors="surrogateescape") as handle:
            return handle.read()
    except FileNotFoundError:
        return ""


def _plain(text: str) -> str:
    """Blanks and the like are octal in fstab and mountinfo (getmntent(3))."""
    return re.sub(r"\\([0-7]{3})", lambda octal: chr(int(octal.group(1), 8)), text)


def _listed(text: str) -> dict[str, Mount]:
    """By path; the last line of a path is the one that mount(8) takes."""
    rows = ([_plain(field) for field in line.split()] for line in text.splitlines() if not line.lstrip().startswith("#"))
    return {_without_slash(row[1]): _line(*row[:6]) for row in rows if len(row) >= 3}


def _line(source: str, path: str, fstype: str, options: str = "defaults", dump: str = "0", passno: str = "0") -> Mount:
    numbers = [int(one) if one.isdigit() else 0 for one in (dump, passno)]
    return {"source": source, "fstype": fstype, "options": options, "dump": numbers[0], "passno": numbers[1], "state": "present"}


def _rows(text: str) -> list[Row]:
    return [_row(*line.partition(" - ")[::2]) for line in text.splitlines() if " - " in line]


def _row(place: str, what: str) -> Row:
    _, _, device, root, point, options, *_ = place.split(" ")
    fstype, source, of_all, *_ = [*what.split(" "), "", ""]
    shown = {_plain(one) for one in f"{options},{of_all}".split(",") if one}
    # read-only for one reason is read-only
    return Row(device, _plain(root), _plain(point), frozenset(shown - {"rw"} if "ro" in shown else shown), fstype, _plain(source))


def _mounted(row: Row, rows: list[Row], devices: str, path: str) -> Mounted:
    places = [_place(row, other) for other in rows if other is not row and other.device == row.device]
    device = _names_of(row.source, devices) if row.source.startswith("/") else []
    names = [*places, row.source, *device] if row.bind else [row.source, *device, *places]
    full = row.fstype in VOLATILE and not row.bind and bool(_first_file(path))
    return Mounted(tuple(dict.fromkeys(filter(None, names))), row.fstype, row.options, row.bind, full)


def _place(row: Row, other: Row) -> str:
    """Where ``other`` shows what ``row`` does; empty where it does not."""
    inside = posixpath.relpath(row.root, other.root)
    return "" if inside.startswith("..") else posixpath.normpath(posixpath.join(other.point, inside))


def _names_of(source: str, devices: str) -> list[str]:
    """A device, every link below /dev that leads to it, and what these are called in fstab."""
    real = os.path.realpath(source)
    links = [os.path.join(directory, name) for directory, _, names in os.walk(devices) for name in names]
    found = [link for link in links if os.path.islink(link) and os.path.realpath(link) == real]
    return [real, *found, *(tag for link in found for tag in _tag(link))]


def _tag(link: str) -> Iterator[str]:
    directory, name = posixpath.split(link)
    if posixpath.basename(directory) in TAGS:
        # udev writes what a file name cannot hold as \x20
        yield TAGS[posixpath.basename(directory)] + re.sub(r"\\x([0-9a-f]{2})", lambda code: chr(int(code.group(1), 16)), name)


def _first_file(path: str) -> str:
    return next((os.path.join(directory, name) for directory, _, names in os.walk(path) for name in names), "")


def _without_slash(path: str) -> str:
    return path.rstrip("/") or "/"


# -- declared ----------------------------------------------------------------------------------------------------------


def checked(given: dict[str, Mount]) -> dict[str, Mount]:
    for path, mount in given.items():
        wrong = next(_wrong(path, mount), "")
        if wrong:
            raise model.ConvergeError(f"mounts {path}: {wrong}")
    return given


def _wrong(path: str, mount: Mount) -> Iterator[str]:
    if not re.fullmatch(f"/{_WORD}", path) or posixpath.normpath(path) != path:
        yield "the path has to be absolute and plain (no '..', no trailing '/', no blanks, quotes or '#')"
    for key in ("source", "fstype", "options"):
        if not re.fullmatch(_WORD, str(mount.get(key))):
            yield f"{key} '{mount.get(key)}' is empty, or has a blank, quote or '#', which no line of fstab can hold"
    if mount["fstype"] == "swap":
        yield "swap is not mounted anywhere; it is no mount"
    if _is_bind(mount) and not mount["source"].startswith("/"):
        yield f"source '{mount['source']}' of a bind mount has to be the whole path of a directory"
    if min(mount["dump"], mount["passno"]) < 0:
        yield "dump and passno have to be 0 or more"


def entries(declared: dict[str, Mount]) -> Mapping[str, model.Json]:
    return cast("Mapping[str, model.Json]", declared)


def values(declared: dict[str, Mount]) -> dict[str, Mount]:
    return declared


def found(want: Mount, seen: Live | None) -> Mount | None:
    """All of it, to be put back one day."""
    if seen is None or (seen.listed is None and seen.mounted is None):
        return None
    if seen.listed:
        return {**seen.listed, "state": "mounted" if seen.mounted else "present"}
    return _unlisted(cast("Mounted", seen.mounted))


def _unlisted(mounted: Mounted) -> Mount:
    options = ",".join((["bind"] if mounted.bind else []) + sorted(mounted.options))
    fstype = "none" if mounted.bind else mounted.fstype
    return {"source": mounted.names[0], "fstype": fstype, "options": options, "dump": 0, "passno": 0, "state": UNLISTED}


# -- compared ----------------------------------------------------------------------------------------------------------


def plan(declared: dict[str, Mount], seen: Mapping[str, Live], last: model.Applied) -> list[model.Change]:
    """What lies on a way to another is mounted before it."""
    changes: list[model.Change] = []
    for path in sorted(declared):
        changes += _planned(path, declared[path], seen.get(path, Live()), cast("Mount | None", last.values.get(path)))
    return [*changes, *_removals(set(declared), seen, last)]


def _planned(path: str, want: Mount, have: Live, was: Mount | None) -> Iterator[model.Change]:
    fields = _fields(want, have)
    if not fields:
        return
    _refuse_what_would_be_lost(path, want, have, fields)
    untouched = was is not None and not _fields(was, have)
    origin = model.origin(want, was, was if untouched else None)
    action = "update" if have.listed or have.mounted else "create"
    yield model.Change(model.Resource(NAME, path), action, origin, fields)


def _fields(want: Mount, have: Live) -> dict[str, list[model.Json]]:
    listed = {} if want["state"] == UNLISTED else _listed_fields(want, have.listed)
    return listed if want["state"] == "present" else {**listed, **_mounted_fields(want, have.mounted)}


def _listed_fields(want: Mount, have: Mount | None) -> dict[str, list[model.Json]]:
    if have is None:
        return {"fstab": [None, _shown(want)]}
    line, declared = (cast("dict[str, model.Json]", one) for one in (have, want))
    different = [key for key in ("source", "fstype", "dump", "passno") if line[key] != declared[key]]
    different += ["options"] if set(_options(have)) != set(_options(want)) else []
    return {f"fstab {key}": [line[key], declared[key]] for key in different}


def _shown(mount: Mount) -> str:
    return " ".join(str(one) for one in (mount["source"], mount["fstype"], mount["options"], mount["dump"], mount["passno"]))


def _mounted_fields(want: Mount, have: Mounted | None) -> dict[str, list[model.Json]]:
    if have is None:
        return {"mounted": [False, True]}
    fields: dict[str, list[model.Json]] = {}
    if not _is_source(want, have):
        fields["mounted source"] = [have.names[0], want["source"]]
    if not _is_fstype(want, have):
        fields["mounted fstype"] = [have.fstype, want["fstype"]]
    missing = _missing(want, have)
    if missing:
        fields["options in force"] = [",".join(sorted(have.options)), ",".join(missing)]
    return fields


def _is_source(want: Mount, have: Mounted) -> bool:
    return _without_slash(want["source"]) in {_without_slash(name) for name in have.names}


def _is_fstype(want: Mount, have: Mounted) -> bool:
    kind = want["fstype"]
    return _is_bind(want) or kind in ("auto", have.fstype) or (kind, have.fstype) == ("nfs", "nfs4") or have.fstype.startswith("fuse")


def _options(mount: Mount) -> list[str]:
    return [one for one in mount["options"].split(",") if one and one != "defaults"]


def _is_bind(mount: Mount) -> bool:
    return not {"bind", "rbind"}.isdisjoint(_options(mount))


def _missing(want: Mount, have: Mounted) -> list[str]:
    """Options that were asked for, or go without saying, and are not in force."""
    asked = [each for one in _options(want) for each in (one, *IMPLIED.get(one, ()))]
    flags = [one for one in asked if one in FLAGS and one not in have.options]
    shown = dict(option.split("=", 1) for option in have.options if "=" in option)
    pairs = [one.split("=", 1) for one in asked if one.partition("=")[0] in KEYS & shown.keys() and "=" in one]
    keys = [f"{key}={value}" for key, value in pairs if _meant(key, value) not in ("", _meant(key, shown[key]))]
    return [*_missing_opposites(want, have, asked), *flags, *keys]


def _missing_opposites(want: Mount, have: Mounted, asked: list[str]) -> Iterator[str]:
    # a bind mount has what its source has, and a helper of FUSE adds some of its own
    inherits = _is_bind(want) or have.fstype.startswith("fuse")
    for flag, opposite in OPPOSITES.items():
        said = [one for one in asked if one in (flag, opposite)]
        due = said[-1] if said else "" if inherits or (flag == "ro" and have.fstype in READ_ONLY) else opposite
        if due and (due == flag) != (flag in have.options):
            yield due


def _meant(key: str, value: str) -> str:
    """64m is 65536k, and mode 0755 is 755. Empty for a share of the memory and for names, which the kernel shows in another way."""
    if key in ("errors", "subvol"):
        return value.strip("/")
    if key == "mode":
        return value.lstrip("0")
    sized = re.fullmatch("([0-9]+)([kmgt]?)", value.lower())
    return str(int(sized.group(1)) * _FACTORS[sized.group(2)]) if sized else ""


def _refuse_what_would_be_lost(path: str, want: Mount, have: Live, fields: Mapping[str, model.Json]) -> None:
    if "mounted" in fields and have.hidden:
        away = f"mv {path} {path}.unmounted && mkdir {path}"
        raise model.ConvergeError(
            f"mounts {path}: nothing is mounted there, and a mount would hide {have.hidden}; nothing was touched. "
            f"Put what lies there out of the way: {away}"
        )
    if have.mounted and have.mounted.full and not {"mounted source", "mounted fstype"}.isdisjoint(fields):
        raise model.ConvergeError(
            f"mounts {path}: {have.mounted.fstype} is mounted there in place of {want['source']}, and holds files in memory alone; "
            f"nothing was touched. Save what is needed, then: umount {path}"
        )


def _removals(declared: set[str], seen: Mapping[str, Live], last: model.Applied) -> Iterator[model.Change]:
    """One that we made goes; one from before us is as it was, unless somebody has changed it since."""
    for path, applied in sorted(cast("Mapping[str, Mount]", last.values).items()):
        have, before = seen.get(path, Live()), cast("Mount | None", last.before.get(path))
        fields = {} if path in declared else _back(applied, before, have) if before else _ours(applied, have)
        if not fields:
            continue
        if "mounted" in fields and have.mounted and have.mounted.full and not last.prune:
            why = f"no longer declared; {have.mounted.fstype} holds files that unmounting would lose (requires pruning)"
            yield model.Change(model.Resource(NAME, path), model.REPORT, fields=fields, why=why)
        elif before:
            yield model.Change(model.Resource(NAME, path), "restore", fields=fields, why="no longer declared: as it was before")
        else:
            yield last.gone(NAME, path, fields, certain=path in last.before)


def _ours(applied: Mount, have: Live) -> dict[str, list[model.Json]]:
    """What is left of it. Something else that somebody has put in its place is not ours to take away."""
    fields: dict[str, list[model.Json]] = {}
    if have.listed and have.listed["source"] == applied["source"]:
        fields["fstab"] = [_shown(have.listed), None]
    if have.mounted and applied["state"] == "mounted" and _is_source(applied, have.mounted):
        fields["mounted"] = [True, False]
    return fields


def _back(applied: Mount, before: Mount, have: Live) -> dict[str, list[model.Json]]:
    if _fields(applied, have):
        return {}
    fields = _fields(before, have)
    if before["state"] == UNLISTED and have.listed:
        fields["fstab"] = [_shown(have.listed), None]
    if before["state"] == "present" and have.mounted:
        fields["mounted"] = [True, False]
    return {**fields, "before": [_shown(applied), cast("Mapping[str, model.Json]", before)]} if fields else {}


# -- changed -----------------------------------------------------------------------------------------------------------


def delegate(changes: list[model.Change], declared: dict[str, Mount], manager: str) -> Iterator[protocol.Call]:
    for change in changes:
        before = change.fields.get("before", [None, None])[1]
        wanted = cast("Mount | None", before or declared.get(change.name))
        if _goes(change, "mounted"):
            yield _unmounted(change.name)
        if _goes(change, "fstab"):
            yield _call(f"takes mount {change.name} out of fstab", change.name, {"state": "absent_from_fstab"}, _in_fstab(change.name))
        if wanted and change.action != "remove":
            yield from _made(change, wanted)
        if any(field.startswith("fstab") for field in change.fields):
            # systemd made units of the lines as they were
            yield protocol.Call("systemd reads fstab", "ansible.builtin.systemd_service", {"daemon_reload": True})


def _goes(change: model.Change, field: str) -> bool:
    pair = change.fields.get(field)
    return pair is not None and not pair[1]


def _made(change: model.Change, wanted: Mount) -> Iterator[protocol.Call]:
    path, fields = change.name, change.fields
    another = not {"mounted source", "mounted fstype"}.isdisjoint(fields)
    if another:
        yield _unmounted(path)
    if another or ("mounted" in fields and not _goes(change, "mounted")):
        # in one go with fstab: the module takes the line out again when it cannot be mounted
        step = "'lsblk --fs' on the host shows which devices there are, with their UUID and LABEL"
        yield _call(f"mount {path}", path, _args(wanted, wanted["state"]), f"mount {path}", step)
        return
    if any(field.startswith("fstab") and not _goes(change, field) for field in fields):
        yield _call(f"mount {path} in fstab", path, _args(wanted, "present"), _in_fstab(path))
    if wanted["state"] != "present" and not {"fstab options", "options in force"}.isdisjoint(fields):
        opts = ",".join(_options(wanted)) or "rw"
        step = f"where an option cannot be changed while it is mounted: umount {path}"
        yield _call(f"remounts {path}", path, {"state": "remounted", "opts": opts}, f"mount {path}", step)


def _unmounted(path: str) -> protocol.Call:
    step = (
        f"where it is busy: sudo find /proc -maxdepth 3 -lname '{path}*' 2>/dev/null shows which processes use it, "
        f"and findmnt --submounts {path} what is mounted below it; stop or unmount that, and run this again"
    )
    return _call(f"unmounts {path}", path, {"state": "unmounted"}, f"mount {path} unmounted", step)


def _args(mount: Mount, state: str) -> dict[str, model.Json]:
    numbers: dict[str, model.Json] = {"dump": str(mount["dump"]), "passno": str(mount["passno"])}
    return {"src": mount["source"], "fstype": mount["fstype"], "opts": mount["options"], **numbers, "state": state}


def _call(what: str, path: str, args: Mapping[str, model.Json], brings: str, next_step: str = "") -> protocol.Call:
    return protocol.Call(what, "ansible.posix.mount", {"path": path, **args}, (brings,), next_step)


def _in_fstab(path: str) -> str:
    return f"mount {path} in fstab"


def look(name: str, manager: str) -> str:
    path = name.split()[0]
    return f"findmnt --mountpoint {path}; findmnt --fstab --target {path}"
