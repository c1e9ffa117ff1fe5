# SPDX-License-Identifier: GPL-3.0-or-later
"""python -m lab.package TREE [FILE]: a Debian package of a directory that holds DEBIAN/control, and its SHA-256.

The same directory makes the same package wherever it is made, so that its checksum can be declared beforehand.
"""

from __future__ import annotations

import gzip
import hashlib
import io
import sys
import tarfile
from collections.abc import Iterator
from pathlib import Path


def built(tree: Path) -> bytes:
    """As deb(5) has it. What lies in a ``bin`` can be run."""
    control = _tar((path.name, path) for path in sorted((tree / "DEBIAN").iterdir()))
    files = (path for path in sorted(tree.rglob("*")) if path.relative_to(tree).parts[0] != "DEBIAN")
    data = _tar((str(path.relative_to(tree)), path) for path in files)
    parts = {"debian-binary": b"2.0\n", "control.tar.gz": control, "data.tar.gz": data}
    return b"!<arch>\n" + b"".join(_member(name, content) for name, content in parts.items())


def _member(name: str, content: bytes) -> bytes:
    head = f"{name:<16}{0:<12}{0:<6}{0:<6}{'100644':<8}{len(content):<10}`\n"
    return head.encode() + content + b"\n" * (len(content) % 2)


def _tar(paths: Iterator[tuple[str, Path]]) -> bytes:
    packed = io.BytesIO()
    with gzip.GzipFile(fileobj=packed, mode="wb", mtime=0) as compressed, tarfile.open(fileobj=compressed, mode="w") as archive:
        for name, path in paths:
            member = archive.gettarinfo(str(path), f"./{name}")
            member.uid = member.gid = 0
            member.uname = member.gname = "root"
            member.mtime, member.mode = 0, 0o755 if path.is_dir() or path.parent.name == "bin" else 0o644
            archive.addfile(member, io.BytesIO(path.read_bytes()) if path.is_file() else None)
    return packed.getvalue()


def main(tree: str, file: str = "") -> None:
    package = built(Path(tree))
    if file:
        Path(file).write_bytes(package)
    print(hashlib.sha256(package).hexdigest())


if __name__ == "__main__":
    main(*sys.argv[1:])
