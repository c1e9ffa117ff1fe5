# SPDX-License-Identifier: GPL-3.0-or-later
"""Which files of module_utils a call takes along: a package's ``main`` and whatever that imports, as the files themselves say.

Their import statements are found by their form: to parse the files would be felt in a run that has nothing to do.
"""

from __future__ import annotations

import functools
import hashlib
import json
import os
import re
import zlib
from collections.abc import Iterator
from typing import NamedTuple

from ... import module_utils
from . import halves

_HOME = next(iter(module_utils.__path__))
#: what only those who check types read: no host is sent it
_TYPES = re.compile(r"^(?:from typing import TYPE_CHECKING\n|if TYPE_CHECKING:\n(?:[ \t]+.*\n|\n)+)", re.MULTILINE)
_IMPORT = re.compile(r"^[ \t]*from (\.{1,2})([\w.]*) import (\([^)]*\)|[^\n(]+)", re.MULTILINE)

#: a docstring of one or more lines, and a line that is a comment
_DOCSTRING = re.compile(r'^([ \t]*)"""[^"\\]*(?:(?:\\.|"(?!""))[^"\\]*)*"""[ \t]*$', re.MULTILINE)
_COMMENT = re.compile(r"^[ \t]*#.*$", re.MULTILINE)
#: the end of a function's head that says what it returns
_RETURNS = re.compile(r"^([ \t]*(?:def .*)?\)) -> .*:$", re.MULTILINE)
#: a head on one line, without anything in it that may look like a type and be a value; and the types of what it takes
_HEAD = re.compile(r"^[ \t]*def [^{}\"'\n]*: [^{}\"'\n]*\):$", re.MULTILINE)
_INSIDE = r"\[(?:[^][]|\[(?:[^][]|\[[^][]*\])*\])*\]"
_TAKEN = re.compile(rf"(?<=[(*, ])(\w+): [\w.]+(?:{_INSIDE})?(?: \| [\w.]+(?:{_INSIDE})?)*(?=[,)]| =)")


class Package(NamedTuple):
    """``name`` is the package whose ``main`` is run; ``files`` are all files it takes, as ``package.file``."""

    name: str
    files: tuple[str, ...]


class Shipped(NamedTuple):
    """All sources of a package as one document, and its digest."""

    sources: bytes
    digest: str


@functools.cache
def package(name: str) -> Package:
    """Found once for a process and those that are forked from it afterwards. OSError for an import that leads nowhere."""
    found: set[str] = set()
    left = [f"{name}.main"]
    while left:
        file = left.pop()
        if file not in found:
            found.add(file)
            left += imported(file)
    return Package(name, tuple(sorted(found)))


def imported(file: str) -> list[str]:
    """Files of ours that ``file`` (``package.file``) imports when it runs, inside functions also."""
    own = file.partition(".")[0]
    found = _IMPORT.findall(_TYPES.sub("", _half(file)))
    return [target for dots, module, names in found for target in _targets(own if dots == "." else "", module, names)]


def _targets(own: str, module: str, names: str) -> Iterator[str]:
    """Packages are sent without their ``__init__``: whatever is imported from one is a file of it."""
    base = ".".join(filter(None, (own, module)))
    for name in re.sub(r"#.*", "", names).strip("()").split(","):
        words = name.split()  # none after the last comma, several where it is called something else
        if words:
            yield base if "." in base else f"{base}.{words[0]}"


@functools.cache
def shipped(asked: Package) -> Shipped:
    """The same for every host: asked for before Ansible forks, it is made once."""
    document = json.dumps({file: sent(file) for file in asked.files}, separators=(",", ":"), ensure_ascii=False).encode()
    return Shipped(document, hashlib.sha256(document).hexdigest())


@functools.cache
def compressed(asked: Package) -> bytes:
    """Of the sources, for hosts that do not keep them. The best level takes half as long again for a two-hundredth less."""
    return zlib.compress(shipped(asked).sources, 6)


def _half(file: str) -> str:
    """What only the controller asks for imports for itself."""
    return halves.hosts(source(file)) if file.startswith("_kinds.") else source(file)


def sent(file: str) -> str:
    text = bare(source(file))
    return halves.hosts(text) if file.startswith("_kinds.") else text


def bare(source: str) -> str:
    """Without docstrings, comments and what is there for types alone, which no host needs, and with every line where it was. Pure."""
    # a body may consist of its docstring, a file need not have one
    running = _TYPES.sub(lambda found: _lines(found[0]), source)
    left = _DOCSTRING.sub(lambda found: (found[1] and f'{found[1]}""') + _lines(found[0]), running)
    # a text of several lines may have lines that look like others
    if '"""' in left or "'''" in left:
        return running
    return _HEAD.sub(lambda found: _TAKEN.sub(r"\1", found[0]), _RETURNS.sub(r"\1:", _COMMENT.sub("", left)))


def _lines(text: str) -> str:
    return "\n" * text.count("\n")


@functools.cache
def source(file: str) -> str:
    with open(os.path.join(_HOME, *file.split(".")) + ".py", encoding="utf-8") as handle:
        return handle.read()
