# SPDX-License-Identifier: GPL-3.0-or-later
"""Work that no request brings: what cannot be held back or started by the clock is refused, and what systemd is told of a job."""

from __future__ import annotations

import json
from typing import Any

import pytest
from ansible_collections.echodiary.infra.plugins.module_utils._kinds.documents import ComponentSpec
from ansible_collections.echodiary.infra.plugins.plugin_utils._common.errors import SpecError
from ansible_collections.echodiary.infra.plugins.plugin_utils._component import manifest

FILE = "/opt/x/{slot}/compose.yaml"
PROBE = {"url": "http://127.0.0.1:{port}/ready"}
SLOTS = {"blue": 8001, "green": 8002}
SERVICES: dict[str, Any] = {
    "api": {"image": "x:1"},
    "clerk": {"image": "x:1", "depends_on": ["api"]},
    "once": {"image": "x:1", "restart": "no"},
    "steady": {"image": "x:1", "restart": "always"},
    "report": {"image": "x:1", "profiles": ["jobs"]},
    "built": {"build": ".", "profiles": ["jobs"]},
}


def build(name: str = "x", services: dict[str, Any] | None = None, health: list[Any] | None = None, **release: Any) -> ComponentSpec:
    tree = {FILE: json.dumps({"services": services or SERVICES})}
    spec = {"compose": FILE, "release": {"service": "api", **release}, "health": health or []}
    return manifest.build(name, spec, tree)


def asked(**release: Any) -> ComponentSpec:
    return build(health=[PROBE], slots=SLOTS, **release)


def job(**more: Any) -> dict[str, Any]:
    return {"schedule": "*-*-* 03:00:00", "service": "report", **more}


def test_what_nobody_asks_works_by_itself_and_has_no_port() -> None:
    found = build(service="clerk")["release"]
    assert found
    assert (found["workers"], set(found["slots"].values())) == (["clerk"], {0})
    assert found["haproxy"] == {"backend": "x", "socket": "", "save": ""}
    assert manifest.build("y", {}, {})["release"] is None


def test_two_that_nobody_asks_do_not_want_the_same_requests_or_port() -> None:
    tree = {FILE.replace("/x/", "/y/"): json.dumps({"services": SERVICES})}
    other = manifest.build("y", {"compose": FILE.replace("/x/", "/y/"), "release": {"service": "clerk"}}, tree)
    manifest.check_claims([build(service="clerk"), other])


@pytest.mark.parametrize(
    ("release", "words"),
    [
        ({"hosts": ["x.example"]}, ["hosts", "without slots nobody asks it", "slots: {blue: 8001, green: 8002}"]),
        ({"warm_up": [{"path": "/"}], "latency": "x_seconds"}, ["warm_up, latency are about requests"]),
        ({"slots": SLOTS, "health": [PROBE], "workers": ["nobody"]}, ["workers", "no service 'nobody'"]),
        ({"slots": SLOTS, "health": [PROBE], "workers": ["report"]}, ["workers", "no service 'report'"]),
        ({"slots": SLOTS, "health": [PROBE], "workers": ["once"]}, ["workers", "'once' ends by itself"]),
        ({"service": "steady"}, ["'steady' is restarted always", "restart: unless-stopped"]),
        ({"service": "clerk", "jobs": {"night": job(service="built")}}, ["jobs night", "'built' needs an image"]),
        ({"slots": SLOTS, "health": [PROBE], "workers": ["api"]}, ["workers", "'api' answers requests"]),
        ({"slots": SLOTS, "health": [PROBE], "workers": ["clerk", "clerk"]}, ["names one twice"]),
        ({"service": "clerk", "health": [PROBE]}, ["{port}", "no slots"]),
        ({"service": "clerk", "jobs": {"night": {"service": "report"}}}, ["jobs night", "schedule"]),
        ({"service": "clerk", "jobs": {"night": "03:00"}}, ["jobs night", "schedule"]),
        (
            {"service": "clerk", "jobs": {"night": job(service="clerk")}},
            ["jobs night", "no service 'clerk' with profiles", "profiles: [jobs]"],
        ),
        ({"service": "clerk", "jobs": {"night": job(command=["x"])}}, ["jobs night", "command"]),
        ({"service": "clerk", "jobs": {"ni ght": job()}}, ["jobs", "x-ni ght", "letters"]),
        ({"service": "clerk", "jobs": {"night": job(timeout=0)}}, ["timeout 0"]),
    ],
)
def test_refused_before_the_host_is_called(release: dict[str, Any], words: list[str]) -> None:
    with pytest.raises(SpecError) as refused:
        build(**release)
    assert str(refused.value).startswith("x: ")
    assert not [word for word in words if word not in str(refused.value)], refused.value


@pytest.mark.parametrize(
    ("said", "refused"),
    [
        ({"restart": "always"}, True),
        ({"restart": "on-failure:3"}, True),
        ({"deploy": {"restart_policy": {"condition": "on-failure"}}}, True),
        ({"restart": "unless-stopped", "deploy": {"restart_policy": {}}}, True),
        ({"restart": "unless-stopped", "deploy": {"resources": {}}}, False),
        ({"restart": "always", "deploy": {"restart_policy": {"condition": "unless-stopped"}}}, False),
        ({}, False),
    ],
)
def test_a_worker_that_a_reboot_would_start_in_both_slots_is_refused(said: dict[str, Any], refused: bool) -> None:
    services = {**SERVICES, "clerk": {"image": "x:1", **said}}
    if not refused:
        assert build(services=services, service="clerk")["release"]
        return
    with pytest.raises(SpecError, match="'clerk' is restarted always, or on failure"):
        build(services=services, service="clerk")


def test_a_service_that_waits_for_a_worker_is_refused() -> None:
    services = {**SERVICES, "api": {"image": "x:1", "depends_on": {"clerk": {"condition": "service_started"}}}}
    with pytest.raises(SpecError, match="'api' depends_on 'clerk'"):
        build(services=services, health=[PROBE], slots=SLOTS, workers=["clerk"])


def test_a_job_runs_what_the_slot_that_serves_has() -> None:
    found = asked(jobs={"night": job(random_delay=60)})["release"]
    assert found
    jobs = found["jobs"]
    assert list(jobs["timers"]) == ["x-night"]
    service = str(jobs["files"]["/etc/systemd/system/x-night.service"]["content"])
    assert "EnvironmentFile=/var/lib/echodiary/slots/x.env" in service
    assert '"x-${SLOT}" --file "/opt/x/${SLOT}/compose.yaml" run --rm --no-deps -T --label echodiary.job=x-night report' in service
    assert "After=docker.service" in service
    clock = str(jobs["files"]["/etc/systemd/system/x-night.timer"]["content"])
    assert "OnCalendar=*-*-* 03:00:00" in clock
    assert "RandomizedDelaySec=60" in clock
    assert jobs["validate"] == [{"command": ["systemd-analyze", "calendar", "*-*-* 03:00:00"], "timeout": 20}]


def test_another_component_cannot_have_a_jobs_timer_and_what_it_is_made_of_is_declared() -> None:
    mine = asked(jobs={"night": job()})
    timer = {"x-night": {"schedule": "daily", "command": ["/bin/true"]}}
    with pytest.raises(SpecError, match="timer x-night is claimed by two components, x and other"):
        manifest.check_claims([mine, manifest.build("other", {"timers": timer}, {})])
    assert {"/etc/systemd/system/x-night.timer", "timer:x-night", "unit:x-night.timer"} <= set(manifest.claimed([mine]).everywhere)


def test_a_component_does_not_declare_what_its_jobs_make() -> None:
    tree = {FILE: json.dumps({"services": SERVICES})}
    spec = {"compose": FILE, "release": {"service": "clerk", "jobs": {"night": job()}}}
    timers = {"x-night": {"schedule": "daily", "command": ["/bin/true"]}}
    with pytest.raises(SpecError, match=r"x: release: jobs make /etc/systemd/system/x-night.service, which is declared as well"):
        manifest.build("x", {**spec, "timers": timers}, tree)
