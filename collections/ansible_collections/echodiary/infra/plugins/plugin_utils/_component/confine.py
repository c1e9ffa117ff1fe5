# SPDX-License-Identifier: GPL-3.0-or-later
"""What containers may not do: each service of a Compose file is given what it does not say itself. Pure.

The lines are put into the text as it is: written anew from what YAML reads of it, a port such as 22:22 would be a number.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any, NamedTuple, TypedDict

import yaml

from .._common.errors import SpecError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

OPTIONS = {
    "pids": {"type": "int", "default": 512},
    "memory": {"type": "str"},
    "capabilities": {"type": "list", "elements": "str", "default": []},
    "read_only": {"type": "bool", "default": True},
    "tmpfs": {"type": "list", "elements": "str", "default": ["/tmp"]},  # noqa: S108 - in the container
}
#: as Compose reads it
_BYTES = r"[1-9][0-9]*(?:b|kb?|mb?|gb?)?"
_CAPABILITY = r"(?:CAP_)?[A-Z_]+"


class Confined(TypedDict):
    """``memory``: as Compose has it, or nothing for no limit; ``pids``: 0 for no limit; ``capabilities``: those that are kept."""

    pids: int
    memory: str | None
    capabilities: list[str]
    read_only: bool
    tmpfs: list[str]


class _Place(NamedTuple):
    """Where in the text, and what stands between two entries there."""

    at: int
    joint: str


def check(component: str, wanted: Confined) -> None:
    """SpecError before anything is touched."""
    if wanted["pids"] < 0:
        raise SpecError(f"{component}: confine: pids {wanted['pids']} has to be 0 (no limit) or more")
    if wanted["memory"] and not re.fullmatch(_BYTES, wanted["memory"], re.IGNORECASE):
        raise SpecError(f"{component}: confine: memory {wanted['memory']!r} is no size; write it as in 256m or 2g")
    for name in wanted["capabilities"]:
        if not re.fullmatch(_CAPABILITY, name):
            raise SpecError(f"{component}: confine: capabilities {name!r} is none; write it as in NET_BIND_SERVICE (man capabilities)")
    for path in wanted["tmpfs"]:
        if not path.startswith("/"):
            raise SpecError(f"{component}: confine: tmpfs {path!r} has to be a whole path in the container")


def applied(text: str, wanted: Confined) -> str:
    """A text that is no Compose file stays as it is: who reads it next says what is wrong."""
    try:
        document, places = _parsed(text)
    except yaml.YAMLError:
        return text
    services = document.get("services") if isinstance(document, dict) else None
    if not isinstance(services, dict):
        return text
    found = text
    for name, place in sorted(places.items(), key=lambda item: -item[1].at):
        lines = [f"{key}: {_value(value)}{place.joint}" for key, value in _missing(services[name], wanted).items()]
        found = found[: place.at] + "".join(lines) + found[place.at :]
    return found


def _parsed(text: str) -> tuple[Any, dict[Any, _Place]]:
    loader = yaml.SafeLoader(text)
    try:
        root = loader.get_single_node()
        # before what is merged (<<) is put into the nodes
        places = dict(_places(root))
        return loader.construct_document(root) if root else None, places
    finally:
        loader.dispose()


def _places(root: yaml.Node | None) -> Iterator[tuple[Any, _Place]]:
    """Of each service that has entries, its first; one that is another's alias is that other."""
    seen: set[int] = set()
    for key, node in _entries(root):
        if key.value != "services":
            continue
        for name, service in _entries(node):
            begins = next((entry[0].start_mark for entry in _entries(service)), None)
            if begins is not None and begins.index not in seen:
                seen.add(begins.index)
                flows = isinstance(service, yaml.MappingNode) and service.flow_style
                yield name.value, _Place(begins.index, ", " if flows else "\n" + " " * begins.column)


def _entries(node: yaml.Node | None) -> list[tuple[yaml.Node, yaml.Node]]:
    return list(node.value) if isinstance(node, yaml.MappingNode) else []


def _missing(service: Mapping[str, Any], wanted: Confined) -> dict[str, Any]:
    """A service's own word counts, also where it is said in another place of it."""
    limits = ((service.get("deploy") or {}).get("resources") or {}).get("limits") or {}
    read_only = service.get("read_only", wanted["read_only"])
    given = {
        "pids_limit": None if "pids" in limits else wanted["pids"],
        "mem_limit": None if "memory" in limits else wanted["memory"],
        "cap_drop": ["ALL"],
        "cap_add": wanted["capabilities"] if "cap_drop" not in service else None,
        "security_opt": ["no-new-privileges:true"],
        "read_only": read_only,
        "tmpfs": wanted["tmpfs"] if read_only else None,
    }
    return {key: value for key, value in given.items() if value and key not in service}


def _value(value: Any) -> str:
    """What Compose would fill in begins with a $."""
    return json.dumps(value).replace("$", "$$")
