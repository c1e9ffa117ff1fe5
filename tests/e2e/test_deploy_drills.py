# SPDX-License-Identifier: GPL-3.0-or-later
"""Deploys while things break: each ends with every host as it was before, or says which is not, and somebody serves throughout."""

from __future__ import annotations

import contextlib
import signal
import subprocess
import threading
import time
from collections.abc import Iterator

import pytest

from tests.e2e import drill, fleet, releases
from tests.revisions import AFTER, HEAD, NEXT

pytestmark = [pytest.mark.full, pytest.mark.usefixtures("released")]

RATE = 60.0
PHASES = ("lock", "preflight", "canary", "roll", "smoke")


@pytest.fixture(scope="module")
def released(fresh_fleet: None, tmp_path_factory: pytest.TempPathFactory) -> None:
    drill.converge_at(HEAD, tmp_path_factory.mktemp("converge"))
    for tag in ("v2", "v3"):
        drill.publish(tag)
    drill.publish("later", lines=releases.LATER_ERRORS_LINES, files=releases.LATER_ERRORS)
    drill.publish("half", files={**_column(NEXT, HEAD, "place"), **releases.migration(AFTER, NEXT, 'op.execute("SELECT 1/0")')})
    drill.publish("locking", files=_column(NEXT, HEAD, "place"))
    drill.publish("further", files={**_column(NEXT, HEAD, "place"), **_column(AFTER, NEXT, "mood_of_the_day")})
    deployed = drill.run("deploy", release="v2")
    assert deployed.code == 0, deployed.output


def _column(revision: str, down: str, name: str) -> dict[str, str]:
    add, drop = f'op.add_column("entries", sa.Column("{name}", sa.Text(), nullable=True))', f'op.drop_column("entries", "{name}")'
    return releases.migration(revision, down, add, drop)


@pytest.fixture
def as_before() -> Iterator[None]:
    before = drill.everywhere()
    yield
    assert drill.everywhere() == before
    assert all(len(drill.running_containers(host)) == 1 for host in drill.APPS)
    assert drill.lease() is None


def docker(*words: str) -> None:
    subprocess.run(["docker", *words], check=True, capture_output=True, timeout=120)


@contextlib.contextmanager
def later(action: str, member: str, undo: str) -> Iterator[None]:
    """``docker <action>`` on one of the lab's containers while the block runs."""
    docker(action, f"{fleet.NAME}-{member}")
    try:
        yield
    finally:
        docker(undo, f"{fleet.NAME}-{member}")


def until(process: subprocess.Popen[str], phase: str) -> list[str]:
    """Read the deploy's output up to the line that begins a phase."""
    lines: list[str] = []
    assert process.stdout
    for line in process.stdout:
        lines.append(line)
        if f"s  {phase} " in line:
            return lines
    raise AssertionError(f"the deploy ended before its phase {phase}: {''.join(lines)}")


@pytest.mark.usefixtures("as_before")
def test_check_shows_the_sql_that_is_pending_and_touches_nothing() -> None:
    before = {host: fleet.still(host) for host in (*drill.APPS, "mon1")}
    for playbook in ("deploy", "migrate"):
        ran = drill.run(playbook, "--check", "--diff", release="locking")
        assert ran.code == 0, ran.output
        assert ran.output.count("ALTER TABLE entries ADD COLUMN place TEXT") == 1, ran.output
        assert "Dump the database and read the dump back  would change" in ran.output
    assert drill.revision() == HEAD
    # the first host alone knows the new release's migrations, from its image
    _unmoved(before, images_of="app1")


OTHERS: dict[str, dict[str, str]] = {
    "lock": {"reason": "a look"},
    "unlock": {"reason": "a look"},
    "backup": {},
    "backups": {},
    "smoke": {},
    "preflight": {},
    "history": {},
    "restart": {"component": "prometheus"},
}


@pytest.mark.usefixtures("as_before")
@pytest.mark.parametrize("playbook", OTHERS)
def test_every_other_playbook_can_be_previewed(playbook: str) -> None:
    before = {host: fleet.still(host) for host in (*drill.APPS, "mon1")}
    ran = drill.run(playbook, "--check", **OTHERS[playbook])
    assert ran.code == 0, ran.output
    assert ("would change" in ran.output.replace("0 would change", "")) == (playbook in ("lock", "backup", "restart")), ran.output
    _unmoved(before)


def _unmoved(before: dict[str, dict[str, set[str]]], images_of: str = "") -> None:
    """A preview leaves hosts as they are, to the last file and its times."""
    for host, then in before.items():
        now = fleet.still(host)
        if host == images_of:
            assert now.pop("containers") >= then.pop("containers")
        assert {what: sorted(now[what] ^ then[what])[:5] for what in now if now[what] != then[what]} == {}, host


@pytest.mark.usefixtures("as_before")
def test_errors_that_come_later_are_seen_by_the_gate() -> None:
    with drill.channel() as channel, drill.traffic(RATE, paths="/health,/entries?limit=1") as found:
        ran = drill.run("deploy", release="later", deploy_gate_hold=40, deploy_webhook_url=channel.url)
    assert ran.code != 0
    assert "every host runs what it ran before" in ran.output, ran.output
    assert "entries of app1" in ran.output or "error rate" in ran.output
    assert drill.history()[-1]["outcome"] == "taken_back"
    assert channel.events()[-1] == "taken_back"
    assert {failure["host"] for failure in found["result"].failures} <= {drill.TARGETS[0]}, "only the canary ever failed anybody"


@pytest.mark.parametrize(("loss", "undo"), [("pause", "unpause"), ("kill", "start")])
def test_host_that_is_lost_in_the_middle_is_named(loss: str, undo: str) -> None:
    before = drill.everywhere()
    process = drill.start("deploy", release="v3")
    lines = until(process, "roll")
    with later(loss, "app2", undo):
        rest, _ = process.communicate(timeout=400)
        output = "".join(lines) + rest
        assert process.returncode != 0
        assert "Partial" in output and "app2" in output, output
        assert drill.serving("app1") in before, "the host that answers went back"
    drill.everywhere_again()
    recovered = drill.run("deploy", release="v2", deploy_lease_wait=60)
    assert recovered.code == 0, recovered.output
    assert drill.everywhere() == before


@pytest.mark.usefixtures("as_before")
def test_migration_that_fails_half_way_leaves_what_it_finished() -> None:
    ran = drill.run("deploy", release="half", deploy_backup_tasks="", deploy_rehearse="off")
    assert ran.code != 0
    assert "division by zero" in ran.output, ran.output
    assert drill.revision() == NEXT
    back = drill.run("migrate", release="half", deploy_revision=HEAD, echodiary_migrations_allowed=[ALLOW_DROP], deploy_backup_tasks="")
    assert back.code == 0, back.output
    assert drill.revision() == HEAD


ALLOW_DROP = {"revision": NEXT, "rule": "ban-drop-column", "direction": "down", "reason": "the column is empty"}


@pytest.mark.usefixtures("as_before")
def test_blocked_migration_names_who_blocks_and_readers_do_not_wait() -> None:
    holder = threading.Thread(target=fleet.on, args=("postgres", BLOCKER))
    holder.start()
    time.sleep(1)
    with drill.traffic(RATE, paths=drill.COUNTED) as found:
        ran = drill.run("deploy", release="locking", deploy_backup_tasks="", deploy_rehearse="off")
    holder.join()
    assert ran.code != 0
    assert "blocker" in ran.output, ran.output
    drill.nothing_lost(found)
    slowest = max(kind["milliseconds"]["max"] for kind in found["result"].kinds.values() if kind["milliseconds"])
    assert slowest < 10_000
    assert drill.revision() == HEAD


#: reads the table and goes for a walk, under a name that the refusal has to tell
BLOCKER = (
    "PGAPPNAME=blocker psql -q -d echodiary -c 'BEGIN' -c 'SELECT count(*) FROM entries' -c 'SELECT pg_sleep(60)' -c 'COMMIT' > /dev/null"
)


def test_two_deploys_at_once_are_one_after_the_other() -> None:
    first = drill.start("deploy", release="v3")
    until(first, "preflight")
    second = drill.start("deploy", release="v2", deploy_lease_wait=300)
    one, two = drill.finish(first), drill.finish(second)
    assert (one.code, two.code) == (0, 0), one.output + two.output
    assert {version for version, _ in drill.everywhere()} == {"v2"}
    assert [entry["release"] for entry in drill.history()[-2:]] == ["v3", "v2"]


@pytest.mark.parametrize("phase", PHASES)
def test_deployer_that_is_killed_in_any_phase_is_recovered_from(phase: str) -> None:
    _killed_and_run_again(phase, "v3" if {version for version, _ in drill.everywhere()} == {"v2"} else "v2")


@pytest.mark.parametrize("phase", ["canary", "roll"])
def test_deployer_that_is_interrupted_gives_its_lease_back_and_is_recovered_from(phase: str) -> None:
    release = "v3" if {version for version, _ in drill.everywhere()} == {"v2"} else "v2"
    _stopped_and_run_again(phase, release, signal.SIGINT)


def _killed_and_run_again(phase: str, release: str) -> None:
    _stopped_and_run_again(phase, release, signal.SIGKILL, deploy_lease_ttl=5, deploy_lease_wait=60)


def _stopped_and_run_again(phase: str, release: str, number: signal.Signals, **lease: float) -> None:
    with drill.traffic(RATE, paths=drill.COUNTED) as found:
        process = drill.start("deploy", release=release, **lease)
        until(process, phase)
        time.sleep(1)
        process.send_signal(number)
        process.wait(60)
        ran = drill.run("deploy", release=release, **lease)
    assert ran.code == 0, ran.output
    drill.nothing_lost(found)
    assert {version for version, _ in drill.everywhere()} == {release}
    assert all(len(drill.running_containers(host)) == 1 for host in drill.APPS)
    assert drill.lease() is None


def test_rollback_needs_no_registry() -> None:
    before = drill.everywhere()
    with later("pause", "registry", "unpause"):
        ran = drill.run("rollback")
    assert ran.code == 0, ran.output
    assert drill.everywhere() != before


@pytest.mark.usefixtures("as_before")
def test_database_that_is_down_stops_a_deploy_before_it_begins() -> None:
    with later("pause", "postgres", "unpause"):
        ran = drill.run("deploy", release="v3")
    drill.everywhere_again()
    assert ran.code != 0
    assert "refused before anything was touched" in ran.output, ran.output


@pytest.mark.usefixtures("as_before")
def test_full_disk_stops_a_deploy_before_it_begins() -> None:
    drill.publish("large", lines="RUN true")
    ran = drill.run("deploy", release="large", echodiary_disk_min_free=10_000)
    assert ran.code != 0
    assert "GiB are free" in ran.output
    assert "refused before anything was touched" in ran.output


def test_killed_haproxy_comes_back_with_its_slots() -> None:
    active = drill.slots("app1")["active"]
    fleet.on("app1", "systemctl kill --signal=KILL haproxy.service")
    end = time.monotonic() + 30
    while fleet.on("app1", "systemctl is-active haproxy.service || true").strip() != "active" and time.monotonic() < end:
        time.sleep(0.2)
    time.sleep(2)
    assert drill.serving("app1")[0] in ("v2", "v3")
    assert drill.slots("app1")["active"] == active


def test_docker_restart_reload_and_reboot_keep_the_slot(tmp_path: object) -> None:
    versions = drill.everywhere()
    with drill.traffic(RATE) as found:
        fleet.on("app1", "systemctl reload haproxy.service")
        fleet.on("app2", "systemctl restart docker.service")
        time.sleep(3)
    drill.nothing_lost(found)
    docker("restart", f"{fleet.NAME}-app1")
    assert drill.everywhere_again() == versions


@pytest.mark.parametrize(("phase", "release", "revision"), [("backup", "locking", NEXT), ("migrate", "further", AFTER)])
def test_deployer_that_is_killed_before_the_schema_is_through_is_recovered_from(phase: str, release: str, revision: str) -> None:
    """Last, because no release before knows these revisions."""
    _killed_and_run_again(phase, release)
    assert drill.revision() == revision
