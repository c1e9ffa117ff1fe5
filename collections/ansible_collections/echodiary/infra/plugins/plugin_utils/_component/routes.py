# SPDX-License-Identifier: GPL-3.0-or-later
"""Whose a request at a host's edge is: by host names, by a path below which all is an application's, or as the host's default. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations
from typing import Any, NamedTuple

from .._common.errors import SpecError

OPTIONS: dict[str, Any] = {
    "hosts": {"type": "list", "elements": "str", "default": []},
    "path": {"type": "str", "default": ""},
}
_HOST = re.compile(r"(?=.{1,253}$)([a-z0-9_]([a-z0-9_-]*[a-z0-9])?\.)*[a-z0-9_]([a-z0-9_-]*[a-z0-9])?")
_PATH = re.compile(r"(/[A-Za-z0-9._~-]+)+")


class Route(NamedTuple):
    """``hosts``: in small letters; ``path``: begins with a slash and ends without one. Neither: the host's default."""

    component: str
    backend: str
    hosts: tuple[str, ...] = ()
    path: str = ""

    @property
    def is_default(self) -> bool:
        return not self.hosts and not self.path

    @property
    def rank(self) -> tuple[bool, int]:
        """The more exact first, sorted."""
        return (not self.hosts, -len(self.path))


def read(component: str, backend: str, release: Mapping[str, Any]) -> Route:
    """SpecError for what no request can have. ``release``: checked against OPTIONS."""
    hosts, path = [str(host).lower() for host in release["hosts"]], str(release["path"]).rstrip("/")
    for host in hosts:
        if not _HOST.fullmatch(host):
            raise SpecError(f"{component}: release: hosts: '{host}' is no host name; write it without scheme, port and *")
    if path and not _PATH.fullmatch(path):
        raise SpecError(f"{component}: release: path '{path}' has to begin with / and to hold letters, digits and ._~- only, as in /shop")
    return Route(component, backend, tuple(dict.fromkeys(hosts)), path)


def refuse_clashes(routes: Sequence[Route]) -> None:
    """Of two components of one host that want the same requests nobody knows who gets them."""
    for one, other in combinations(routes, 2):
        if one.backend == other.backend:
            raise SpecError(
                f"{one.component} and {other.component} are both behind HAProxy's backend {one.backend}; name another one in "
                f"{other.component}'s component.yml (release: haproxy: backend)"
            )
        shared = sorted(set(_claims(one)) & set(_claims(other)))
        if shared:
            raise SpecError(
                f"{one.component} and {other.component} both want {_words(*shared[0])}; give one of them hosts or a path of its own "
                "(component.yml: release: hosts, path)"
            )


def _claims(route: Route) -> Iterator[tuple[str, str]]:
    return ((host, route.path) for host in route.hosts or ("",))


def _words(host: str, path: str) -> str:
    if not host and not path:
        return "every request of the host that is nobody else's"
    return f"requests for {host}{path}" if host else f"requests below {path}"
