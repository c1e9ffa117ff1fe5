# SPDX-License-Identifier: GPL-3.0-or-later
"""Kernel parameters: the running value, our own line, and what the next boot makes of all files. The controller changes them."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from .._host import dpkg
from .._ledger import shapes
from . import model, protocol

NAME, KEY, SHARED = "sysctl", "sysctl", model.ALIKE
WORDS, PREFIX = ("kernel setting", "kernel settings"), ""
ACCOUNTS = False
SCHEMA: model.Schema = {"type": "dict", "default": {}}
ENTRY: model.Schema = {}
SHAPE = shapes.TEXT

FILE = "/etc/sysctl.d/90-echodiary.conf"
#: where a package's own file comes after ours, and a line of it is not ours to take away
LAST = "/etc/sysctl.d/zz-echodiary.conf"
#: as systemd-sysctl(8) reads them: a file hides those of its name in later directories, and all are read in the order of their names
FOLDERS = ("/etc/sysctl.d", "/run/sysctl.d", "/usr/local/lib/sysctl.d", "/usr/lib/sysctl.d")
BROUGHT = "/usr/lib/"
ROOT = "/proc/sys"


class Line(NamedTuple):
    """What a file says of a parameter: as it is written, and by its name with dots. ``brought``: a package did, and it stays."""

    file: str
    written: str
    key: str
    value: str
    brought: bool = False


class Live(NamedTuple):
    """``boot``: what the next boot sets, and which lines after ours make it so."""

    running: str | None
    persisted: str | None
    boot: str | None = None
    later: tuple[Line, ...] = ()


def normal(value: str) -> str:
    """``4096\t87380`` and ``4096 87380`` are the same value."""
    return " ".join(str(value).split())


def observe(names: list[str], root: str = ROOT, file: str = FILE, folders: tuple[str, ...] = FOLDERS) -> dict[str, Live]:
    own = {line.key: line.value for line in read(file)} if names else {}
    boot = list(lines(folders)) if names else []
    return {key: _live(_running(key, root), own.get(key), [line for line in boot if line.key == key], file) for key in names}


def _live(running: str | None, own: str | None, said: list[Line], file: str) -> Live:
    """The last line counts. One with a pattern counts only where none names the parameter, and ours does."""
    places = [number for number, line in enumerate(said) if line.file == file]
    later = [line for line in said[places[-1] + 1 :] if line.file != file] if places else []
    return Live(running, own, said[-1].value if said else None, tuple(line._replace(brought=_is_brought(line.file)) for line in later))


def _is_brought(file: str) -> bool:
    real = os.path.realpath(file)
    return real.startswith(BROUGHT) or bool(dpkg.untouched(real))


def lines(folders: tuple[str, ...] = FOLDERS) -> Iterator[Line]:
    """All that systemd-sysctl would read, in its order."""
    files: dict[str, str] = {}
    for folder in reversed(folders):
        files.update({name: f"{folder}/{name}" for name in _names(folder) if name.endswith(".conf")})
    for _, path in sorted(files.items()):
        yield from read(path)


def _names(folder: str) -> list[str]:
    try:
        return os.listdir(folder)
    except OSError:
        return []


def read(file: str) -> Iterator[Line]:
    """One that is not there, or leads to /dev/null, says nothing."""
    try:
        with open(file, encoding="utf-8", errors="replace") as handle:
            texts = [line.strip() for line in handle]
    except OSError:
        return
    for text in texts:
        written, sign, value = text.partition("=")
        key = named(written.strip().lstrip("-").strip())
        if sign and not text.startswith(("#", ";")) and not any(one in key for one in "*?["):
            yield Line(file, written.strip(), key, normal(value))


def named(key: str) -> str:
    """With dots: whichever of ``.`` and ``/`` comes first parts the names, and the other one is a letter (sysctl.d(5))."""
    first = next((letter for letter in key if letter in "./"), ".")
    return key if first == "." else key.translate(str.maketrans("./", "/."))


def _running(key: str, root: str) -> str | None:
    try:
        with open(os.path.join(root, *(name.replace("/", ".") for name in key.split("."))), encoding="utf-8") as handle:
            return normal(handle.read())
    except OSError:
        return None


def checked(given: dict[str, model.Json]) -> dict[str, model.Json]:
    return {key: str(value) for key, value in given.items()}


def entries(declared: dict[str, str]) -> Mapping[str, model.Json]:
    return declared


def values(declared: dict[str, str]) -> dict[str, str]:
    return {key: normal(value) for key, value in declared.items()}


def found(want: str, seen: Live | None) -> str | None:
    """The running value."""
    return seen.running if seen else None


def plan(declared: dict[str, str], seen: Mapping[str, Live], last: model.Applied) -> list[model.Change]:
    changes = []
    for key, want in values(declared).items():
        have = seen[key]
        if have.running is None:
            raise model.ConvergeError(f"sysctl {key}: this kernel has no such parameter; correct the name or drop it")
        sides = {"running": have.running, "persisted": have.persisted}
        fields: dict[str, list[model.Json]] = {side: [now, want] for side, now in sides.items() if now != want}
        moved = have.running if "running" in fields else have.persisted if fields else have.boot
        overridden = bool(have.later) and have.boot != want
        if overridden:
            fields.update({"boot": [have.boot, want], **dict(_won_back(have.later, want))})
        if fields:
            why = f"{have.later[-1].file} comes after {FILE}" if overridden else ""
            origin = model.origin(want, last.values.get(key), moved)
            changes.append(model.Change(model.Resource(NAME, key), "update", origin, fields, why=why))
    return [*changes, *_removals(set(declared), seen, last)]


def _won_back(later: tuple[Line, ...], want: str) -> Iterator[tuple[str, list[model.Json]]]:
    """File -> the line of it that goes, or the value that is written there."""
    for line in later:
        if line.value != want:
            yield (LAST, [None, want]) if line.brought else (line.file, [line.written, None])


def _removals(declared: set[str], seen: Mapping[str, Live], last: model.Applied) -> Iterator[model.Change]:
    """Our file forgets it, and the value from before us runs again, unless somebody has set another one since."""
    for key, applied in last.values.items():
        have, before = seen.get(key, Live(None, None)), last.before.get(key)
        if key in declared:
            continue
        fields: dict[str, list[model.Json]] = {"persisted": [have.persisted, None]} if have.persisted is not None else {}
        if isinstance(before, str) and have.running == applied != before:
            fields["running"] = [have.running, before]
        fields.update((line.file, [line.written, None]) for line in have.later if line.file == LAST)
        if fields:
            why = "no longer declared" + ("" if isinstance(before, str) else "; what runs stays so until the next boot")
            yield model.Change(model.Resource(NAME, key), "remove", fields=fields, why=why)


def delegate(changes: list[model.Change], declared: dict[str, str], manager: str) -> Iterator[protocol.Call]:
    for change in changes:
        what = f"sysctl {change.name}"
        common: dict[str, model.Json] = {"name": change.name, "sysctl_file": FILE, "reload": False}
        yield from _elsewhere(change)
        if "boot" in change.fields and not {"running", "persisted"} & set(change.fields):
            continue
        if change.action != "remove":
            args: dict[str, model.Json] = {**common, "value": declared[change.name], "sysctl_set": True}
            yield protocol.Call(what, "ansible.posix.sysctl", args, (what,))
            continue
        if "running" in change.fields:
            args = {**common, "value": change.fields["running"][1], "sysctl_set": True}
            yield protocol.Call(f"{what} as before", "ansible.posix.sysctl", args, (f"{what} as before",))
        yield protocol.Call(f"removes {what}", "ansible.posix.sysctl", {**common, "state": "absent"}, (what,))


def _elsewhere(change: model.Change) -> Iterator[protocol.Call]:
    """What other files say."""
    for file, (written, value) in change.fields.items():
        if file.startswith("/"):
            what = f"sysctl {change.name} in {file}"
            args: dict[str, model.Json] = {"name": written, "sysctl_file": file, "reload": False, "state": "absent"}
            if value is not None:
                args.update(name=change.name, value=value, state="present")
            yield protocol.Call(what, "ansible.posix.sysctl", args, (what,))


def look(name: str, manager: str) -> str:
    return f"sysctl {name}"
