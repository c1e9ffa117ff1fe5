# SPDX-License-Identifier: GPL-3.0-or-later
"""The playbook on two hosts: all new, or all as it was."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.integration.frontend import fleet as fleets
from tests.integration.frontend.fleet import HOSTS, Fleet
from tests.integration.frontend.served import built

pytestmark = pytest.mark.full


@pytest.fixture(scope="module")
def fleet(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Fleet]:
    with fleets.running(tmp_path_factory.mktemp("fleet")) as found:
        yield found


@pytest.fixture(scope="module")
def first(fleet: Fleet, tmp_path_factory: pytest.TempPathFactory) -> Path:
    source = built(tmp_path_factory.mktemp("builds") / "first", "first")
    done = fleet.play("-e", f"source={source}", "-e", "reason=first")
    assert done.returncode == 0, done.stdout + done.stderr
    return source


def pages(fleet: Fleet, title: str) -> list[bool]:
    return [f"<title>{title}<" in fleet.page(host) for host in HOSTS]


def history(fleet: Fleet, host: str) -> list[tuple[str, str]]:
    lines = fleet.run(host, "cat /var/lib/echodiary/history.jsonl").splitlines()
    return [(one["kind"], one["outcome"]) for one in map(json.loads, lines)]


def free(fleet: Fleet) -> bool:
    return json.loads(fleet.run("app1", "cat /var/lib/echodiary/lease/deploy.json"))["lease"] is None


def test_a_build_is_on_every_host_and_the_way_back_is_one_word(fleet: Fleet, first: Path, tmp_path: Path) -> None:
    assert pages(fleet, "first") == [True, True]
    two = built(tmp_path / "two", "two")
    assert fleet.play("-e", f"source={two}", "--check").returncode == 0
    assert pages(fleet, "first") == [True, True]
    assert fleet.play("-e", f"source={two}").returncode == 0
    assert pages(fleet, "two") == [True, True]
    again = fleet.play("-e", f"source={two}")
    assert (again.returncode, "serves" in again.stdout) == (0, True)
    done = fleet.play("-e", "rollback=true")
    assert done.returncode == 0, done.stdout
    assert pages(fleet, "first") == [True, True]
    assert history(fleet, "app2")[-2:] == [("deploy", "succeeded"), ("rollback", "succeeded")]
    assert free(fleet)


def test_what_one_edge_does_not_hand_out_is_taken_back_on_all(fleet: Fleet, first: Path, tmp_path: Path) -> None:
    before = [fleet.page(host) for host in HOSTS]
    # of which nobody on the host itself would know: nginx of that one hands out nothing
    fleet.run("app2", "chmod 0700 /opt/echodiary/frontend")
    done = fleet.play("-e", f"source={built(tmp_path / 'bad', 'bad')}")
    fleet.run("app2", "chmod 0755 /opt/echodiary/frontend")
    assert done.returncode != 0, done.stdout
    assert "taken back" in done.stdout + done.stderr
    assert [fleet.page(host) for host in HOSTS] == before
    assert history(fleet, "app1")[-1] == ("deploy", "taken_back")
    assert free(fleet)


def test_what_is_no_build_touches_nobody(fleet: Fleet, first: Path, tmp_path: Path) -> None:
    done = fleet.play("-e", f"source={tmp_path}")
    assert (done.returncode != 0, "there is no index.html" in done.stdout + done.stderr) == (True, True)
    assert pages(fleet, "first") == [True, True]
    assert free(fleet)


def test_no_host_is_left_behind(fleet: Fleet, first: Path) -> None:
    done = fleet.play("-e", f"source={first}", "--limit", "app1")
    assert (done.returncode != 0, "--limit leaves app2 out" in done.stdout + done.stderr) == (True, True)
    assert fleet.play("--limit", "app1").returncode == 0


def test_somebody_elses_lease_is_left_to_them(fleet: Fleet, first: Path, tmp_path: Path) -> None:
    before = [fleet.page(host) for host in HOSTS]
    assert fleet.play("-e", "reason=somebody-else", playbook="lock").returncode == 0
    done = fleet.play("-e", f"source={built(tmp_path / 'late', 'late')}")
    assert (done.returncode != 0, "somebody-else" in done.stdout + done.stderr) == (True, True), done.stdout
    assert [fleet.page(host) for host in HOSTS] == before
    assert not free(fleet)
    assert fleet.play("-e", "reason=over", playbook="unlock").returncode == 0
