# SPDX-License-Identifier: GPL-3.0-or-later
"""A unit that somebody's bad file has brought to its limit of starts, or that somebody masked, is started all the same."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from ansible_collections.echodiary.infra.tests.unit.plugins.module_utils._converge.builders import file, spec
from ansible_collections.echodiary.infra.tests.unit.plugins.module_utils._converge.directory_host import Host, host, probe_that_fails
from ansible_collections.echodiary.infra.tests.unit.plugins.module_utils._converge.systemd import UNIT, Service

__all__ = ["host"]


@pytest.fixture
def service(host: Host, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Service:
    made = Service(tmp_path, host.root / "x.cfg", monkeypatch)
    assert host.component(demo(host))["status"] == "changed"
    return made


def demo(host: Host, content: str = "one", *, enabled: bool | None = True, **more: Any) -> dict[str, Any]:
    path = host.path("x.cfg")
    unit = {"state": "started", "consumes": [path], **({"enabled": enabled} if enabled is not None else {})}
    return spec(files={path: file(content)}, units={UNIT: unit}, **more)


@pytest.mark.parametrize("limited", [(f"limit-{UNIT}",), ("limit-x.socket",), (f"limit-{UNIT}", "limit-x.socket")])
def test_a_unit_at_its_limit_of_starts_is_healed(host: Host, service: Service, limited: tuple[str, ...]) -> None:
    service.config.write_text("bad")
    service.set("active", "failed")
    service.mark(*limited)
    done = host.component(demo(host))
    assert (done["status"], done["msg"]) == ("changed", "")
    assert (service.now("active"), service.now("loaded")) == ("active", "one")


def test_a_unit_at_its_limit_whose_files_are_in_order_is_healed(host: Host, service: Service) -> None:
    service.set("active", "failed")
    service.mark(f"limit-{UNIT}")
    assert host.component(demo(host))["status"] == "changed"
    assert service.now("active") == "active"


@pytest.mark.parametrize("masks", [("mask",), ("mask--runtime",), ("mask", "mask--runtime")])
def test_masks_of_both_kinds_are_lifted_before_a_start(host: Host, service: Service, masks: tuple[str, ...]) -> None:
    service.mark(*masks)
    service.set("active", "inactive")
    done = host.component(demo(host))
    assert (done["status"], done["msg"]) == ("changed", "")
    assert service.now("active") == "active"
    assert host.component(demo(host), check=True)["changes"] == []


@pytest.mark.parametrize("masks", [("mask",), ("mask--runtime",)])
def test_a_masked_unit_that_runs_can_be_restarted(host: Host, service: Service, masks: tuple[str, ...]) -> None:
    """Whether it is enabled is nobody's business here, so that nothing but the restart meets the mask."""
    host.run(demo(host, enabled=None))
    service.mark(*masks)
    done = host.component(demo(host, "two", enabled=None))
    assert (done["status"], done["msg"]) == ("changed", "")
    assert (service.now("active"), service.now("loaded")) == ("active", "two")


def test_a_take_back_starts_what_it_stopped_whatever_the_count(host: Host, service: Service) -> None:
    stopped = demo(host, health=probe_that_fails())
    stopped["units"][UNIT]["state"] = "stopped"
    service.mark(f"limit-{UNIT}")
    assert host.component(stopped)["status"] == "taken_back"
    assert service.now("active") == "active"


def test_a_quiet_host_is_asked_once_and_told_nothing(host: Host, service: Service) -> None:
    service.set("asked", "")
    assert host.component(demo(host))["status"] == "ok"
    assert len(service.now("asked").splitlines()) == 1
