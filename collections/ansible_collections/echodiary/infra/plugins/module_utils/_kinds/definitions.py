# SPDX-License-Identifier: GPL-3.0-or-later
"""What systemd makes a unit of: its fragment, its drop-ins and the environment files that it reads, against who brought them.

What a component declared, or a package brought, belongs there. Anything else that changes a declared unit is a stranger, whether systemd
has read it yet or not. Nothing here writes.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, NamedTuple

from .._host import dpkg
from .._ledger import sha

if TYPE_CHECKING:
    from .units import Unit

#: where people put units, and ``systemctl set-property`` what it sets (systemd.unit(5)), what counts most first
CONTROL = ("/etc/systemd/system.control", "/run/systemd/system.control")
ADMINS = (*CONTROL, "/run/systemd/transient", "/etc/systemd/system", "/run/systemd/system", "/usr/local/lib/systemd/system")
VENDORS = ("/usr/lib/systemd/system", "/lib/systemd/system")
#: made anew whenever systemd reads its units; the last by LXC for the containers that it starts
GENERATED = ("/run/systemd/generator", "/run/systemd/system/service.d/zzz-lxc-")
#: what has a definition that a running process can be older than
STARTED = (".service", ".socket")
#: of the whole machine, and made by the scripts of packages: nobody's file, and nothing strange
MACHINES = ("/etc/environment", "/etc/default/locale", "/etc/locale.conf")
STRANGER = "stranger"
#: people have said that it may be: it is neither, whatever it does
LET_BE = "let be"
#: in a record, of a process that began with what somebody had altered
ALTERED = "altered"


class Definition(NamedTuple):
    """``digest``: of all that belongs to it, empty where some of it is altered or let be; ``newest``: its last change (s), then 0."""

    digest: str = ""
    newest: float = 0.0
    #: what belongs to it, and the directories of its drop-ins, with their last changes (s)
    touched: Mapping[str, float] = {}
    #: those that dpkg was the last to touch, after they were recorded
    placed: frozenset[str] = frozenset()
    #: nobody declared or brought these
    strangers: tuple[str, ...] = ()
    #: what a package brought otherwise, with the command that brings it again
    altered: Mapping[str, str] = {}
    #: a stranger that was there when its process began, or that systemd still has in mind though it is gone
    began_with: str = ""
    #: a stranger that counts for a process from the moment it is there
    bound_by: str = ""


class Piece(NamedTuple):
    path: str
    changed: float
    content: bytes
    is_link: bool


class Known(NamedTuple):
    """Is a path declared, or recorded? Is it allowed? And until when (s) was all of a unit's definition seen to be as it was brought?"""

    ours: Callable[[str], bool]
    allowed: Callable[[str], bool]
    verified: float = 0.0


def observe(
    units: Mapping[str, Unit], ours: Callable[[str], bool], allowed: Callable[[str], bool], verified: Mapping[str, float]
) -> dict[str, Definition]:
    """``verified``: of each unit, as ``Definition.newest`` was recorded."""
    there = {name: unit for name, unit in units.items() if unit.load not in ("not-found", "masked")}
    names = {base: _names(base) for base in ADMINS} if there else {}
    return {name: _definition(name, unit, names, Known(ours, allowed, verified.get(name, 0.0))) for name, unit in there.items()}


def _definition(name: str, unit: Unit, names: Mapping[str, frozenset[str]], known: Known) -> Definition:
    folders = [f"{base}/{folder}" for base, there in names.items() for folder in folders_of(name) if folder in there]
    pieces = list(_pieces(_paths(name, unit, names, folders)))
    judged = {piece.path: _verdict(piece, name, known) for piece in pieces}
    environment = _environment(unit, [piece for piece in pieces if judged[piece.path] == ""])
    gone = [path for path in environment if not os.path.lexists(path) and path in dpkg.conffiles()]
    judged.update({path: _word(path, False, known) for path in gone})
    for piece in _pieces(environment):
        pieces.append(piece)
        judged[piece.path] = _environment_verdict(piece, known)
    sound = [piece for piece in pieces if judged[piece.path] == ""]
    lasting = {piece.path: piece.changed for piece in sound if not piece.path.startswith(GENERATED)}
    altered = {path: verdict for path, verdict in judged.items() if verdict not in ("", STRANGER, LET_BE)}
    whole = not altered and LET_BE not in judged.values()
    read = [*_gone(unit, judged), *(piece.path for piece in pieces if _was_read(piece, unit) and judged[piece.path] == STRANGER)]
    return Definition(
        digest=_digest(sound) if whole else "",
        newest=0.0 if not whole else max(lasting.values(), default=0.0),
        touched={**lasting, **{folder: _modified(folder) for folder in folders}},
        placed=frozenset(path for path, changed in lasting.items() if _was_placed(path, changed, known)),
        strangers=tuple(path for path, verdict in judged.items() if verdict == STRANGER),
        altered=altered,
        began_with=next(iter(read), ""),
        bound_by=next((path for path in unit.drop_ins if path.startswith(CONTROL) and judged.get(path, STRANGER) == STRANGER), ""),
    )


def _was_placed(path: str, changed: float, known: Known) -> bool:
    return changed > known.verified and path.startswith(VENDORS) and dpkg.placed(path, changed)


def _gone(unit: Unit, there: Mapping[str, str]) -> list[str]:
    """What systemd has read and nobody can read any more."""
    return [path for path in (unit.fragment, *unit.drop_ins) if path and path not in there]


def _was_read(piece: Piece, unit: Unit) -> bool:
    """When the process began: it was there, and systemd knows of it."""
    return piece.changed < unit.started_at and piece.path in (unit.fragment, *unit.drop_ins, *unit.environment_files)


def folders_of(name: str) -> list[str]:
    """The directories of drop-ins that count for a unit: of its type, of each prefix up to a dash, of its template, its own. Pure."""
    stem, _, kind = name.rpartition(".")
    prefixes = [stem[: at + 1] for at, letter in enumerate(stem[:-1]) if letter == "-"]
    template = [stem[: stem.index("@") + 1]] if "@" in stem[:-1] else []
    return [f"{kind}.d", *(f"{one}.{kind}.d" for one in [*prefixes, *template, stem])]


def _names(base: str) -> frozenset[str]:
    try:
        return frozenset(os.listdir(base))
    except OSError:
        return frozenset()


def _paths(name: str, unit: Unit, names: Mapping[str, frozenset[str]], folders: list[str]) -> Iterator[str]:
    """What systemd has read, and what it would read now."""
    yield from [path for path in (unit.fragment, *unit.drop_ins) if path]
    yield from (f"{base}/{name}" for base, there in names.items() if name in there)
    yield from (f"{folder}/{one}" for folder in folders for one in sorted(_names(folder)) if one.endswith(".conf"))


def _pieces(paths: Iterable[str]) -> Iterator[Piece]:
    """Those that are there, each once."""
    for path in dict.fromkeys(paths):
        try:
            info = os.lstat(path)
            with open(path, "rb") as handle:
                content = handle.read()
        except OSError:
            if not os.path.islink(path):
                continue
            content = b""
        link = os.path.islink(path)
        yield Piece(path, max(info.st_mtime, info.st_ctime), os.readlink(path).encode() + b"\n" + content if link else content, link)


def _verdict(piece: Piece, name: str, known: Known) -> str:
    """Empty where it belongs there, ``STRANGER``, or the command that brings it again as it was."""
    path, vendors = piece.path, piece.path.startswith(VENDORS)
    fragment = path.endswith(f"/{name}")
    if path.startswith(GENERATED) or (vendors and piece.changed <= known.verified):
        return ""
    if known.ours(path) or (fragment and not vendors and _hides_nothing(piece, name)):
        return ""
    brought = dpkg.untouched(path)
    if brought is None and vendors and (fragment or not dpkg.conffiles()):
        return ""
    return _word(path, brought, known)


def _word(path: str, brought: bool | None, known: Known) -> str:
    if brought:
        return ""
    return LET_BE if known.allowed(path) else STRANGER if brought is None else dpkg.again(path)


def _hides_nothing(piece: Piece, name: str) -> bool:
    """Somebody's own unit hides nothing that a package brought; and a link to what a package brought, under any name, is none."""
    if piece.is_link and os.path.realpath(piece.path).startswith(VENDORS):
        return True
    return not any(os.path.exists(f"{vendor}/{name}") for vendor in VENDORS)


def _environment(unit: Unit, sound: list[Piece]) -> list[str]:
    """Environment files below /etc that only a package's own definition names: who names others has chosen them."""
    if not unit.fragment.startswith(VENDORS):
        return []
    chosen = b"".join(one.content for one in sound if not one.path.startswith(VENDORS))
    return [path for path in unit.environment_files if path.startswith("/etc/") and path not in MACHINES and path.encode() not in chosen]


def _environment_verdict(piece: Piece, known: Known) -> str:
    """Without dpkg nobody knows whose it is."""
    if piece.changed <= known.verified or known.ours(piece.path) or not dpkg.conffiles():
        return ""
    return _word(piece.path, dpkg.untouched(piece.path), known)


def _digest(pieces: list[Piece]) -> str:
    told = sorted((one.path.replace("/usr/lib/", "/lib/"), sha.sha256(one.content)) for one in pieces)
    return sha.sha256(repr(told).encode())[:24]


def _modified(folder: str) -> float:
    try:
        return os.stat(folder).st_mtime
    except OSError:
        return 0.0
