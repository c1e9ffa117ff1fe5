# SPDX-License-Identifier: GPL-3.0-or-later
"""What a deploy can do without is taken from it, or a host in the middle of it: it is neither halved nor called better than it is."""

from __future__ import annotations

import contextlib
import http.server
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.e2e import drill, fleet
from tests.revisions import HEAD

pytestmark = [pytest.mark.e2e, pytest.mark.usefixtures("released")]

RATE = 10.0
#: a loaded machine starts containers slowly, which is not what is tried here
PATIENT = {"echodiary_ready_deadline": 300}


@pytest.fixture(scope="module")
def released(fresh_fleet: None, tmp_path_factory: pytest.TempPathFactory) -> None:
    drill.converge_at(HEAD, tmp_path_factory.mktemp("converge"))


@pytest.fixture(scope="module")
def second(released: None) -> str:
    """A release that differs from what serves in nothing but its name."""
    return drill.publish("faults")


@contextlib.contextmanager
def refusing(status: int) -> Iterator[str]:
    """A webhook that answers so to whoever posts."""

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.send_response(status)
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            """Quiet."""

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/"
    finally:
        server.shutdown()
        server.server_close()


@contextlib.contextmanager
def without(member: str) -> Iterator[None]:
    """One of the lab's containers does not answer while the block runs."""
    name = f"{fleet.NAME}-{member}"
    subprocess.run(["docker", "pause", name], check=True, capture_output=True, timeout=60)
    try:
        yield
    finally:
        subprocess.run(["docker", "unpause", name], check=True, capture_output=True, timeout=60)


@contextlib.contextmanager
def no_alertmanager() -> Iterator[None]:
    fleet.on("mon1", "docker stop alertmanager-alertmanager-1")
    try:
        yield
    finally:
        fleet.on("mon1", "docker start alertmanager-alertmanager-1")


def until(process: subprocess.Popen[str], phase: str) -> str:
    """The output up to the line that begins a phase."""
    lines: list[str] = []
    assert process.stdout
    for line in process.stdout:
        lines.append(line)
        if f"s  {phase} " in line:
            return "".join(lines)
    raise AssertionError(f"it ended before its phase {phase}: {''.join(lines)}")


def pin() -> str:
    """Of the whole environment; there is none before the first deploy."""
    path = fleet.INVENTORY / "group_vars/all/release_lab.yml"
    return path.read_text(encoding="utf-8") if path.exists() else ""


def last(host: str) -> dict[str, Any]:
    return drill.history(host)[-1]


def ended_well(ran: drill.Ran, found: dict[str, Any], kind: str) -> None:
    """On every host, in the history of every host, and without a lost request."""
    assert ran.code == 0, ran.output
    assert "done on every host" in ran.output
    drill.nothing_lost(found)
    assert [(last(host)["kind"], last(host)["outcome"]) for host in drill.APPS] == [(kind, "succeeded")] * 2
    assert drill.lease() is None


def test_neither_a_channel_that_refuses_nor_a_dead_alertmanager_halves_a_restart() -> None:
    before = {host: drill.slots(host)["active"] for host in drill.APPS}
    with refusing(429) as url, no_alertmanager(), drill.traffic(RATE, paths=drill.COUNTED) as found:
        ran = drill.run("restart", deploy_webhook_url=url, **PATIENT)
    ended_well(ran, found, "restart")
    assert all(drill.slots(host)["active"] != before[host] for host in drill.APPS)
    assert "answered 429" in ran.output
    assert "Alertmanager on mon1" in ran.output


def test_a_deploy_of_a_part_is_refused_and_suggests_none() -> None:
    before, pinned, records = drill.everywhere(), pin(), drill.history()
    ran = drill.run("deploy", "--limit", "app1", **PATIENT)
    assert ran.code != 0
    assert "refused before anything was touched" in ran.output, ran.output
    assert "leaves app2 out" in ran.output
    assert (drill.everywhere(), pin(), drill.history()) == (before, pinned, records)
    assert drill.lease() is None


@pytest.mark.full
def test_a_deploy_of_a_part_that_was_asked_for_is_called_that(second: str) -> None:
    others, pinned = drill.serving("app2"), pin()
    ran = drill.run("deploy", "--limit", "app1", release=second, deploy_partial=True, **PATIENT)
    assert ran.code == 0, ran.output
    assert "left out: app2" in ran.output and "done on every host" not in ran.output
    assert drill.serving("app1")[0] == second
    assert (drill.serving("app2"), pin()) == (others, pinned)
    assert (last("app1")["outcome"], last("app1")["hosts"]) == ("partial", {"app1": "new", "app2": "left out"})
    back = drill.run("deploy", **PATIENT)
    assert back.code == 0, back.output
    assert drill.everywhere() == {others}


@pytest.mark.full
def test_without_its_monitoring_host_a_restart_goes_on_and_a_deploy_does_not_begin(second: str) -> None:
    before = drill.everywhere()
    with without("mon1"):
        with drill.traffic(RATE, paths=drill.COUNTED) as found:
            ran = drill.run("restart", **PATIENT)
        ended_well(ran, found, "restart")
        refused = drill.run("deploy", release=second, deploy_alerts_block=True, **PATIENT)
    assert refused.code != 0
    assert "refused before anything was touched" in refused.output, refused.output
    assert "mon1" in refused.output
    assert drill.everywhere() == before
    assert drill.lease() is None
    assert [last(host)["outcome"] for host in drill.APPS] == ["refused"] * 2


@pytest.mark.full
def test_without_its_monitoring_host_a_deploy_goes_on_where_it_was_told_to_and_a_rollback_does(second: str) -> None:
    before = drill.everywhere()
    with without("mon1"):
        with drill.traffic(RATE, paths=drill.COUNTED) as found:
            ran = drill.run("deploy", release=second, deploy_gate_on_inconclusive="pass", **PATIENT)
        ended_well(ran, found, "deploy")
        with drill.traffic(RATE, paths=drill.COUNTED) as found:
            ran = drill.run("rollback", **PATIENT)
        ended_well(ran, found, "rollback")
    assert drill.everywhere() == before


@pytest.mark.full
@pytest.mark.parametrize("lost", ["app1", "app2"])
def test_a_host_that_is_lost_in_the_middle_leaves_a_verdict_a_history_and_the_others_as_they_were(second: str, lost: str) -> None:
    """app1 is the canary, the lead, and holds the lease."""
    well = next(host for host in drill.APPS if host != lost)
    before = drill.serving(well)
    with drill.channel() as channel:
        process = drill.start("deploy", release=second, deploy_webhook_url=channel.url, **PATIENT)
        output = until(process, "roll")
        with without(lost):
            rest, _ = process.communicate(timeout=500)
            assert process.returncode != 0
            assert "Partial" in rest and lost in rest, output + rest
            assert drill.serving(well) == before
            assert last(well)["outcome"] == "partial", last(well)
    assert channel.events() == ["started", "partial"]
    drill.everywhere_again()
    if drill.lease():
        assert lost == "app1" and "unlock.yml" in rest, rest
        assert drill.run("unlock", reason="its host was away").code == 0
    recovered = drill.run("deploy", **PATIENT)
    assert recovered.code == 0, recovered.output
    assert drill.everywhere() == {before}


BY_HAND = f"""
- hosts: app1
  become: true
  tasks:
    - ansible.builtin.include_tasks: {fleet.ROOT}/collections/ansible_collections/echodiary/infra/playbooks/tasks/secrets.yml
    - echodiary.infra.release: {{component: echodiary, state: previous}}
"""


@pytest.mark.full
def test_what_somebody_does_to_the_canary_meanwhile_is_seen_by_the_verdict(second: str, tmp_path: Path) -> None:
    before = drill.serving("app1")
    process = drill.start("deploy", release=second, **PATIENT)
    output = until(process, "roll")
    play = tmp_path / "by-hand.yml"
    play.write_text(BY_HAND)
    words = [str(Path(sys.executable).with_name("ansible-playbook")), str(play), "-i", str(fleet.INVENTORY)]
    by_hand = subprocess.run(words, cwd=fleet.ROOT, capture_output=True, text=True, timeout=300, check=False)
    rest, _ = process.communicate(timeout=500)
    assert by_hand.returncode == 0, by_hand.stdout + by_hand.stderr
    assert process.returncode != 0, output + rest
    assert "done on every host" not in rest
    assert "app1: serves" in rest, output + rest
    assert last("app1")["outcome"] == "partial"
    assert drill.lease() is None
    recovered = drill.run("rollback", release=before[0], **PATIENT)
    assert drill.everywhere() == {before}, recovered.output
