# SPDX-License-Identifier: GPL-3.0-or-later
"""The entry on the host: a manifest in, one result out. Components in order; the first that fails stops the ones after it."""

from __future__ import annotations

import fcntl
import os
import time
from typing import Any

from . import component, contents, digests, masking, model, packages, preparing, release, state
from .host import STATE_DIR, Host

LOCK = "/run/echodiary-converge.lock"
#: a roll takes as long as a release takes to start, to be watched, and its requests to end (s)
LOCK_WAIT = 240.0
#: once something was changed, hand back after this many seconds, so that people see progress (s)
PATIENCE = 3.0


def run(manifest: dict[str, Any]) -> dict[str, Any]:
    """``manifest``: check, components, claimed, declared, kept. Returns components (results), needs, rest (names not looked at yet)."""
    began = time.monotonic()
    lock = None
    try:
        if os.geteuid() != 0:
            raise model.ConvergeError("converge needs root on the host: set 'become: true'")
        if not manifest["check"]:
            lock = _lock()
        if manifest.get("delivered"):
            contents.take(manifest.get("state_dir") or STATE_DIR, manifest["delivered"])
        answer = preparing.run(manifest) if manifest.get("prepare") else _all(manifest, began)
    except Exception as error:
        answer = {"components": [], "needs": None, "rest": [], "failed": True, "msg": component.reason(error)}
    finally:
        if lock is not None:
            os.close(lock)
    answer["seconds"] = round(time.monotonic() - began, 3)
    return answer


def _all(manifest: dict[str, Any], began: float) -> dict[str, Any]:
    specs, check = manifest["components"], manifest["check"]
    gone = _gone(manifest.get("kept") or {})
    if gone:
        rest = [spec["name"] for spec in specs[1:]]
        return {"components": [], "needs": None, "rest": rest, "stopped": True, "gone": gone}
    host = Host(specs, check, manifest["claimed"], manifest.get("state_dir") or STATE_DIR)
    results: list[dict[str, Any]] = []
    needs = None
    for spec in specs:
        if _has_news(results) and time.monotonic() - began > PATIENCE:
            break
        result, needs = _one(spec, host)
        results.append(masking.mask(result, spec["secrets"]))
        if needs or (not check and result["status"] in ("failed", "taken_back")):
            break
    if not check:
        contents.drop(host.state_dir, specs[len(results) - bool(needs) :])
        digests.MEMORY.save()
    stopped = not check and bool(results) and results[-1]["status"] in ("failed", "taken_back")
    return {
        "components": results,
        "needs": needs,
        "rest": [spec["name"] for spec in specs[len(results) :]],
        "stopped": stopped,
        "manager": packages.manager(),
        "undeclared": sorted(set(state.recorded(host.state_dir)) - set(manifest["declared"])),
    }


def _gone(kept: dict[str, str]) -> dict[str, str]:
    """Packages of components that are done, and that what was installed since has removed."""
    live = packages.installed([packages.split(wanted)[0] for wanted in kept])
    return {wanted: component for wanted, component in kept.items() if packages.plan([wanted], live, {})}


def _has_news(results: list[dict[str, Any]]) -> bool:
    """Only a run that changes something is worth a second call; a quiet one stays one call, however slow the host is."""
    return any(result["status"] == "changed" for result in results)


def _one(spec: dict[str, Any], host: Host) -> tuple[dict[str, Any], dict[str, Any] | None]:
    """One component's trouble stays its own."""
    try:
        result, needs = _converged(spec, host)
    except Exception as error:
        result, needs = component.failed(spec["name"], error), None
    return {**result, "notes": [*host.told(), *result["notes"]]}, needs


def _converged(spec: dict[str, Any], host: Host) -> tuple[dict[str, Any], dict[str, Any] | None]:
    converger = release.Roller(spec, host) if spec.get("release") else component.Converger(spec, host)
    if host.check:
        return converger.check(), None
    needs = converger.needs()
    if needs:
        return converger.waiting(), needs
    result = converger.apply()
    host.forget()
    return result, None


def _lock() -> int:
    """Two runs at once on one host would take each other's files for strangers."""
    descriptor = os.open(LOCK, os.O_RDWR | os.O_CREAT, 0o600)
    end = time.monotonic() + LOCK_WAIT
    while True:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return descriptor
        except BlockingIOError:
            if time.monotonic() >= end:
                os.close(descriptor)
                raise model.ConvergeError(f"another converge has been working on this host for {LOCK_WAIT:.0f} s; wait for it") from None
            time.sleep(0.2)
