# SPDX-License-Identifier: GPL-3.0-or-later
"""What a component says of distributions: checked, put together with what it says for all, and told to people where it cannot be."""

from __future__ import annotations

import re
from collections.abc import Container, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from ...module_utils._kinds import distributions, kinds
from .._common.errors import SpecError

if TYPE_CHECKING:
    from ...module_utils._host.distribution import Distribution
    from ...module_utils._kinds import documents

KEY = "distributions"
#: of component.yml, what may differ: whatever is declared by name, where it lies, and how it is judged and reloaded
KEYS = (*(kind.KEY for kind in kinds.KINDS), "directories", "links", "validate", "reload")
_NAME = "[a-z0-9._-]+( [a-z0-9._-]+)?"
#: os-release's ID -> what is said instead of a list
_INSTEAD = {
    "amzn": "sorry, its packages have other names and come by dnf, and nobody tests it here. Launch the instance from an image of "
    "Debian 13 (an AMI of owner 136693071363), move its data over, and run this again",
}


def split(name: str, spec: Mapping[str, Any], tree: Container[str]) -> dict[str, dict[str, Any]]:
    """Distribution -> component.yml as it is there: lists follow those that are for all, and names win over the same there."""
    given = spec.get(KEY) or {}
    if not isinstance(given, dict):
        raise SpecError(f"{name}: {KEY} has to be a mapping, not {type(given).__name__}")
    common = {key: value for key, value in spec.items() if key != KEY}
    found = {}
    for distribution, entry in given.items():
        _check(f"{name}: {KEY} {distribution}", distribution, entry, tree)
        own = {key: _together(common.get(key), one) for key, one in (entry or {}).items() if key in KEYS}
        found[distribution] = {**common, **own}
    return found


def joined(spec: Mapping[str, Any], built: Mapping[str, dict[str, Any]]) -> dict[str, Any]:
    """One manifest of those of all distributions: the first, and what takes its place on each. ``spec``: component.yml."""
    first = next(iter(built.values()))
    differing = {
        distribution: {
            **{key: one[key] for key in one if one[key] != first.get(key)},
            **{key: value for key, value in (spec[KEY][distribution] or {}).items() if key not in KEYS and value},
        }
        for distribution, one in built.items()
    }
    return {**first, KEY: differing}


def _check(where: str, distribution: Any, entry: Any, tree: Container[str]) -> None:
    if not re.fullmatch(_NAME, str(distribution)):
        raise SpecError(f"{where}: write it as ID and VERSION_ID of /etc/os-release have it, as in 'debian 13'")
    if not isinstance(entry or {}, dict):
        raise SpecError(f"{where} has to be a mapping, not {type(entry).__name__}")
    for key in sorted((entry or {}).keys() - {*KEYS, distributions.PATHS, distributions.REFUSE}):
        raise SpecError(f"{where}: {key} cannot differ by distribution; what can: {', '.join(KEYS)}, paths, refuse")
    moved = (entry or {}).get(distributions.PATHS) or {}
    if not isinstance(moved, dict):
        raise SpecError(f"{where}: paths has to be a mapping, not {type(moved).__name__}")
    for path in moved:
        if path not in tree:
            raise SpecError(f"{where}: paths: {path} is not in the tree; correct the path")


def _together(common: Any, own: Any) -> Any:
    if isinstance(own, list) and isinstance(common, list):
        return [*common, *own]
    return {**common, **own} if isinstance(own, dict) and isinstance(common, dict) else own


def named(specs: Sequence[documents.ComponentSpec]) -> list[str]:
    """Distributions on which all of ``specs`` can be together; one that has no name where none of them says a word of any."""
    found = sorted({name for spec in specs for name in spec.get("distributions") or {}}) or [""]
    return [name for name in found if all(distributions.supports(spec, name) for spec in specs)]


def on(specs: Iterable[documents.ComponentSpec], name: str) -> list[documents.ComponentSpec]:
    return [distributions.chosen(spec, name) for spec in specs]


def refusal(specs: Iterable[documents.ComponentSpec], here: Distribution) -> str:
    """Why the host has what some of ``specs`` cannot be on, and what to do. Pure."""
    found = [spec for spec in specs if not distributions.supports(spec, here["name"])]
    said = f"this host has {here['title']}" + (f" ({here['name']})" if here["name"] not in ("", here["title"]) else "")
    own = [f"{spec['name']}: {why}" for spec in found if (why := _why(spec, here["name"]))]
    if own:
        return f"{said}: {'; '.join(own)}"
    supported, names = ", ".join(named(found)), ", ".join(spec["name"] for spec in found)
    where = f"{names} can be on {supported}" if supported else f"{names} have no distribution in common"
    instead = _INSTEAD.get(here["name"].partition(" ")[0], "use a host that has one of these, or take it off this host's components")
    return f"{said}, and {where}: {instead}"


def _why(spec: documents.ComponentSpec, name: str) -> str:
    return ((spec.get("distributions") or {}).get(name) or {}).get("refuse") or ""
