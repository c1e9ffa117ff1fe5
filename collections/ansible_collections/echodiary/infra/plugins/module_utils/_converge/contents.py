# SPDX-License-Identifier: GPL-3.0-or-later
"""Contents that are too long to travel in the manifest: it names their digest, and only a host that lacks them is brought them.

What was brought lies in a directory that only root can look into until the run is over, under its digest, and is never held in memory.
"""

from __future__ import annotations

import contextlib
import os
from typing import TYPE_CHECKING

from .._kinds import model, paths
from .._ledger import digests
from . import desired

if TYPE_CHECKING:
    from .._kinds import documents
    from . import exchange, observe


def folder(state_dir: str) -> str:
    return os.path.join(state_dir, "contents")


def brought(state_dir: str, sha256: str) -> str:
    """Where contents lie that were brought; empty when they were not."""
    path = os.path.join(folder(state_dir), sha256)
    return path if os.path.isfile(path) else ""


def take(state_dir: str, delivered: dict[str, str]) -> None:
    """``delivered``: digest -> the file in which it came, which is copied out of the reach of whoever brought it, and goes."""
    for sha256, path in delivered.items():
        os.makedirs(folder(state_dir), mode=0o700, exist_ok=True)
        fresh = os.path.join(folder(state_dir), f"{sha256}.new")
        try:
            came = _copy(path, fresh)
            if came != sha256:
                said = f"what was sent as {sha256[:12]} arrived as {came[:12]}"
                raise model.ConvergeError(f"{said}: the file changed on its way; run it again")
            os.rename(fresh, os.path.join(folder(state_dir), sha256))
        finally:
            for left in (fresh, path):
                with contextlib.suppress(FileNotFoundError):
                    os.unlink(left)


def _copy(source: str, target: str) -> str:
    """The digest of what was copied."""
    import hashlib  # a quiet call copies nothing

    with contextlib.suppress(FileNotFoundError):
        os.unlink(target)
    digest = hashlib.sha256()
    reading_end = os.open(source, os.O_RDONLY | os.O_NOFOLLOW)
    writing_end = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(reading_end, "rb") as origin, os.fdopen(writing_end, "wb") as handle:
        try:
            for piece in iter(lambda: origin.read(digests.PIECE), b""):
                digest.update(piece)
                handle.write(piece)
            handle.flush()
        except OSError as error:
            # a full disk names no file by itself
            raise OSError(error.errno, error.strerror, target) from error
    return digest.hexdigest()


def located(want: desired.Desired, seen: observe.Reading, state_dir: str) -> desired.Desired:
    """Every file whose contents are only named, with the place where this host has them."""
    if not any(file.sha256 for file in want.files.values()):
        return want
    found = {path: file._replace(source=_source(path, file, seen, state_dir)) if file.sha256 else file for path, file in want.files.items()}
    return want._replace(files=found)


def _source(path: str, file: model.File, seen: observe.Reading, state_dir: str) -> str:
    live = seen.paths[path].value or {}
    return path if live.get("content") == file.sha256 else brought(state_dir, file.sha256)


def lacking(files: dict[str, model.File]) -> list[exchange.Lacking]:
    """What has to be brought, as the controller is asked for it."""
    return [{"path": path, "sha256": file.sha256, "size": file.size} for path, file in files.items() if file.sha256 and not file.source]


def lacking_in(spec: documents.ComponentSpec, state_dir: str) -> list[exchange.Lacking]:
    """The same for a component that was not read, such as the slot that rests."""
    return [
        {"path": path, **content}
        for path, content in _named(spec).items()
        if not brought(state_dir, content["sha256"]) and (paths.observe(path).value or {}).get("content") != content["sha256"]
    ]


def _named(spec: documents.ComponentSpec) -> dict[str, documents.Named]:
    found = {path: desired.named(file["content"]) for path, file in spec["files"].items()}
    return {path: content for path, content in found.items() if content}


def drop(state_dir: str, needed: list[documents.ComponentSpec]) -> None:
    """What was brought has been used, or is of no use: only what the components of ``needed`` name stays for the next call."""
    keep = {content["sha256"] for spec in needed for content in _named(spec).values()}
    with contextlib.suppress(FileNotFoundError):
        for name in os.listdir(folder(state_dir)):
            if name not in keep:
                os.unlink(os.path.join(folder(state_dir), name))
        if not keep:
            os.rmdir(folder(state_dir))


def told(one: exchange.Lacking) -> str:
    return f"{one['path']} ({one['size'] / 1e6:.1f} MB)"
