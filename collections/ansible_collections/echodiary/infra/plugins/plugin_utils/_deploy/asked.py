# SPDX-License-Identifier: GPL-3.0-or-later
"""What a deploy asks of a release: what its component declares, or what an inventory or a command line says in its place. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from . import declared_requests

if TYPE_CHECKING:
    from ...module_utils._kinds.documents import RequestSpec
    from .._component.release import Declared
    from .declared_requests import Condition, Request


class Given(NamedTuple):
    """None: nobody said anything. ``edge``: URL of a host's edge, as the host itself reaches it; ``path``: what is asked at edges where no
    declared request is."""

    requests: Sequence[Request | Condition] | None
    verify: Sequence[Request] | None
    edge: str
    path: str


class Asked(NamedTuple):
    """``requests``: conditions that every host has to meet through its edge; ``verify``: requests that a new release has to answer, at its
    slot too; ``path`` of the edges, under the name ``host``; ``backend``: HAProxy's; ``latency``: a histogram in Prometheus."""

    requests: list[Request | Condition]
    verify: list[Request]
    path: str
    host: str
    backend: str
    latency: str


NOTHING = Asked([], [], "/", "", "", "")


def asked(declared: Declared | None, given: Given) -> Asked:
    """``declared``: None of a component without a release; one whose release has no slots is not asked either."""
    if declared is None or not declared.slots:
        return NOTHING
    verify: list[Request] = [_request(one) for one in (declared.requests if given.verify is None else given.verify)]
    host = declared.route.hosts[0] if declared.route.hosts else ""
    requests = of_edge(declared, verify, given.edge, host) if given.requests is None else list(given.requests)
    return Asked(requests, verify, given.path or declared.check["path"], host, declared.route.backend, declared.latency)


def _request(one: RequestSpec | Request) -> Request:
    found: Any = dict(one)
    request: Request = found
    return request


def of_edge(declared: Declared, verify: Sequence[Request], edge: str, host: str) -> list[Request | Condition]:
    """What users may ask: the path of HAProxy's check, unless the edge keeps that to itself, and requests that are the edge's too."""
    check: Request = {"name": "alive", "path": declared.check["path"], "status": declared.check["status"], "headers": _named(host)}
    kept = any(check["path"] == path or check["path"].startswith(path.rstrip("/") + "/") for path in declared.internal_paths)
    public = [*([] if kept else [check]), *(one for one in verify if one.get("edge"))]
    return [declared_requests.condition(one, str(one["name"]), edge) for one in public]


def _named(host: str) -> dict[str, str]:
    return {"Host": host} if host else {}
