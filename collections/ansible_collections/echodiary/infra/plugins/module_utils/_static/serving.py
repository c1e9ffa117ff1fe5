# SPDX-License-Identifier: GPL-3.0-or-later
"""Asks the edge for every file of a release as browsers do, plain and compressed, and compares what comes with what was brought."""

from __future__ import annotations

import gzip
import http.client
import time
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import quote, urlsplit

from .._ledger import sha
from . import planning

if TYPE_CHECKING:
    from .shapes import Edge, Release

#: for one answer, and for an edge that has just been told of its server, in all (s)
TIMEOUT, PATIENCE, PAUSE = 5.0, 10.0, 0.2
INDEX = "index.html"


class Question(NamedTuple):
    target: str
    path: str
    encoding: str


def questions(release: Release, paths: list[str]) -> list[Question]:
    """What is served of a release. Pure."""
    served = [path for path in release["files"] if not _is_compressed(path, release["files"]) and is_served(path, paths)]
    targets = [*(("/", INDEX) for one in paths if one == "/" and INDEX in release["files"]), *((f"/{path}", path) for path in served)]
    return [Question(quote(target), path, encoding) for target, path in targets for encoding in ("identity", "gzip")]


def _is_compressed(path: str, known: Mapping[str, str]) -> bool:
    return path.endswith(planning.COMPRESSED) and path[: -len(planning.COMPRESSED)] in known


def is_served(path: str, paths: list[str]) -> bool:
    return any(f"/{path}" == one or (one != "/" and one.endswith("/") and f"/{path}".startswith(one)) for one in paths)


class Got(NamedTuple):
    """``status`` 0: nobody answered, and ``why``."""

    status: int
    sha256: str = ""
    why: str = ""


def faults(edge: Edge, release: Release) -> Iterator[str]:
    """One line for each answer that is not the file. An edge that does not answer for its server yet is waited for."""
    end = time.monotonic() + PATIENCE
    for one in questions(release, edge["paths"]):
        got = _ask(edge, one)
        while (not got.status or got.status >= 500) and time.monotonic() < end:
            time.sleep(PAUSE)
            got = _ask(edge, one)
        why = fault(got, release["files"][one.path])
        if why:
            yield f"{edge['url']}{one.target} ({one.encoding}) {why}"


def fault(got: Got, sha256: str) -> str:
    """Pure."""
    if got.status != 200:
        return f"answers {got.status}" if got.status else f"does not answer ({got.why})"
    return "" if got.sha256 == sha256 else f"is {got.sha256[: planning.SHORT]}, not {sha256[: planning.SHORT]}"


def _ask(edge: Edge, one: Question) -> Got:
    place = urlsplit(edge["url"])
    connection = http.client.HTTPConnection(place.hostname or "", place.port, timeout=TIMEOUT)
    try:
        headers = {"Accept-Encoding": one.encoding, **({"Host": edge["name"]} if edge["name"] else {})}
        connection.request("GET", one.target, headers=headers)
        answer = connection.getresponse()
        body = answer.read()
        plain = gzip.decompress(body) if answer.getheader("Content-Encoding") == "gzip" else body
        return Got(answer.status, sha.sha256(plain))
    except (OSError, EOFError, http.client.HTTPException) as error:
        return Got(0, why=f"{type(error).__name__}: {error}")
    finally:
        connection.close()
