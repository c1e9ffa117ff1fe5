# SPDX-License-Identifier: GPL-3.0-or-later
"""Directories whose files have power over a host: all in them is a package's, a component's, known to be the system's own, or told.

Contents count where it is known what they were: of configuration that packages brought by their own checksums, of what systems make
themselves by how it was when the host was last converged.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, NamedTuple

from .._host import differences, dpkg, globs
from .._kinds import model
from . import generated, links, memory, modes, mounts, packaged
from .shapes import Finding, Known

if TYPE_CHECKING:
    from .._kinds import remembered

NAME = "files"


class Root(NamedTuple):
    """``only``: nothing else in it counts (globs); below it everything does where nothing is said."""

    path: str
    only: tuple[str, ...] = ()


_HOME = (
    ".ssh/**",
    ".bashrc",
    ".bash_login",
    ".bash_profile",
    ".bash_aliases",
    ".profile",
    ".docker/**",
    ".config/systemd/**",
    ".config/environment.d/**",
    ".pam_environment",
    ".forward",
)
ROOTS = (
    Root("/etc"),
    Root("/usr/local"),
    Root("/var/spool/cron"),
    Root("/run/systemd/system"),
    Root("/run/systemd/system.control"),
    Root("/run/systemd/transient", ("*.service", "*.timer", "*.socket", "*.path", "*.mount", "*.d/**")),
    Root("/run/sysctl.d"),
    Root("/run/modprobe.d"),
    Root("/run/udev/rules.d"),
    Root("/run/tmpfiles.d"),
    Root("/usr/bin"),
    Root("/usr/sbin"),
    Root("/usr/lib/systemd"),
    Root("/usr/lib/sysctl.d"),
    Root("/usr/lib/modules-load.d"),
    Root("/usr/lib/modprobe.d"),
    Root("/usr/lib/udev/rules.d"),
    Root("/usr/lib/tmpfiles.d"),
    Root("/usr/lib/environment.d"),
    Root("/usr/lib/docker"),
    Root("/usr/libexec/docker"),
    Root("/usr/lib/python3/dist-packages", ("*.pth", "sitecustomize.py", "usercustomize.py")),
    Root("/root", _HOME),
)
SYSTEMD = ("/etc/systemd/system/", "/run/systemd/", "/usr/local/lib/systemd/system/", "/usr/lib/systemd/system/")
#: of a longer one no copy is kept (bytes)
LONGEST_KEPT = 16384
#: what packages' lists are read for
PREFIXES = tuple(f"{root.path}/" for root in ROOTS)


class Entry(NamedTuple):
    """One path: ``kind`` is file, link, directory or special; ``digest`` of a living file, or where a link leads."""

    path: str
    kind: str
    mode: int = 0
    uid: int = 0
    gid: int = 0
    changed: float = 0.0
    digest: str = ""
    text: str | None = None


class Seen(NamedTuple):
    strangers: tuple[Entry, ...] = ()
    #: configuration of a package that is not as it was brought, with that package
    altered: tuple[tuple[Entry, str], ...] = ()
    missing: Mapping[str, str] = {}
    living: Mapping[str, Entry] = {}
    #: anybody may write to these
    open: tuple[Entry, ...] = ()
    #: enabled by a package, and not any more
    disabled: tuple[str, ...] = ()
    by_scripts: frozenset[str] = frozenset()
    #: how configuration of packages comes back
    steps: Mapping[str, str] = {}
    #: what is mounted over cannot be replaced
    mounted: frozenset[str] = frozenset()
    #: living files that are as they were recorded
    unchanged: frozenset[str] = frozenset()
    noted: Mapping[str, memory.Note] = {}


def observe(known: Known) -> Seen:
    if not packaged.is_known():
        return Seen()
    found = _Walk(known)
    for root in [*ROOTS, *_homes()]:
        found.walk(root.path, root)
    missing = _gone(found, known)
    return Seen(
        tuple(found.strangers),
        tuple(found.altered),
        missing,
        found.living,
        tuple(found.open),
        tuple(links.disabled(known)),
        frozenset(_by_scripts(found, known)),
        {path: dpkg.again(path) for path in [*missing, *(entry.path for entry, owner in found.altered if owner)]},
        mounts.points() & found.living.keys() if found.living else frozenset(),
        frozenset(found.unchanged),
        {**found.noted, **dict.fromkeys(missing, memory.Note(0, 0, memory.GONE))},
    )


def _gone(found: _Walk, known: Known) -> dict[str, str]:
    """Where all is there that was noted, nothing is gone."""
    if known.memory.files and known.memory.files.keys() <= found.noted.keys():
        return {}
    due = found.brought.due - known.paths
    return {path: _owner(path) for path in due if not os.path.lexists(path)}


def _by_scripts(found: _Walk, known: Known) -> Iterator[str]:
    for path, entry in found.living.items():
        if generated.IS_SCRIPTED.match(path) and found.brought.by_scripts(entry.changed, known.kept_at):
            yield path


def _homes() -> list[Root]:
    try:
        return [Root(entry.path, _HOME) for entry in os.scandir("/home") if entry.is_dir(follow_symlinks=False)]
    except OSError:
        return []


class _Walk:
    """Collects while it descends; nothing that is as it was noted, a package's or a component's is looked at longer than a moment."""

    def __init__(self, known: Known) -> None:
        self._known = known
        self._noted = known.memory.files
        self._brought: packaged.Packaged | None = None
        self._parents = {parent for path in known.paths for parent in _parents(path)}
        self.strangers: list[Entry] = []
        self.altered: list[tuple[Entry, str]] = []
        self.living: dict[str, Entry] = {}
        self.unchanged: set[str] = set()
        self.open: list[Entry] = []
        self.noted: dict[str, memory.Note] = {}

    @property
    def brought(self) -> packaged.Packaged:
        """Read once something is to be judged."""
        if self._brought is None:
            self._brought = packaged.read(PREFIXES)
        return self._brought

    def walk(self, directory: str, root: Root) -> None:
        try:
            entries = sorted(os.scandir(directory), key=lambda entry: entry.name)
        except OSError:
            return
        for entry in entries:
            if not root.only or self._counts(entry.path, root):
                self._look(entry, root)

    @staticmethod
    def _counts(path: str, root: Root) -> bool:
        below = path[len(root.path) + 1 :]
        return any(globs.matches(below, one) or one.startswith(below + "/") for one in root.only)

    def _look(self, entry: os.DirEntry[str], root: Root) -> None:
        path = entry.path
        info = entry.stat(follow_symlinks=False)
        noted = self._noted.get(path)
        if stat.S_ISDIR(info.st_mode):
            self._enter(entry, root, noted)
        elif noted and noted[:2] == (info.st_ino, info.st_ctime_ns) and self._holds(path, noted.found):
            self._again(entry, noted)
            return
        else:
            self._judge(entry, memory.note(info))
        if info.st_mode & stat.S_IWOTH or path.startswith("/etc/s"):
            self._check_mode(entry, info.st_mode)

    def _holds(self, path: str, found: str) -> bool:
        return found != memory.LIVING or path in self._known.kept

    def _again(self, entry: os.DirEntry[str], noted: memory.Note) -> None:
        """As it was when it was noted."""
        self.noted[entry.path] = noted
        if noted.found == memory.LIVING:
            self.unchanged.add(entry.path)
        elif noted.found == memory.STRANGER:
            self.strangers.append(_with_content(_entry(entry)))

    def _enter(self, entry: os.DirEntry[str], root: Root, noted: memory.Note | None) -> None:
        path = entry.path
        if path in self._known.owned:
            return
        expected = noted.found == memory.FINE if noted else root.only or _is_expected(path) or self._is_known(path)
        if expected:
            self.noted[path] = memory.Note(0, 0)
            self.walk(path, root)
        elif not generated.IS_VOLATILE.match(path) and any(os.scandir(path)):
            self.noted[path] = memory.Note(0, 0, memory.STRANGER)
            self._enter_strange(entry, root)

    def _enter_strange(self, entry: os.DirEntry[str], root: Root) -> None:
        """Named once, not file by file; of a single file that is enough to say."""
        before = len(self.strangers)
        self.walk(entry.path, root)
        if len(self.strangers) > before + 1:
            below = "".join(f"{one.path} {one.digest} {one.mode}\n" for one in self.strangers[before:])
            self.strangers[before:] = [_entry(entry, "directory")._replace(digest=packaged.md5(below.encode()))]

    def _is_known(self, path: str) -> bool:
        return path in self._known.paths or path in self._parents or path in self.brought.paths

    def _judge(self, entry: os.DirEntry[str], now: memory.Note) -> None:
        path = entry.path
        found: str | None = memory.FINE
        if path in self.brought.conffiles:
            found = self._compare(entry)
        elif path not in self.brought.paths and path not in self._known.paths:
            found = self._judge_unknown(entry)
        if found is not None:
            self.noted[path] = now._replace(found=found)

    def _compare(self, entry: os.DirEntry[str]) -> str | None:
        path = entry.path
        if path in self._known.paths or packaged.md5(_read(path)) == self.brought.conffiles[path]:
            return memory.FINE
        self.altered.append((_with_content(_entry(entry)), _owner(path)))
        return None

    def _judge_unknown(self, entry: os.DirEntry[str]) -> str:
        path = entry.path
        if entry.is_symlink() and links.are_known(path, os.readlink(path), self._known):
            return memory.FINE
        if generated.IS_VOLATILE.match(path) or path in generated.ACCOUNTS or path.endswith(".echodiary-new") or _is_as_skeleton(path):
            return memory.FINE
        if _unit_of(path) in self._known.units:
            return memory.FINE
        if generated.IS_LIVING.match(path):
            self.living[path] = _with_content(_entry(entry))
            return memory.LIVING
        self.strangers.append(_with_content(_entry(entry)))
        return memory.STRANGER

    def _check_mode(self, entry: os.DirEntry[str], mode: int) -> None:
        if modes.surplus(entry.path, mode) and entry.path not in self._known.paths:
            self.open.append(_entry(entry, "directory" if stat.S_ISDIR(mode) else ""))
            self.noted.pop(entry.path, None)


def _owner(path: str) -> str:
    """Of what a script handed over to ucf nobody is the owner."""
    return dpkg.owner(path) or ""


def _parents(path: str) -> Iterator[str]:
    while len(path) > 1:
        path = os.path.dirname(path)
        yield path


def _is_expected(path: str) -> bool:
    """Directories that no package has and every host does."""
    return os.path.dirname(path) == "/usr/local" or path.endswith(
        (".wants", ".requires", ".d", "/crontabs", "/atjobs", "/atspool", "/transient", "/.ssh", "/.docker")
    )


def _unit_of(path: str) -> str:
    """Whose definition it is, or a part of; empty of what is none. What becomes of declared units is compared as units."""
    if not path.startswith(SYSTEMD):
        return ""
    folder = os.path.basename(os.path.dirname(path))
    return folder[:-2] if folder.endswith(".d") else os.path.basename(path)


def _is_as_skeleton(path: str) -> bool:
    """What a new account gets. Who may log in with which key is another aspect's."""
    name = os.path.basename(path)
    if path.startswith(("/home/", "/root/")):
        return name.startswith(("authorized_keys", "known_hosts")) or _read(path) == _read(f"/etc/skel/{name}") != b""
    return False


def _entry(entry: os.DirEntry[str], kind: str = "") -> Entry:
    info = entry.stat(follow_symlinks=False)
    what = "link" if stat.S_ISLNK(info.st_mode) else "file" if stat.S_ISREG(info.st_mode) else "special"
    return Entry(entry.path, kind or what, stat.S_IMODE(info.st_mode), info.st_uid, info.st_gid, info.st_ctime)


def _with_content(entry: Entry) -> Entry:
    """Of a link where it leads; the text of what is short and no secret, so that people see what became of it, and can have it back."""
    if entry.kind != "file":
        return entry._replace(digest=os.readlink(entry.path) if entry.kind == "link" else "")
    content = _read(entry.path)
    secret = entry.mode & 0o004 == 0
    return entry._replace(digest=packaged.md5(content), text=None if secret or len(content) > LONGEST_KEPT else _text(content))


def _text(content: bytes) -> str | None:
    try:
        return content.decode()
    except UnicodeDecodeError:
        return None


def _read(path: str) -> bytes:
    try:
        with open(path, "rb") as handle:
            return handle.read()
    except OSError:
        return b""


def plan(seen: Seen, known: Known) -> Iterator[Finding]:
    yield from (_stranger(entry) for entry in seen.strangers)
    yield from (_altered(entry, owner, seen.steps.get(entry.path, "")) for entry, owner in seen.altered)
    yield from (_missing(path, owner, seen.steps.get(path, "")) for path, owner in seen.missing.items())
    yield from _changed(seen, known)
    yield from (_open(entry) for entry in seen.open)
    yield from (_disabled(name) for name in seen.disabled)


def _stranger(entry: Entry) -> Finding:
    why = "no package and no component has it"
    if entry.kind == "link" and entry.digest == "/dev/null":
        why = "masked by hand"
    elif entry.kind == "link":
        why = f"leads to {entry.digest}; {why}"
    return Finding(model.Resource("stranger", entry.path), why, removable=entry.kind != "special", content=_kept(entry))


def _altered(entry: Entry, owner: str, step: str) -> Finding:
    why = f"not as package {owner} brought it" if owner else "not as its package made it"
    fields = {"content": ["changed", "as brought"]}
    return Finding(model.Resource("file", entry.path), why, fields, step=step, content=_kept(entry))


def _missing(path: str, owner: str, step: str) -> Finding:
    why = f"package {owner} brought it, and it is gone"
    return Finding(model.Resource("file", path), why, {"content": [None, "as brought"]}, step=step)


def _changed(seen: Seen, known: Known) -> Iterator[Finding]:
    """Before anything was recorded nobody can tell what is new."""
    passed = seen.by_scripts | known.paths | seen.unchanged
    for path, was in known.kept.items():
        now = seen.living.get(path)
        if path not in passed and generated.IS_LIVING.match(path) and _differs(now, was):
            moved = _moved(path, now, was)
            yield moved._replace(restore=None, step=f"findmnt {path}") if path in seen.mounted else moved
    for path, entry in seen.living.items() if known.kept else ():
        if path not in passed and path not in known.kept:
            yield Finding(model.Resource("file", path), "new since the host was last converged", removable=True, content=_kept(entry))


def _differs(now: Entry | None, was: remembered.Kept) -> bool:
    return now is None or (now.digest, f"{now.mode:04o}", now.uid, now.gid) != (was["digest"], was["mode"], was["uid"], was["gid"])


def _moved(path: str, now: Entry | None, was: remembered.Kept) -> Finding:
    why = "changed since the host was last converged" if now else "gone since the host was last converged"
    if now and now.digest == was["digest"]:
        fields: model.Fields = {"mode": [f"{now.mode:04o} {now.uid}:{now.gid}", f"{was['mode']} {was['uid']}:{was['gid']}"]}
    else:
        fields = {"content": [now.digest if now else None, was["digest"]]}
    diff = differences.unified(path, now.text, was["text"]) if now and now.text is not None and "text" in was else ""
    return Finding(model.Resource("file", path), why, fields, diff=diff, restore=_as_it_was(was), content=_kept(now) if now else None)


def _as_it_was(was: remembered.Kept) -> model.File | None:
    """Nothing of what was too long, or too secret, to be kept; a link is made again by people."""
    if "text" not in was:
        return None
    return model.File(was["text"].encode(), int(was["mode"], 8), was["uid"], was["gid"])


def _kept(entry: Entry) -> remembered.Kept:
    found: remembered.Kept = {"digest": entry.digest, "mode": f"{entry.mode:04o}", "uid": entry.uid, "gid": entry.gid}
    if entry.text is not None:
        found["text"] = entry.text
    return found


def _open(entry: Entry) -> Finding:
    kind = stat.S_IFDIR if entry.kind == "directory" else stat.S_IFREG
    surplus = modes.surplus(entry.path, entry.mode | kind)
    fields = {"mode": [f"{entry.mode:04o}", f"{entry.mode & ~surplus:04o}"]}
    why = "anybody may write to it" if surplus & stat.S_IWOTH else "more people may read it than should"
    return Finding(model.Resource("file", entry.path), why, fields, heal=("chmod", modes.closing(surplus), entry.path))


def _disabled(name: str) -> Finding:
    why = "enabled by its package, and disabled by hand"
    return Finding(
        model.Resource("unit", name), why, {"enabled": [False, True]}, heal=("systemctl", "enable", name), step=f"systemctl enable {name}"
    )


def kept(seen: Seen, known: Known) -> dict[str, remembered.Kept]:
    """What is recorded of living files; by which decision they are as they are stays."""
    found = {path: _kept(entry) for path, entry in seen.living.items()}
    unchanged = {path: known.kept[path] for path in seen.unchanged}
    return {**unchanged, **{path: _with_decision(one, known.kept.get(path)) for path, one in found.items()}}


def _with_decision(now: remembered.Kept, was: remembered.Kept | None) -> remembered.Kept:
    return {**now, "by": was["by"]} if was and "by" in was else now
