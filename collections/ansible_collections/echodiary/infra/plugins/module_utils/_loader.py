# SPDX-License-Identifier: GPL-3.0-or-later
"""The first thing that runs on a host: what was sent becomes importable, the one call is made, its answer goes out.

To compile what is sent takes a quiet host longer than its whole check. So the compiled files stay there, in a place that only root can
write to, under a digest of their sources: what is there is read, in check mode also; written is nothing in check mode.
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
from typing import Any, BinaryIO, Union

#: separates the answer from whatever a login shell prints before it
MARKER = "\x02echodiary\x02"
FOLDER = "/var/cache/echodiary"
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


def answer(stdin: BinaryIO) -> None:
    """``stdin``: a line about what follows, the sources, the manifest. The command that starts Python calls this: it has it for itself."""
    gc.set_threshold(QUIET)
    typing.NamedTuple = type.__new__(Fields, "NamedTuple", (), {})  # type: ignore[assignment, misc]
    about = json.loads(stdin.readline())
    sent = stdin.read(about["size"])
    manifest = json.loads(zlib.decompress(stdin.read()))
    install(load(about, sent))
    said = _run(about["package"], manifest)
    sys.stdout.write(MARKER + json.dumps(said) + MARKER)
    sys.stdout.flush()
    os._exit(0)  # what Python would now tidy up goes with the process


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


def load(about: dict[str, Any], sent: bytes, folder: str = FOLDER) -> dict[str, Code]:
    """``about``: package, digest, and whether what is compiled may be kept. Name (``package.file``) -> its code."""
    path = os.path.join(folder, about["package"])
    kept = read(path, about["digest"])
    if kept is not None:
        return kept
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


def read(path: str, digest: str) -> dict[str, Code] | None:
    """What is kept of these very sources for this very Python, or None; a file that others could have written is not looked into."""
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
    codes: dict[str, Code] = marshal.loads(body)  # noqa: S302 (as trustworthy as the interpreter's own .pyc files: only we can write here)
    return codes


def write(path: str, digest: str, body: bytes) -> None:
    """One file per package, so that nothing old piles up. Where it cannot be written all goes on as without it."""
    fresh = f"{path}.{os.getpid()}"
    with contextlib.suppress(OSError):
        os.makedirs(os.path.dirname(path), mode=0o700, exist_ok=True)
        if _is_mine(os.lstat(os.path.dirname(path))):
            descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
            with os.fdopen(descriptor, "wb") as handle:
                handle.write(_label(digest, body) + b"\n" + body)
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
