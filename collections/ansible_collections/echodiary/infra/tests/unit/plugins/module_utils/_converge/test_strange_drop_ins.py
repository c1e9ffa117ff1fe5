# SPDX-License-Identifier: GPL-3.0-or-later
"""Somebody's drop-in for a declared unit goes through the transaction: it is told, taken away, and comes back where the rest fails."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from ansible_collections.echodiary.infra.plugins.module_utils._converge import apply
from ansible_collections.echodiary.infra.plugins.module_utils._kinds import definitions
from ansible_collections.echodiary.infra.tests.unit.plugins.module_utils._converge.builders import file, spec
from ansible_collections.echodiary.infra.tests.unit.plugins.module_utils._converge.directory_host import Host, host, probe_that_fails, told
from ansible_collections.echodiary.infra.tests.unit.plugins.module_utils._converge.systemd import UNIT, Service

__all__ = ["host"]


@pytest.fixture
def service(host: Host, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Service:
    """Converged, and quiet."""
    made = Service(tmp_path, host.root / "x.cfg", monkeypatch)
    monkeypatch.setattr(definitions, "ADMINS", (str(host.root / "system"),))
    monkeypatch.setattr(apply, "UNITS", (str(host.root / "system"),))
    assert host.component(demo(host))["status"] == "changed"
    return made


@pytest.fixture
def hand(host: Host, service: Service) -> Path:
    """Put there when the service ran already."""
    path = host.root / "system" / f"{UNIT}.d" / "hand.conf"
    path.parent.mkdir(parents=True)
    path.write_text("[Service]\n")
    return path


def demo(host: Host, *others: Path, **more: Any) -> dict[str, Any]:
    path = host.path("x.cfg")
    files = {path: file("one"), **{str(other): file("[Service]\n") for other in others}}
    return spec(files=files, units={UNIT: {"state": "started", "consumes": [path]}}, **more)


def test_it_is_told_and_taken_away_and_nobody_restarts_who_never_had_it(host: Host, service: Service, hand: Path) -> None:
    starts = service.now("starts")
    assert told(host.component(demo(host), check=True)) == [("hand.conf", "remove", "corrective")]
    assert hand.exists(), "a check changes nothing"
    assert host.component(demo(host))["status"] == "changed"
    assert not hand.exists()
    assert "daemon-reload" in service.now("asked")
    assert service.now("starts") == starts
    assert told(host.component(demo(host), check=True)) == []


def test_it_comes_back_where_the_rest_fails(host: Host, service: Service, hand: Path) -> None:
    assert host.component(demo(host, health=probe_that_fails()))["status"] == "taken_back"
    assert hand.read_text() == "[Service]\n"


def test_what_a_component_declares_is_no_stranger(host: Host, service: Service, hand: Path) -> None:
    other = spec("other", files={str(hand): file("[Service]\n")})
    declared = host.run(demo(host), other, check=True)["components"][0]
    assert "hand.conf" not in [name for name, *_ in told(declared)]
    host.run(other)
    # a run of one component alone knows by the record of the other
    assert "hand.conf" not in [name for name, *_ in told(host.component(demo(host), check=True))]


@pytest.mark.parametrize(("until", "lets"), [("", True), ("2999-01-01", True), ("2020-01-01", False)])
def test_what_people_let_be_is_let_be(host: Host, service: Service, hand: Path, until: str, lets: bool) -> None:
    entry = {"resources": ["stranger:**/hand.conf"], "reason": "a trial", "until": until, "hosts": []}
    watch = {"host": "h", "aspects": [], "allowed": [entry], "remove": []}
    found = host.run(demo(host), {**spec("base"), "watch": watch}, check=True)["components"][0]
    assert told(found) == ([] if lets else [("hand.conf", "remove", "corrective")])
