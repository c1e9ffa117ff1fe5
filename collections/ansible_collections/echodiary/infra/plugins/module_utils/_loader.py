# SPDX-License-Identifier: GPL-3.0-or-later
"""The first thing that runs on a host: what was sent becomes importable, the one call is made, its answer goes out.

To compile what is sent takes a quiet host longer than its whole check, and to send it again and again takes a far one longer still. So
this file, what was compiled and what was declared stay there, in a place that only root can read and write, under their digests: what is
there is read, in check mode also, and need not be sent; written is nothing in check mode.
"""

from __future__ import annotations

import _thread
import collections
import contextlib
import gc
import json
import marshal
import os
import sys
import types
import typing
import zlib
from typing import Any, BinaryIO, NoReturn, TypedDict, Union

#: separates the answer from whatever a login shell prints before it
MARKER = "\x02echodiary\x02"
FOLDER = "/var/cache/echodiary"
#: what is said instead of an answer where something is asked for by its digest and is not there; ``KEPT`` follows an answer where all is
LACKS, KEPT = "0", "kept"
#: the only name in a JSON object that stands for a piece, whose digest it has
PIECE = "\x02"
#: in place of a digest: each piece has its own
TOLD = "told"
#: no name that an application could have, since ours run in its Python, too
ROOT = "echodiary_infra"

#: things made and not gone before Python looks for circles of them: more than a quiet call makes
QUIET = 200_000

#: a file as it was sent (its source), or compiled
Code = Union[str, bytes]


#: of two threads that ask for something of a file, one waits until the other has loaded it; who loads may ask for more
_LOADING = _thread.RLock()


class Lazy(types.ModuleType):
    """Run when something of it is first asked for: a quiet host never loads what only changes need."""

    def __getattribute__(self, name: str) -> Any:
        space = object.__getattribute__(self, "__dict__")
        with _LOADING:
            code = space.pop("__code", None)
            if code is not None:
                ready = marshal.loads(code) if isinstance(code, bytes) else compiled(space["__name__"], code)  # noqa: S302 (read() says why)
                exec(ready, space)  # noqa: S102
                object.__setattr__(self, "__class__", types.ModuleType)
        return object.__getattribute__(self, name)


class Fields(type):
    """Makes what typing makes of a NamedTuple, without a look at every annotation, which takes a host longer than all its reading."""

    def __new__(cls, name: str, _bases: tuple[type, ...], space: dict[str, Any]) -> Any:
        names = list(space.get("__annotations__", ()))
        made = collections.namedtuple(name, names, defaults=[space[one] for one in names if one in space])  # type: ignore[misc]
        for key, value in space.items():
            if key not in names:
                setattr(made, key, value)
        return made


def answer(stdin: BinaryIO, me: bytes, digest: str, folder: str = FOLDER) -> None:
    """``stdin``: a line about what follows, the sources, the document. ``me``: this file as it came, or was kept.

    The command that starts Python calls this: it has it for itself.
    """
    gc.set_threshold(QUIET)
    typing.NamedTuple = type.__new__(Fields, "NamedTuple", (), {})  # type: ignore[assignment, misc]
    about = json.loads(stdin.readline())
    codes = load(about, stdin.read(about["size"]), folder)
    told = Told(folder, about["package"])
    manifest = told.whole(json.loads(zlib.decompress(stdin.read())))
    if codes is None or manifest is None:
        _say(LACKS)
    # What was not sent was there.
    kept = about["keep"] and keep_me(folder, digest, me) and (not about["size"] or _has(folder, about))
    install(codes or {})
    said = _run(about["package"], manifest)
    if about["lasting"] and kept:
        # What was refused touches nothing.
        kept = not (said.get("failed") or said.get("stopped")) and told.keep()
    _say(json.dumps(said), KEPT if kept else "")


def _say(answer: str, after: str = "") -> NoReturn:
    sys.stdout.write(MARKER + answer + MARKER + after)
    sys.stdout.flush()
    os._exit(0)  # what Python would now tidy up goes with the process


class Document(TypedDict):
    """``root``: JSON, in which pieces may stand; ``pieces``: those that came with it."""

    root: str
    pieces: dict[str, str]


class Told:
    """The documents that a package was sent, as pieces: digest -> JSON, in which others may stand."""

    def __init__(self, folder: str, package: str) -> None:
        self._path = os.path.join(folder, f"{package}.told")
        self._there: dict[str, str] = read(self._path, TOLD) or {}
        self._known: dict[str, str] = {}
        self._used: dict[str, str] = {}

    def whole(self, document: Document) -> Any:
        """None where a piece is missing."""
        self._known = {**self._there, **document["pieces"]}
        try:
            return json.loads(document["root"], object_hook=self._unfolded)
        except KeyError:
            return None

    def keep(self) -> bool:
        """What was asked for, and nothing else; is it there now?"""
        if self._there != self._used:
            write(self._path, TOLD, marshal.dumps(self._used))
            return read(self._path, TOLD) is not None
        return True

    def _unfolded(self, found: dict[str, Any]) -> Any:
        if PIECE not in found:
            return found
        name = found[PIECE]
        self._used[name] = self._known[name]
        return json.loads(self._used[name], object_hook=self._unfolded)


def keep_me(folder: str, digest: str, me: bytes) -> bool:
    """The command that starts Python looks for it there before this can say how: under its digest, whole or not at all."""
    path = os.path.join(folder, f"loader-{digest}")
    if not _would_be_taken(path):
        write(path, None, me)
        with contextlib.suppress(OSError):
            for name in os.listdir(folder):
                if name.startswith("loader-") and name != os.path.basename(path):
                    os.unlink(os.path.join(folder, name))
    return _would_be_taken(path)


def _would_be_taken(path: str) -> bool:
    with contextlib.suppress(OSError):
        return _is_mine(os.lstat(path)) and _is_mine(os.lstat(os.path.dirname(path)))
    return False


def _has(folder: str, about: dict[str, Any]) -> bool:
    return read(os.path.join(folder, about["package"]), about["digest"]) is not None


def begin(package: str, document: dict[str, Any]) -> None:
    """In a Python that the host's half started. ``document``: sources, and what else the package's ``main`` takes; it answers itself.

    All is loaded at once, before there are threads: no statement waits while a file is read.
    """
    install(document["sources"])
    for name in document["sources"]:
        _ = sys.modules[f"{ROOT}.{name}"].__name__
    _run(package, document)


def _run(package: str, given: dict[str, Any]) -> Any:
    return sys.modules[f"{ROOT}.{package}.main"].run(given)


def load(about: dict[str, Any], sent: bytes, folder: str = FOLDER) -> dict[str, Code] | None:
    """``about``: package, digest, and whether what is compiled may be kept. Name (``package.file``) -> its code; None where nothing was
    sent and nothing is kept."""
    path = os.path.join(folder, about["package"])
    kept = read(path, about["digest"])
    if kept is not None:
        return kept
    if not sent:
        return None
    sources: dict[str, Code] = json.loads(zlib.decompress(sent))
    if not about["keep"]:
        return sources
    codes = {name: marshal.dumps(compiled(f"{ROOT}.{name}", source)) for name, source in sources.items()}
    write(path, about["digest"], marshal.dumps(codes))
    return dict(codes)


def install(codes: dict[str, Code]) -> None:
    """Packages keep their names under one root, so that ``from .._ledger import journal`` means the same on both sides."""
    root = _package(ROOT)
    for name, code in codes.items():
        parent, _, own = name.partition(".")
        holder = sys.modules.get(f"{ROOT}.{parent}") or _package(f"{ROOT}.{parent}")
        setattr(root, parent, holder)
        module = Lazy(f"{ROOT}.{name}")
        space = object.__getattribute__(module, "__dict__")
        space["__package__"] = f"{ROOT}.{parent}"
        space["__code"] = code
        sys.modules[f"{ROOT}.{name}"] = module
        setattr(holder, own, module)


def compiled(name: str, source: Code) -> types.CodeType:
    return compile(source, name.replace(".", "/") + ".py", "exec", dont_inherit=True, optimize=2)


def _package(name: str) -> types.ModuleType:
    module = types.ModuleType(name)
    module.__path__ = []
    sys.modules[name] = module
    return module


def read(path: str, digest: str) -> dict[str, Any] | None:
    """What is kept there under this very digest for this very Python, or None. A file that others could have written is not looked into."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
    except OSError:
        return None
    with os.fdopen(descriptor, "rb") as handle:
        if not (_is_mine(os.fstat(descriptor)) and _is_mine(os.lstat(os.path.dirname(path)))):
            return None
        label, _, body = handle.read().partition(b"\n")
    if label != _label(digest, body):
        return None
    found: dict[str, Any] = marshal.loads(body)  # noqa: S302 (as trustworthy as the interpreter's own .pyc files: only we can write here)
    return found


def write(path: str, digest: str | None, body: bytes) -> None:
    """One file per package, so that nothing old piles up. Where it cannot be written all goes on as without it. Without a ``digest`` it is
    the body alone."""
    fresh = f"{path}.{os.getpid()}"
    with contextlib.suppress(OSError):
        os.makedirs(os.path.dirname(path), mode=0o700, exist_ok=True)
        if _is_mine(os.lstat(os.path.dirname(path))):
            descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
            with os.fdopen(descriptor, "wb") as handle:
                handle.write(body if digest is None else _label(digest, body) + b"\n" + body)
                # Whoever reads it may have no way to tell that a power failure cut it off.
                handle.flush()
                os.fsync(handle.fileno())
            os.rename(fresh, path)
            return
    with contextlib.suppress(OSError):
        os.unlink(fresh)


def _is_mine(info: os.stat_result) -> bool:
    """Nobody else can write there. A symbolic link never passes: its mode lets everybody write."""
    return info.st_uid == os.geteuid() and not info.st_mode & 0o022


def _label(digest: str, body: bytes) -> bytes:
    """Bytecode belongs to one release of Python; the checksum finds what a power failure cut off."""
    return f"{digest} {sys.implementation.cache_tag} {sys.hexversion:x} {zlib.crc32(body):x}".encode()
