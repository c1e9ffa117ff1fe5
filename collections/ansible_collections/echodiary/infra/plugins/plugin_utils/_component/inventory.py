# SPDX-License-Identifier: GPL-3.0-or-later
"""What the inventory says of a host, not rendered. What was typed (``-e``) is the same for every host: which components one has is never
taken from there."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping, MutableMapping
from typing import TYPE_CHECKING, Any

from .._common.errors import SpecError

if TYPE_CHECKING:
    from .._calls.variables import TaskVars

LIST = "components"


def variables(task_vars: TaskVars, name: str) -> Mapping[str, Any]:
    """Of the host of the task as the task sees them. SpecError for a host that nobody knows."""
    hostvars: Any = task_vars.get("hostvars", {})
    given = _typed(hostvars)
    if name == task_vars["inventory_hostname"]:
        return _as_listed(task_vars, hostvars, name) if LIST in given else task_vars
    if name not in hostvars:
        raise SpecError(f"host {name}: is not in the inventory; name one of its hosts")
    return {**_raw(hostvars, name), "hostvars": hostvars}


def _as_listed(task_vars: TaskVars, hostvars: Any, name: str) -> Mapping[str, Any]:
    listed = _raw(hostvars, name) if name in hostvars else {}
    others = {key: value for key, value in task_vars.items() if key != LIST}
    return {**others, LIST: listed[LIST]} if LIST in listed else others


def _raw(hostvars: Any, name: str) -> Mapping[str, Any]:
    """Without rendering them all."""
    with _without(_typed(hostvars)):
        found: Mapping[str, Any] = hostvars.raw_get(name) if hasattr(hostvars, "raw_get") else hostvars[name]
    return found


def _typed(hostvars: Any) -> MutableMapping[str, Any]:
    found: MutableMapping[str, Any] = getattr(getattr(hostvars, "_variable_manager", None), "extra_vars", {})
    return found


@contextlib.contextmanager
def _without(given: MutableMapping[str, Any]) -> Iterator[None]:
    kept = {LIST: given.pop(LIST)} if LIST in given else {}
    try:
        yield
    finally:
        given.update(kept)
