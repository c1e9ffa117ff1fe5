# SPDX-License-Identifier: GPL-3.0-or-later
"""A directory that stands for a host: components that are only files, so that neither systemd nor Docker is needed."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.echodiary.infra.plugins.module_utils._converge import health, staging
from ansible_collections.echodiary.infra.plugins.module_utils._run import main
from ansible_collections.echodiary.infra.plugins.plugin_utils._component import manifest as manifests


class Host:
    def __init__(self, place: Path) -> None:
        self.root, self.state = place / "root", place / "state"
        self.root.mkdir()

    def run(self, *specs: dict[str, Any], check: bool = False, **more: Any) -> dict[str, Any]:
        """``more``: of the manifest."""
        claimed = manifests.claimed(list(specs)).everywhere
        names = [one["name"] for one in specs]
        given = {"check": check, "components": list(specs), "claimed": claimed, "declared": names, "state_dir": str(self.state), **more}
        return json.loads(json.dumps(main.run(given)))

    def component(self, *specs: dict[str, Any], check: bool = False) -> dict[str, Any]:
        """The result of the last component."""
        return self.run(*specs, check=check)["components"][-1]

    def path(self, name: str) -> str:
        return str(self.root / name)


@pytest.fixture
def host(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Host:
    monkeypatch.setattr(health, "wait", without_pauses)
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    monkeypatch.setattr(main, "LOCK", str(tmp_path / "lock"))
    monkeypatch.setattr(staging, "BASE", str(tmp_path))
    return Host(tmp_path)


def without_pauses(look: Callable[[], health.Verdict], *_: float) -> health.Verdict:
    verdict = look()
    for _ in range(8):
        if verdict.health == "Healthy":
            break
        verdict = look()
    return verdict


def probe_that_fails() -> list[dict[str, Any]]:
    return [{"url": "http://127.0.0.1:1/", "status": 200, "json": {}, "deadline": 0}]


def told(component: dict[str, Any]) -> list[tuple[str, str, str]]:
    return [(Path(c["resource"]).name, c["action"], c["origin"]) for c in component["changes"]]


@contextmanager
def mounted(place: Path, *options: str) -> Iterator[Path]:
    """A file system in memory."""
    place.mkdir(exist_ok=True)
    if os.getuid() != 0 or subprocess.run(["mount", "-t", "tmpfs", *options, "tmpfs", str(place)], check=False).returncode:
        pytest.skip("needs the right to mount a tmpfs")
    try:
        yield place
    finally:
        subprocess.run(["umount", "-l", str(place)], check=True)


def remounted(place: Path, how: str) -> None:
    subprocess.run(["mount", "-o", f"remount,{how}", str(place)], check=True)


@contextmanager
def immutable(path: Path) -> Iterator[None]:
    if subprocess.run(["chattr", "+i", str(path)], check=False, capture_output=True).returncode:
        pytest.skip("this file system has no attributes, or we may not set them")
    try:
        yield
    finally:
        subprocess.run(["chattr", "-i", str(path)], check=True)
