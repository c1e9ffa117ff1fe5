# SPDX-License-Identifier: GPL-3.0-or-later
"""The entry on the host: a manifest in, one result out. Components in order; the first that fails stops the ones after it."""

from __future__ import annotations

import os
import time
from typing import TYPE_CHECKING, cast

from .._converge import component, contents
from .._converge.host import STATE_DIR, Host
from .._host import distribution, masking
from .._kinds import distributions, model, packages
from .._kinds.model import Applied
from .._ledger import digests, files
from .._release import rollout
from . import ages, leases, leaving, prepare, said

if TYPE_CHECKING:
    from .._converge import exchange
    from .._kinds import documents
    from .shapes import Answer, Prepared

LOCK = "/run/echodiary-converge.lock"
#: a roll takes as long as a release takes to start, to be watched, and its requests to end (s)
LOCK_WAIT = 240.0
#: once something was changed, hand back after this many seconds, so that people see progress (s)
PATIENCE = 3.0


def run(manifest: exchange.Manifest) -> Answer | Prepared:
    began = time.monotonic()
    here = distribution.read()
    try:
        answer = _answer(manifest, here["name"], began)
    except Exception as error:
        answer = {"components": [], "needs": None, "rest": [], "failed": True, "msg": component.reason(error)}
    answer["distribution"] = here
    answer["seconds"] = round(time.monotonic() - began, 3)
    return answer


def _answer(manifest: exchange.Manifest, here: str, began: float) -> Answer | Prepared:
    if os.geteuid() != 0:
        raise model.ConvergeError("converge needs root on the host: set 'become: true'")
    if not all(distributions.supports(spec, here) for spec in manifest["components"]):
        return {"components": [], "needs": None, "rest": [], "stopped": True, "unsupported": True}
    manifest = _chosen(manifest, here)
    lock = None if manifest["check"] else _lock()
    try:
        if manifest.get("delivered"):
            contents.take(manifest.get("state_dir") or STATE_DIR, manifest["delivered"])
        return prepare.run(manifest) if manifest.get("prepare") else _all(manifest, began)
    finally:
        if lock is not None:
            os.close(lock)


def _chosen(manifest: exchange.Manifest, here: str) -> exchange.Manifest:
    """What is declared on this distribution."""
    claimed = [*manifest["claimed"], *manifest.get("claimed_on", {}).get(here, [])]
    return {**manifest, "claimed": claimed, "components": [distributions.chosen(spec, here) for spec in manifest["components"]]}


def _all(manifest: exchange.Manifest, began: float) -> Answer:
    specs, check = manifest["components"], manifest["check"]
    gone = _gone(manifest.get("kept") or {})
    if gone:
        rest = [spec["name"] for spec in specs[1:]]
        return {"components": [], "needs": None, "rest": rest, "stopped": True, "gone": gone}
    host = Host(specs, check, manifest["claimed"], manifest.get("state_dir") or STATE_DIR, manifest.get("prune", False))
    undeclared = leaving.undeclared(manifest, host.state_dir)
    left, needs = _leave(leaving.due(manifest, undeclared), host)
    results: list[exchange.Outcome] = []
    for spec in [] if needs else specs:
        if _has_news([*left, *results]) and time.monotonic() - began > PATIENCE:
            break
        result, needs = _one(spec, host)
        results.append(masking.mask(result, spec["secrets"]))
        if needs or (not check and result["status"] in ("failed", "taken_back")):
            break
    if check:
        _tell_of_deploys(results, specs, host)
    else:
        contents.drop(host.state_dir, specs[max(len(results) - bool(needs), 0) :])
        digests.MEMORY.save()
    stopped = not check and bool(results) and results[-1]["status"] in ("failed", "taken_back")
    return {
        "components": [*left, *results],
        "needs": needs,
        "rest": [spec["name"] for spec in specs[len(results) :]],
        "stopped": stopped,
        "manager": packages.manager(),
        "undeclared": undeclared,
    }


def _leave(names: list[str], host: Host) -> tuple[list[exchange.Outcome], exchange.Needs | None]:
    """What leaves goes first, so that its ports and names are free for what comes. One that cannot go keeps nobody waiting."""
    results: list[exchange.Outcome] = []
    for name in names:
        result, needs = leaving.run(name, host)
        results.append(result)
        if needs:
            return results, needs
    return results, None


def _gone(kept: dict[str, str]) -> dict[str, str]:
    """Packages of components that are done, and that what was installed since has removed."""
    live = packages.installed([packages.split(wanted)[0] for wanted in kept])
    return {wanted: component for wanted, component in kept.items() if packages.plan([wanted], live, Applied())}


def _has_news(results: list[exchange.Outcome]) -> bool:
    """Only a run that changes something is worth a second call; a quiet one stays one call, however slow the host is."""
    return any(result["status"] == "changed" for result in results)


def _tell_of_deploys(results: list[exchange.Outcome], specs: list[documents.ComponentSpec], host: Host) -> None:
    """Beside what is released here, or what comes first. Who changes something is under the lease itself."""
    told = list(leases.told(os.path.join(host.state_dir, "lease")))
    released = {spec["name"] for spec in specs if spec.get("release")}
    about = next((one for one in results if one["name"] in released), results[0] if results else None)
    if told and about:
        about["said"] = [*about.get("said", []), *told]


def _one(spec: documents.ComponentSpec, host: Host) -> tuple[exchange.Outcome, exchange.Needs | None]:
    """One component's trouble stays its own."""
    try:
        result, needs = _converged(spec, host)
    except Exception as error:
        result, needs = component.failed(spec["name"], error), None
    result["notes"] = [*host.told(), *result["notes"]]
    if spec.get("haproxy"):
        result["said"] = said.of(spec, host)
    if spec.get("ages"):
        result["ages"] = ages.of(spec["ages"])
    return result, needs


def _converged(spec: documents.ComponentSpec, host: Host) -> tuple[exchange.Outcome, exchange.Needs | None]:
    converger = rollout.Rollout(cast("documents.RolledSpec", spec), host) if spec.get("release") else component.Converger(spec, host)
    if host.check:
        return converger.check(), None
    if "held" in spec and isinstance(converger, component.Converger):
        host.forget()
        return converger.answered(spec["held"]), None
    needs = converger.needs()
    if needs:
        return converger.waiting(), needs
    result = converger.apply()
    if result["status"] == "needs":
        return result, {"held": True}
    # what was well and left as it was has not been waited for either
    if spec.get("release") or (result["status"], result["health"]) != ("ok", "Healthy"):
        host.forget()
    return result, converger.afterwards() if result["status"] in ("ok", "changed") else None


def _lock() -> int:
    """Two runs at once on one host would take each other's files for strangers."""
    descriptor = os.open(LOCK, os.O_RDWR | os.O_CREAT, 0o600)
    if files.flock(descriptor, LOCK_WAIT):
        return descriptor
    os.close(descriptor)
    raise model.ConvergeError(f"another converge has been working on this host for {LOCK_WAIT:.0f} s; wait for it")
