# SPDX-License-Identifier: GPL-3.0-or-later
"""Static files that a component hands out beside an application: at which paths, of which host names, from which port. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from itertools import combinations
from typing import TYPE_CHECKING, Any, NamedTuple

from ansible.module_utils.common.arg_spec import ArgumentSpecValidator

from .._common.errors import SpecError
from . import routes

if TYPE_CHECKING:
    from ...module_utils._static.shapes import Edge, Place

OPTIONS: dict[str, Any] = {
    "directory": {"type": "str", "required": True},
    "port": {"type": "int", "required": True},
    "hosts": {"type": "list", "elements": "str", "default": []},
    "paths": {"type": "list", "elements": "str", "required": True},
    "immutable": {"type": "list", "elements": "str", "default": []},
    "check": {"type": "str", "default": "/"},
    "keep": {"type": "int", "default": 5},
    "environment": {"type": "list", "elements": "str", "default": []},
}
#: HAProxy's name for the one server of it
SERVER = "static"
_PATH = re.compile(r"/|(/[A-Za-z0-9_~-][A-Za-z0-9._~-]*)+/?")
_LEAST = 2


class Static(NamedTuple):
    """``paths``: whole ones, or, with a slash at the end, all below; ``immutable``: those of the latter whose names change with what they
    hold. ``environment``: names that a build has to have been made with."""

    route: routes.Route
    directory: str
    port: int
    paths: tuple[str, ...]
    immutable: tuple[str, ...]
    check: str
    keep: int
    environment: tuple[str, ...]

    @property
    def pools(self) -> list[str]:
        return [path.strip("/") for path in self.immutable]

    @property
    def whole(self) -> list[str]:
        return [path for path in self.paths if path == "/" or not path.endswith("/")]

    @property
    def below(self) -> list[str]:
        return [path for path in self.paths if path != "/" and path.endswith("/")]


def read(component: str, given: Any) -> Static:
    """SpecError for what nobody can be handed."""
    if not isinstance(given, Mapping):
        raise SpecError(f"{component}: static has to be a mapping, not {type(given).__name__}; correct component.yml")
    result = ArgumentSpecValidator(OPTIONS).validate(dict(given))
    if result.error_messages:
        raise SpecError(f"{component}: static: {'; '.join(result.error_messages)}; correct component.yml")
    known: dict[str, Any] = result.validated_parameters
    for path in [*known["paths"], *known["immutable"]]:
        if not _PATH.fullmatch(path):
            raise SpecError(
                f"{component}: static: path '{path}' has to be as in /, /index.html or /assets/, and no part may begin with a dot"
            )
    for path in known["immutable"]:
        if path not in known["paths"] or path == "/" or not path.endswith("/"):
            raise SpecError(f"{component}: static: immutable '{path}' has to be one of the paths that end with a slash")
    if known["keep"] < _LEAST:
        raise SpecError(f"{component}: static: keep has to be {_LEAST} or more, the release that is served and the one before it")
    route = routes.read(component, component, {"hosts": known["hosts"], "path": ""})
    lists = {name: tuple(dict.fromkeys(known[name])) for name in ("paths", "immutable", "environment")}
    return Static(route, known["directory"].rstrip("/"), known["port"], check=known["check"], keep=known["keep"], **lists)


def place(static: Static) -> Place:
    """What its host is asked with."""
    return {"component": static.route.component, "directory": static.directory, "pools": static.pools, "keep": static.keep}


def edges(static: Static, found: Iterable[str]) -> list[Edge]:
    """``found``: address and port of each edge. Where there is none, what hands the files out is asked itself."""
    name = static.route.hosts[0] if static.route.hosts else ""
    known = list(found) or [f"127.0.0.1:{static.port}"]
    return [{"url": f"http://{one}", "name": name, "paths": list(static.paths)} for one in known]


def refuse_clashes(found: Sequence[Static]) -> None:
    """Of two that want the same path nobody knows who gets it."""
    for one, other in combinations(found, 2):
        hosts = set(one.route.hosts or ("",)) & set(other.route.hosts or ("",))
        paths = sorted(set(one.paths) & set(other.paths))
        if hosts and paths:
            names = f"{one.route.component} and {other.route.component}"
            raise SpecError(f"{names} both want {min(hosts)}{paths[0]}; give one of them hosts or paths of its own (component.yml: static)")
