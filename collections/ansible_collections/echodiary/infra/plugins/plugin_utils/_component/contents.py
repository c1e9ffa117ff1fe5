# SPDX-License-Identifier: GPL-3.0-or-later
"""Contents that are too long for the manifest: it names their digest, and a host is sent what it says it lacks, from the file itself.

The bound is the length up to which a difference is shown. What is shorter travels with the manifest: so much text costs the controller
6 ms and the host 1 ms, and less than a second call does when it changes.
"""

from __future__ import annotations

import base64
import contextlib
import hashlib
import os
import tempfile
from collections.abc import Iterator
from typing import TYPE_CHECKING, BinaryIO, NamedTuple

from ansible import constants

from ...module_utils._kinds import paths
from ...module_utils._ledger import digests

if TYPE_CHECKING:
    from ...module_utils._kinds.documents import Binary, Content

LONGEST_INLINE = paths.LONGEST_SHOWN

#: (path, what the kernel says of the file) -> digest; filled before Ansible forks, it is there in the fork of every host
_known: dict[tuple[str | int, ...], str] = {}


class Long(NamedTuple):
    """``path``: a file here that has the contents; what was rendered is ``text`` instead."""

    sha256: str
    size: int
    path: str = ""
    text: str = ""


def of_file(handle: BinaryIO) -> Long | None:
    """The contents of an open file by their digest; None for what is short enough to be read."""
    info = os.fstat(handle.fileno())
    if info.st_size <= LONGEST_INLINE:
        return None
    path = str(handle.name)
    key = (os.path.abspath(path), info.st_dev, info.st_ino, info.st_size, info.st_mtime_ns, info.st_ctime_ns)
    if key not in _known:
        _known[key] = digests.of(handle)
    return Long(_known[key], info.st_size, os.path.abspath(path))


def of_text(text: str) -> str | Long:
    """As it is, or by its digest where it is long."""
    if len(text) <= LONGEST_INLINE:
        return text
    raw = text.encode()
    return Long(hashlib.sha256(raw).hexdigest(), len(raw), text=text)


def inline(content: Content | Long) -> Content:
    """In full, for those few that are long and may not be named: secrets have keyed fingerprints, and Compose's file is read here."""
    if not isinstance(content, Long):
        return content
    if content.text:
        return content.text
    with open(content.path, "rb") as handle:
        return transportable(handle.read())


def named(content: Content | Long) -> Content:
    """As it stands in the manifest."""
    return {"sha256": content.sha256, "size": content.size} if isinstance(content, Long) else content


def transportable(raw: bytes) -> str | Binary:
    try:
        return raw.decode()
    except UnicodeDecodeError:
        return {"b64": base64.b64encode(raw).decode()}


@contextlib.contextmanager
def as_file(content: Long) -> Iterator[str]:
    """A file that has the contents, to be transferred; one that is made for it is for this account only, and goes."""
    if content.path:
        yield content.path
        return
    descriptor, path = tempfile.mkstemp(prefix="echodiary-", dir=constants.DEFAULT_LOCAL_TMP)
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8", newline="") as handle:
            handle.write(content.text)
        yield path
    finally:
        os.unlink(path)
