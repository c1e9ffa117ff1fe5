# SPDX-License-Identifier: GPL-3.0-or-later
"""What a host has to know of a component's release to start it on a database that came back. Pure.

Where it is and what it is asked, as the component declares it; which image and slot, that host knows itself.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypedDict
from urllib.parse import urlsplit

from .._component import release as releases

if TYPE_CHECKING:
    from ...module_utils._kinds.model import Json
    from .._database.declared import Declared

#: of a release, what this needs
_KEYS = ("service", "slots", "haproxy", "hosts", "path", "check")
#: of a request that only reads; headers and bodies may hold secrets, which not every run has read
_OF_READS, _SECRET = ("name", "method", "path", "status"), ("headers", "body")
_DEADLINE = 60.0


class _Asked(TypedDict):
    path: str


class Asked(_Asked, total=False):
    """A GET request; ``json``: dotted paths of the answer and what they have to be."""

    host: str
    status: int
    json: dict[str, Any]


class Release(TypedDict):
    """``compose``: its file, of a slot; ``variable``: of its environment, with the URL of its database, where it is ``user``; ``host``: the
    name that it is asked by; ``deadline`` (s) until it is well."""

    compose: str
    service: str
    variable: str
    user: str
    host: str
    ready: list[Asked]
    reads: list[Asked]
    deadline: float


def wanted(spec: Mapping[str, Json]) -> dict[str, Any]:
    """Of component.yml as it stands, not rendered, what is."""
    given = spec.get("release")
    if not isinstance(given, Mapping):
        return {}
    release = {**{key: given[key] for key in _KEYS if key in given}, "requests": _plain(given.get("requests") or [])}
    return {"release": release, "compose": spec.get("compose") or "", "health": spec.get("health") or []}


def _plain(given: Json) -> Json:
    if not isinstance(given, list):
        return given
    plain = (one for one in given if isinstance(one, Mapping) and not any(one.get(key) for key in _SECRET))
    return [{key: one[key] for key in _OF_READS if key in one} for one in plain]


def told(found: Declared, rendered: Mapping[str, Any]) -> Release | None:
    """None where there is nothing that answers requests."""
    if not rendered.get("release"):
        return None
    release = releases.declared(found.component, rendered["release"])
    if not release.slots or not isinstance(rendered["compose"], str):
        return None
    host = release.route.hosts[0] if release.route.hosts else ""
    probes = [one for one in rendered["health"] if "{port}" in one["url"]]
    check: Asked = {"path": release.check["path"], "host": host, "status": release.check["status"]}
    return {
        "compose": rendered["compose"],
        "service": rendered["release"]["service"],
        "variable": found.migrate.variable,
        "user": found.login.user,
        "host": host,
        "ready": [_probe(one) for one in probes] or [check],
        "reads": [{"path": one["path"], "host": host} for one in release.requests if _is_read(one)],
        "deadline": max((float(one.get("deadline") or _DEADLINE) for one in probes), default=_DEADLINE),
    }


def _probe(one: Mapping[str, Any]) -> Asked:
    url = urlsplit(one["url"].replace("{port}", "1"))
    return {
        "path": url.path + (f"?{url.query}" if url.query else ""),
        "status": int(one.get("status") or 200),
        "json": dict(one.get("json") or {}),
    }


def _is_read(one: Mapping[str, Any]) -> bool:
    """What answers otherwise than well reads nothing."""
    own = {key for key in one["headers"] if key != "Host"}
    return bool(one["method"] == "GET" and not own and 200 <= one["status"] < 300)
