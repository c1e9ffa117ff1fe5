# SPDX-License-Identifier: GPL-3.0-or-later
"""Manifests, containers and units as the tests need them: everything is given a plain value, tests say only what matters."""

from __future__ import annotations

import os
from typing import Any

from ansible_collections.echodiary.infra.plugins.module_utils._host import docker
from ansible_collections.echodiary.infra.plugins.module_utils._kinds import kinds, units

ME = {"owner": str(os.getuid()), "group": str(os.getgid())}


def file(content: str, mode: str = "0644", *, sensitive: bool = False) -> dict[str, Any]:
    """One entry of a manifest's ``files``, owned by whoever runs the tests."""
    return {"content": content, "mode": mode, "sensitive": sensitive, **ME}


def directory(mode: str = "0755") -> dict[str, Any]:
    return {"mode": mode, **ME}


def spec(name: str = "demo", **given: Any) -> dict[str, Any]:
    """A component's manifest as the controller sends it."""
    empty: dict[str, Any] = {
        "name": name, "secrets": [], "directories": {}, "links": {}, "files": {}, "owned": {}, "compose": None, "validate": [],
        "reload": [], "health": [], **{kind.KEY: kinds.declared(None, kind) for kind in kinds.ALL},
    }  # fmt: skip
    assert set(given) <= {*empty, "distributions"}, "the test names a key that no manifest has"
    return {**empty, **given}


def container(**given: Any) -> docker.Container:
    values: dict[str, Any] = {
        "id": "c" * 64, "service": "web", "image_id": "sha256:one", "config_hash": "hash-one", "state": "running",
        "health": "", "exit_code": 0, "started_at": 1000.0, "restarts": 0,
    }  # fmt: skip
    return docker.Container(**{**values, **given})


def unit(**given: Any) -> units.Unit:
    values: dict[str, Any] = {
        "load": "loaded", "active": "active", "enabled": True, "masked": False, "needs_daemon_reload": False,
        "started_at": 1000.0, "identity": "start-one", "pid": 0, "oneshot": False,
    }  # fmt: skip
    return units.Unit(**{**values, **given})
