# SPDX-License-Identifier: GPL-3.0-or-later
"""A file that was swapped, read, and put back with its old time; and what of ours must not look like that."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.echodiary.infra.plugins.module_utils._converge import state
from ansible_collections.echodiary.infra.tests.unit.plugins.module_utils._converge.builders import file, spec
from ansible_collections.echodiary.infra.tests.unit.plugins.module_utils._converge.directory_host import Host, host, probe_that_fails, told
from ansible_collections.echodiary.infra.tests.unit.plugins.module_utils._converge.systemd import UNIT, Service

__all__ = ["host"]


@pytest.fixture
def service(host: Host, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Service:
    """Converged, and quiet."""
    made = Service(tmp_path, host.root / "x.cfg", monkeypatch)
    assert host.component(demo(host))["status"] == "changed"
    assert told(host.component(demo(host), check=True)) == []
    return made


def demo(host: Host, mode: str = "0644", **more: Any) -> dict[str, Any]:
    path = host.path("x.cfg")
    reload = [{"unit": UNIT, "paths": [path]}]
    return spec(files={path: file("one", mode)}, units={UNIT: {"state": "started", "consumes": [path]}}, reload=reload, **more)


def swap_and_put_back(host: Host) -> None:
    path = host.path("x.cfg")
    shutil.copy2(path, f"{path}.kept")
    Path(path).write_text("other")
    shutil.copy2(f"{path}.kept", path)
    os.unlink(f"{path}.kept")


def test_what_was_read_in_between_is_not_known_and_the_file_is_read_again(host: Host, service: Service) -> None:
    swap_and_put_back(host)
    assert told(host.component(demo(host), check=True)) == [(f"process:{UNIT}", "reload", "corrective")]
    assert host.component(demo(host))["status"] == "changed"
    assert told(host.component(demo(host), check=True)) == []


def test_a_mode_that_we_set_is_no_reason_to_read_again(host: Host, service: Service) -> None:
    starts = service.now("starts")
    done = host.component(demo(host, "0600"))
    assert [action for _, action, _ in told(done)] == ["update"]
    assert service.now("starts") == starts
    assert told(host.component(demo(host, "0600"), check=True)) == []


def test_a_mode_that_somebody_set_is_told_by_itself(host: Host, service: Service) -> None:
    os.chmod(host.path("x.cfg"), 0o600)
    assert [action for _, action, _ in told(host.component(demo(host), check=True))] == ["update"]


def test_what_was_taken_back_is_no_reason_to_read_again(host: Host, service: Service) -> None:
    assert host.component(demo(host, "0600", health=probe_that_fails()))["status"] == "taken_back"
    assert told(host.component(demo(host), check=True)) == []


def test_a_record_of_a_version_before_does_not_know(host: Host, service: Service) -> None:
    record = state.load(str(host.state), "demo")
    del record["loaded"][UNIT]["changed"]
    state.save(str(host.state), "demo", record)
    swap_and_put_back(host)
    assert told(host.component(demo(host), check=True)) == []
