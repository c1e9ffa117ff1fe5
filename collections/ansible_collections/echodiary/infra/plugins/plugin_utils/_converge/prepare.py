# SPDX-License-Identifier: GPL-3.0-or-later
"""Calls that ask a host about one release, or stage it there, before anything that serves is touched."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, cast

from .._common.errors import SpecError
from . import migrate

if TYPE_CHECKING:
    from ...module_utils._converge import exchange
    from ...module_utils._kinds import documents
    from ...module_utils._run.shapes import Prepared
    from .._deploy.declared_requests import Condition
    from .run import Run

MIGRATED = "migrated"


class Asked(NamedTuple):
    """``state``: resolved, prepared, migrated or read; ``image``: to be resolved."""

    state: str
    image: str = ""


def ask(asked: Asked, specs: list[documents.ComponentSpec], run: Run) -> Prepared:
    """One call, and another one when the host lacks contents that are too long to be sent with every call."""
    manifest: exchange.Manifest = {
        "check": run.check, "prepare": asked.state, "image": asked.image, "claimed": [], "components": specs, "declared": [],
    }  # fmt: skip
    answer = run.prepare(manifest)
    if not answer.get("needs"):
        return answer
    delivery = run.delivery()
    try:
        why = run.bring(delivery, specs[0]["name"], answer["needs"])
        if why:
            raise SpecError(why)
        return run.prepare({**manifest, "delivered": delivery.taken()})
    finally:
        delivery.clean()


def add_access(answer: Prepared, release: documents.ReleaseSpec) -> None:
    """How what serves, and what is staged, reaches its database: where Alembic asks it."""
    for place in (answer["release"], answer.get("prepared")):
        access = migrate.access(release["migrate"], place["directory"]) if place and place.get("directory") else None
        if place and access:
            place["env_file"], place["volumes"] = access


def probes(spec: documents.ComponentSpec, slot: str) -> list[Condition]:
    """The component's own health of what serves, as ``health_gate`` asks it; nothing where nothing serves yet."""
    slots = cast("documents.ReleaseSpec", spec["release"])["slots"]
    return [_condition(one, str(slots[slot])) for one in spec["health"]] if slot in slots else []


def _condition(one: documents.ProbeSpec, port: str) -> Condition:
    url = one["url"].replace("{port}", port)
    return {"name": url, "url": url, "status": [one.get("status", 200)], "json": one.get("json") or {}, "timeout": one.get("timeout", 3.0)}
