# SPDX-License-Identifier: GPL-3.0-or-later
"""What Debian's packages brought, read from dpkg's own database without starting it. On a host without one nothing is known.

``conffiles`` and ``ucf`` say what a configuration file looked like when its package brought it, ``owner`` whose a path is, ``md5sums``
all other files of a package. Each is read when it is first asked for, and once in a run: packages change between runs.
"""

from __future__ import annotations

import contextlib
import functools
import os
import re
from collections.abc import Iterator
from typing import NamedTuple

ROOT = "/var/lib/dpkg"
UCF = "/var/lib/ucf/hashfile"
#: directories of the root that are links into /usr by now, while a package may still say either (usrmerge)
_MERGED = r"(?s)(?:/usr)?(/(?:bin|sbin|lib\w*)/.*)"
_LINKED = ("/bin/", "/sbin/", "/lib/", "/lib64/", "/lib32/")
#: the conffiles of one stanza: each line is path, md5, and maybe a flag (dpkg-query(1))
_CONFFILES = r"(?m)^Conffiles:\n((?: .*\n)+)"
_MD5 = r"[0-9a-f]{32}"


class Diversion(NamedTuple):
    """What others bring as ``path`` lies at ``elsewhere``; ``package`` alone, or nobody (``:``), has ``path`` itself."""

    path: str
    elsewhere: str
    package: str


@functools.cache
def conffiles(root: str = ROOT) -> dict[str, str]:
    """Path -> md5 of the contents that its package brought last. Without those that their packages do not bring any more."""
    return parse_conffiles(status(root))


@functools.cache
def due(root: str = ROOT) -> dict[str, str]:
    """The same of packages that are installed: these should be there."""
    return _split(status(root))[0]


def status(root: str) -> str:
    return f"{text(os.path.join(root, 'status'))}\n{updates(root)}\n"


def held(root: str = ROOT) -> list[str]:
    """Packages that people keep from being upgraded."""
    found = re.findall(r"(?m)^Package: (.*)\nStatus: hold ", status(root))
    return sorted(set(found))


def parse_conffiles(status: str) -> dict[str, str]:
    """Pure. What is installed counts before what was left behind by a package that was removed."""
    here, left = _split(status)
    return {**left, **here}


@functools.lru_cache(maxsize=1)
def _split(status: str) -> tuple[dict[str, str], dict[str, str]]:
    here: dict[str, str] = {}
    left: dict[str, str] = {}
    for block in re.finditer(_CONFFILES, status):
        head = status[status.rfind("Package: ", 0, block.start()) : block.start()]
        (here if " ok installed\n" in head else left).update(_conffile_lines(block.group(1)))
    return here, left


def _conffile_lines(block: str) -> Iterator[tuple[str, str]]:
    for line in block.splitlines():
        path, md5, *flags = line[1:].rsplit(" ", 2) if line.endswith((" obsolete", " remove-on-upgrade")) else line[1:].rsplit(" ", 1)
        if not flags and re.fullmatch(_MD5, md5):
            yield path, md5


def updates(root: str = ROOT) -> str:
    """What dpkg did since it last wrote its status whole: stanzas that replace those of the status, oldest first."""
    directory = os.path.join(root, "updates")
    found = []
    with contextlib.suppress(FileNotFoundError):
        for name in sorted(name for name in os.listdir(directory) if name.isdigit()):
            # dpkg takes them away when it is done, which may be now
            with contextlib.suppress(FileNotFoundError), open(os.path.join(directory, name), encoding="utf-8", errors="replace") as handle:
                found.append(handle.read().strip("\n"))
    return "\n\n".join(found)


@functools.cache
def ucf(file: str = UCF) -> dict[str, str]:
    """The same of what packages hand over to ucf(1), which is no conffile and no package's own: sshd_config, say."""
    return {path: md5 for md5, _, path in (line.partition("  ") for line in text(file).splitlines()) if re.fullmatch(_MD5, md5)}


@functools.cache
def owner(path: str, root: str = ROOT) -> str | None:
    """The package whose ``path`` is, without its architecture; None for nobody's. Every list is searched for one: ask for few."""
    diverted = diversions(root)
    whose = next((one for one in diverted if _same(one.path, path)), None)
    if whose:
        return whose.package if whose.package != ":" else None
    there = next((one for one in diverted if _same(one.elsewhere, path)), None)
    sought, other = (there.path, there.package) if there else (path, "")
    names = frozenset(f"\n{one}\n".encode() for one in spellings(sought))
    listing = (package for package, text in _lists(root) if any(name in text for name in names))
    return next((package for package in listing if package != other), None)


def _same(one: str, other: str) -> bool:
    return one == other or one in spellings(other)


def spellings(path: str) -> tuple[str, ...]:
    """``/usr/lib/x`` and ``/lib/x`` are one file where the root's directories are links into /usr."""
    found = re.fullmatch(_MERGED, path)
    return (found[1], f"/usr{found[1]}") if found else (path,)


@functools.cache
def _lists(root: str) -> list[tuple[str, bytes]]:
    return list(_read_lists(root))


def _read_lists(root: str) -> Iterator[tuple[str, bytes]]:
    folder = os.path.join(root, "info")
    with contextlib.suppress(FileNotFoundError):
        for name in sorted(os.listdir(folder)):
            if name.endswith(".list"):
                # apt may be at work
                with contextlib.suppress(FileNotFoundError), open(os.path.join(folder, name), "rb") as handle:
                    yield name[:-5].partition(":")[0], b"\n" + handle.read()


@functools.cache
def diversions(root: str = ROOT) -> tuple[Diversion, ...]:
    lines = text(os.path.join(root, "diversions")).splitlines()
    return tuple(Diversion(*three) for three in zip(lines[::3], lines[1::3], lines[2::3]))


@functools.cache
def md5sums(package: str, root: str = ROOT) -> dict[str, str]:
    """Path -> md5 of all that ``package`` brought but its conffiles, each where it lies: what another one diverts is elsewhere."""
    texts = [text(os.path.join(root, "info", f"{name}.md5sums")) for name in (package, f"{package}:{_architecture(root)}")]
    lines = (line.partition("  ") for text in texts for line in text.splitlines())
    elsewhere = {one.path: one.elsewhere for one in diversions(root) if one.package != package}
    return {elsewhere.get(f"/{path}", f"/{path}"): md5 for md5, _, path in lines if len(md5) == 32}


@functools.cache
def _architecture(root: str) -> str:
    """Of packages that may be there for several: what is in their files' names."""
    arch = os.path.join(root, "arch")
    native = text(arch).split()
    return native[0] if native else _machine()


def _machine() -> str:
    return {"x86_64": "amd64", "aarch64": "arm64", "armv7l": "armhf"}.get(os.uname().machine, os.uname().machine)


def md5(path: str) -> str | None:
    """Of a file as it is; None where there is none that can be read."""
    import hashlib  # only who compares pays for it

    digest = hashlib.md5(usedforsecurity=False)  # dpkg's own
    try:
        with open(path, "rb") as handle:
            for piece in iter(lambda: handle.read(1 << 20), b""):
                digest.update(piece)
    except OSError:
        return None
    return digest.hexdigest()


def untouched(path: str) -> bool | None:
    """Is ``path`` as its package brought it? None: no package says what it should be."""
    brought = conffiles().get(path) or ucf().get(path) or _sum(path)
    return None if brought is None else md5(path) == brought


def placed(path: str, changed: float, root: str = ROOT) -> bool:
    """Was dpkg the last to touch ``path``, which changed last at ``changed`` (s)? A package's list is written once its files are there."""
    package = owner(path, root)
    lists = (name for name in os.listdir(os.path.join(root, "info")) if name.endswith(".list")) if package else ()
    mine = [os.path.join(root, "info", name) for name in lists if name[:-5].partition(":")[0] == package]
    return any(changed <= os.stat(one).st_ctime for one in mine)


def again(path: str) -> str:
    """The command that brings ``path`` as its package has it, and nothing else of the package that was changed."""
    if path not in conffiles():
        return f"apt-get install --reinstall {owner(path)}"
    return f"rm -f {path} && apt-get install --reinstall -o Dpkg::Options::=--force-confmiss {owner(path)}"


def _sum(path: str) -> str | None:
    package = owner(path)
    sums = md5sums(package) if package else {}
    return next((sums[one] for one in spellings(path) if one in sums), None)


def forget() -> None:
    """Packages were changed."""
    for reader in (conffiles, due, ucf, owner, diversions, md5sums, _lists):
        reader.cache_clear()


def listed(prefixes: tuple[str, ...], root: str = ROOT) -> frozenset[str]:
    """All paths of all packages below ``prefixes``, which are written with ``/usr`` where the root's directories are links into it."""
    found: set[str] = set()
    for _, text in _lists(root):
        lines = text.decode("utf-8", "surrogateescape").split("\n")
        found.update(line for line in map(spelled, lines) if line.startswith(prefixes))
    return frozenset(found)


def spelled(path: str) -> str:
    """The one spelling that is compared."""
    return "/usr" + path if path.startswith(_LINKED) else path


def unpacked(root: str = ROOT) -> list[float]:
    """When each package's files were last put there (s, epoch)."""
    folder = os.path.join(root, "info")
    with contextlib.suppress(FileNotFoundError):
        return [entry.stat().st_mtime for entry in os.scandir(folder) if entry.name.endswith(".list")]
    return []


def settled(root: str = ROOT) -> float:
    """When dpkg last wrote down what it had done (s, epoch)."""
    with contextlib.suppress(FileNotFoundError):
        return os.stat(os.path.join(root, "status")).st_mtime
    return 0.0


def text(file: str) -> str:
    try:
        with open(file, encoding="utf-8", errors="replace") as handle:
            return handle.read()
    except OSError:
        return ""
