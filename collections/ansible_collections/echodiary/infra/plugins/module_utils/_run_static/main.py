# SPDX-License-Identifier: GPL-3.0-or-later
"""The entry of ``converge`` on a host that hands out static files: what all hosts do, and in the same call its releases, looked at and
put right. What these should be the host itself knows, by what was deployed last. Other hosts are not sent this."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from .._kinds import model
from .._run import main as converging
from .._static import main as static

if TYPE_CHECKING:
    from .._converge import exchange
    from .._run.shapes import Answer, Prepared
    from .._static.shapes import Answer as Told
    from .._static.shapes import Asked, Failed, Place


def run(manifest: exchange.Manifest) -> Answer | Prepared:
    answer = converging.run(manifest)
    places = {spec["name"]: spec["static"] for spec in manifest["components"] if spec.get("static")}
    for one in cast("Answer", answer).get("components", []):
        if one["name"] in places and one["status"] in ("ok", "changed"):
            asked: Asked = {"check": manifest["check"], "state": "kept", "place": cast("Place", places[one["name"]])}
            join(one, static.run(asked), check=manifest["check"])
            if one["status"] == "failed":
                cast("Answer", answer)["stopped"] = True
    return answer


def join(one: exchange.Outcome, found: Told | Failed, *, check: bool) -> None:
    """What was found of its files is the component's. Pure but for that."""
    if "failed" in found:
        one.update({"status": "failed", "msg": found["msg"]})
        return
    one["notes"] = [*one["notes"], *found.get("notes", [])]
    if not found["changes"]:
        return
    one["changes"] = [*one["changes"], *found["changes"]]
    if check:
        one["sync"] = model.worst_sync([one["sync"], "OutOfSync"])
    else:
        one["status"] = "changed"
    one["seconds"] = {**one["seconds"], "static": found.get("seconds", 0.0)}
