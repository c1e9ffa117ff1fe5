# SPDX-License-Identifier: GPL-3.0-or-later
"""A directory that a front end's build left, as a release: named by what it holds, judged before anything is sent, packed for its host."""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import os
import re
import stat
import tarfile
from collections.abc import Iterator, Mapping, Sequence
from html.parser import HTMLParser
from pathlib import Path
from typing import NamedTuple

from ...module_utils._static.serving import is_served
from .._common.errors import SpecError

INDEX, ENVIRONMENT = "index.html", "env.json"
#: of all files of a build (bytes); a page that takes more is no page
LARGEST = 200_000_000
_PART = re.compile(r"[A-Za-z0-9_~@+-][A-Za-z0-9._~@+-]*")
#: what gets smaller, from which length on it is felt (bytes)
_TEXTS = (".html", ".js", ".mjs", ".css", ".svg", ".json", ".webmanifest", ".txt", ".xml", ".map", ".wasm", ".ttf")
_WORTH = 1024
#: what a build leaves where nobody set the variable
_PLACEHOLDER = re.compile(rb"%(?:VITE|PUBLIC|REACT_APP)_[A-Z0-9_]+%|__(?:VITE|PUBLIC)_[A-Z0-9_]+__|\$\{[A-Z][A-Z0-9_]+\}")


class Build(NamedTuple):
    """``files``: path to SHA-256 of each, and of what is compressed of it. ``digest``: of the files as they were built. ``unserved``: those
    that no path leads to."""

    digest: str
    files: dict[str, str]
    archive: bytes
    unserved: list[str]


def read(source: str, paths: Sequence[str], environment: Sequence[str]) -> Build:
    """SpecError for a directory that is no build, or whose page would miss something."""
    contents = dict(sorted(_contents(Path(source))))
    for wrong in faults(contents, environment):
        raise SpecError(f"{source}: {wrong}; nothing was touched")
    small = {f"{path}.gz": compressed(path, content) for path, content in contents.items()}
    packed = {path: content for path, content in small.items() if content and path not in contents}
    everything = {**contents, **packed}
    files = {path: _sha256(content) for path, content in everything.items()}
    return Build(
        digest({path: files[path] for path in contents}),
        files,
        archive(everything),
        [path for path in contents if not is_served(path, list(paths)) and path != ENVIRONMENT],
    )


def _contents(source: Path) -> Iterator[tuple[str, bytes]]:
    if not source.is_dir():
        raise SpecError(f"{source} is no directory; build the front end first, and name what it left: -e source=frontend/dist")
    left = LARGEST
    for above, directories, names in os.walk(source):
        for name in sorted([*directories, *names]):
            path = Path(above, name)
            inside = path.relative_to(source).as_posix()
            if not _PART.fullmatch(name):
                raise SpecError(f"{source}: {inside}: names are of letters, digits and ._~@+-, no dot first; nothing was touched")
            mode = path.lstat().st_mode
            if stat.S_ISDIR(mode):
                continue
            if not stat.S_ISREG(mode):
                raise SpecError(f"{source}: {inside} is a link or no file at all; a build consists of files; nothing was touched")
            left -= path.stat().st_size
            if left < 0:
                raise SpecError(f"{source} is larger than {LARGEST // 1_000_000} MB; is it the directory of the build? Nothing was touched")
            yield inside, path.read_bytes()


def digest(files: Mapping[str, str]) -> str:
    """As `sha256sum` of all files in order of their paths would be summed up again."""
    return _sha256("".join(f"{sha256}  {path}\n" for path, sha256 in sorted(files.items())).encode())


def faults(contents: Mapping[str, bytes], environment: Sequence[str]) -> Iterator[str]:
    """What keeps these files from being a release. Pure."""
    page = contents.get(INDEX)
    if page is None:
        yield f"there is no {INDEX}; is it the directory of the build?"
        return
    for path, content in contents.items():
        found = _PLACEHOLDER.search(content) if path.endswith((".html", ".webmanifest")) else None
        if found:
            yield f"{path} still says {found[0].decode()}: it was built without that variable"
    for reference in references(page):
        if reference not in contents:
            yield f"{INDEX} refers to /{reference}, which is not there"
    yield from _missing(contents.get(ENVIRONMENT), environment)


def _missing(text: bytes | None, wanted: Sequence[str]) -> Iterator[str]:
    if not wanted:
        return
    try:
        had = json.loads(text) if text else {}
    except ValueError:
        had = None
    if not isinstance(had, dict):
        yield f"{ENVIRONMENT} is no JSON object"
        return
    lacking = [name for name in wanted if not had.get(name)]
    if lacking:
        yield f"{ENVIRONMENT} does not say {', '.join(lacking)}, which the build has to be made with (frontend_environment)"


class _References(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        wanted = "href" if tag == "link" else "src"
        self.found += [value for name, value in attributes if name == wanted and value]


def references(page: bytes) -> list[str]:
    """Files of its own host that a page asks for, as paths of the build. Pure."""
    parser = _References()
    parser.feed(page.decode(errors="replace"))
    own = (one for one in parser.found if not re.match(r"[a-zA-Z][a-zA-Z0-9+.-]*:|//|#", one))
    cut = (re.split(r"[?#]", one)[0].removeprefix("./").lstrip("/") for one in own)
    return list(dict.fromkeys(one for one in cut if one))


def compressed(path: str, content: bytes) -> bytes:
    """Empty where it would not be felt."""
    if not path.endswith(_TEXTS) or len(content) < _WORTH:
        return b""
    small = gzip.compress(content, 9, mtime=0)
    return small if len(small) < len(content) else b""


def archive(contents: Mapping[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with gzip.GzipFile(fileobj=buffer, mode="wb", compresslevel=6, mtime=0) as squeezed, tarfile.open(fileobj=squeezed, mode="w") as packed:
        for path, content in contents.items():
            member = tarfile.TarInfo(path)
            member.size = len(content)
            packed.addfile(member, io.BytesIO(content))
    return buffer.getvalue()


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
