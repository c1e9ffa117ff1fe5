# SPDX-License-Identifier: GPL-3.0-or-later
"""Deploys of a real fleet: what is lost when all goes well (nothing), and where everything is when it does not (as before)."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e import drill, fleet, releases
from tests.revisions import HEAD, NEXT

pytestmark = [pytest.mark.e2e, pytest.mark.usefixtures("released")]

RATE = 100.0
ADD_PLACE = 'op.add_column("entries", sa.Column("place", sa.Text(), nullable=True))'


@pytest.fixture(scope="module")
def released(fresh_fleet: None, tmp_path_factory: pytest.TempPathFactory) -> None:
    """A converged fleet, and releases to deploy to it."""
    fleet.converge(tmp_path_factory.mktemp("converge"))
    # every later release knows the revision that the first of them brings
    place = releases.migration(NEXT, HEAD, ADD_PLACE, 'op.drop_column("entries", "place")')
    drill.publish("v3", files=place)
    drill.publish("v4", files=place)
    drill.publish("sick", lines='CMD ["sleep", "infinity"]', files=place)
    drill.publish("crashing", lines='CMD ["python", "-c", "raise SystemExit(\\"no settings\\")"]', files=place)


@pytest.fixture(scope="module")
def on_the_new_schema(released: None) -> None:
    """Where the first test ends; one that was chosen without it begins here, too."""
    if drill.revision() == HEAD:
        ran = drill.run("deploy", release="v3")
        assert ran.code == 0, ran.output


@pytest.fixture
def as_before(on_the_new_schema: None) -> Iterator[None]:
    """A failed deploy leaves nothing but its record: the same release everywhere, one container, no lease, traffic in one slot."""
    before, revision = drill.everywhere(), drill.revision()
    containers = {host: drill.running_containers(host) for host in drill.APPS}
    yield
    assert drill.everywhere() == before
    assert {host: drill.running_containers(host) for host in drill.APPS} == containers
    assert drill.revision() == revision
    assert drill.lease() is None


def test_deploy_with_a_migration_loses_nothing() -> None:
    with drill.channel() as channel, drill.traffic(RATE, paths=drill.COUNTED) as found:
        ran = drill.run("deploy", release="v3", deploy_reason="places", deploy_webhook_url=channel.url)
    assert ran.code == 0, ran.output
    drill.nothing_lost(found)
    assert {version for version, _ in drill.everywhere()} == {"v3"}
    assert drill.revision() == NEXT
    assert drill.lease() is None
    for host in drill.APPS:
        entry = drill.history(host)[-1]
        assert (entry["outcome"], entry["why"], entry["migration_from"], entry["migration_to"]) == ("succeeded", "places", HEAD, NEXT)
        assert len(drill.running_containers(host)) == 1
        assert entry["gates"]["backup"].endswith("(job database of app1, tagged deploy)"), entry["gates"]
    assert channel.events() == ["started", "succeeded"]
    assert "-> " in channel.told[-1]["text"]


def test_what_was_deployed_is_what_site_converges_to(tmp_path: Path) -> None:
    check = fleet.play("--check", tmp=tmp_path)
    assert check.code == 0, check.output
    assert all(check.hosts[host]["sync"] == "Synced" for host in drill.APPS), check.output


def previewed(playbook: str, hosts: int, **variables: str) -> None:
    footprint = {host: fleet.footprint(host)["containers"] for host in drill.APPS}
    ran = drill.run(playbook, "--check", deploy_webhook_url="http://127.0.0.1:9/", **variables)
    assert ran.code == 0, ran.output
    assert "would be done on every host; nothing was changed" in ran.output
    assert ran.output.count("Roll to the release  would change") == hosts, ran.output
    assert {host: fleet.footprint(host)["containers"] for host in drill.APPS} == footprint


@pytest.mark.usefixtures("as_before")
def test_a_rollback_is_previewed_while_there_is_something_to_go_back_to() -> None:
    previewed("rollback", 2)


def test_rollback_without_arguments_loses_nothing() -> None:
    before = {host: drill.slots(host) for host in drill.APPS}
    with drill.traffic(RATE, paths=drill.COUNTED) as found:
        ran = drill.run("rollback")
    assert ran.code == 0, ran.output
    drill.nothing_lost(found)
    for host in drill.APPS:
        now = drill.slots(host)
        assert now["active"] != before[host]["active"]
        assert now["releases"] == before[host]["releases"], "nothing was rendered anew: what rested serves again"
    assert drill.revision() == NEXT, "the schema stays: the release before was shown well on it"
    assert drill.history()[-1]["kind"] == "rollback"


def test_changed_configuration_rolls_and_loses_nothing(tmp_path: Path) -> None:
    active = {host: drill.slots(host)["active"] for host in drill.APPS}
    with drill.traffic(RATE, paths=drill.COUNTED) as found:
        ran = fleet.play("-e", "echodiary_log_level=warning", tmp=tmp_path)
    assert ran.code == 0, ran.output
    drill.nothing_lost(found)
    assert {host: drill.slots(host)["active"] for host in drill.APPS} != active
    back = drill.run("rollback")
    assert back.code == 0, back.output
    assert {host: drill.slots(host)["active"] for host in drill.APPS} == active, "the same image as it was configured before"
    fleet.play(tmp=tmp_path)


@pytest.mark.full
def test_rolling_restart_loses_nothing() -> None:
    before = {host: fleet.on(host, "docker ps -q --filter name=echodiary-") for host in drill.APPS}
    versions = drill.everywhere()
    with drill.traffic(RATE, paths=drill.COUNTED) as found:
        ran = drill.run("restart")
    assert ran.code == 0, ran.output
    drill.nothing_lost(found)
    assert drill.everywhere() == versions
    assert all(fleet.on(host, "docker ps -q --filter name=echodiary-") != before[host] for host in drill.APPS)


@pytest.mark.usefixtures("as_before")
@pytest.mark.parametrize(
    ("playbook", "variables", "hosts"),
    [("deploy", {"release": "v3"}, 2), ("restart", {}, 2), ("migrate", {"release": "v3"}, 0)],
)
def test_check_previews_and_touches_nothing(playbook: str, variables: dict[str, str], hosts: int) -> None:
    previewed(playbook, hosts, **variables)


@pytest.mark.usefixtures("as_before")
def test_image_that_does_not_exist_is_refused() -> None:
    ran = drill.run("deploy", release="never-pushed")
    assert ran.code != 0
    assert "refused before anything was touched" in ran.output
    assert "never-pushed" in ran.output


@pytest.mark.usefixtures("as_before")
@pytest.mark.parametrize("release", ["crashing", pytest.param("sick", marks=pytest.mark.full)])
def test_release_that_does_not_become_healthy_is_taken_back(release: str) -> None:
    with drill.channel() as channel, drill.traffic(RATE / 2, paths=drill.COUNTED) as found:
        ran = drill.run("deploy", release=release, echodiary_ready_deadline=12, deploy_webhook_url=channel.url)
    assert ran.code != 0
    assert "every host runs what it ran before" in ran.output, ran.output
    drill.nothing_lost(found)
    assert drill.history()[-1]["outcome"] == "taken_back"
    assert channel.events() == ["started", "taken_back"]
    if release == "crashing":
        assert "starts: its process ended with 1 by itself; the last it said: no settings" in ran.output


@pytest.mark.usefixtures("as_before")
def test_an_image_is_tried_beside_what_serves_and_nothing_of_it_stays() -> None:
    still = "docker ps -aq --no-trunc; docker network ls -q; docker volume ls -q; ls /run | grep echodiary-preflight- | grep -v lock"
    before = fleet.on("app1", f"{still} || true")
    good, crashing = drill.run("preflight", release="v3"), drill.run("preflight", release="crashing")
    assert good.code == 0, good.output
    # everything but what is under way at its end: none of its requests takes long enough
    assert "17 points of 18" in good.output
    assert crashing.code != 0
    assert "starts: its process ended with 1" in crashing.output
    assert fleet.on("app1", f"{still} || true") == before


@pytest.mark.usefixtures("as_before")
def test_second_deploy_is_refused_and_told_who_holds_the_lease() -> None:
    locked = drill.run("lock", reason="the first one")
    assert locked.code == 0, locked.output
    held = drill.lease()
    assert held and held["reason"] == "the first one"
    try:
        ran = drill.run("deploy", release="v4")
        assert ran.code != 0
        assert "the first one" in ran.output
    finally:
        unlocked = drill.run("unlock", reason="it is over")
    assert unlocked.code == 0, unlocked.output
    assert drill.lease() is None


@pytest.mark.usefixtures("as_before")
def test_too_many_connections_are_refused_with_the_arithmetic() -> None:
    ran = drill.run("deploy", release="v4", echodiary_workers=40)
    assert ran.code != 0
    assert "refused before anything was touched" in ran.output
    assert "max_connections" in ran.output
    assert "40 workers" in ran.output


@pytest.mark.usefixtures("as_before")
def test_channel_that_is_down_is_a_warning() -> None:
    ran = drill.run("deploy", release="never-pushed", deploy_webhook_url="http://127.0.0.1:9/")
    assert "could not be told" in ran.output
    assert "never-pushed" in ran.output, "the first error stays the one that is told"


@pytest.mark.full
def test_deployer_that_is_killed_is_recovered_from() -> None:
    process = drill.start("deploy", release="v4", deploy_lease_ttl=5)
    assert process.stdout
    for line in process.stdout:
        if " canary " in line:
            break
    time.sleep(2)
    process.kill()
    process.wait()
    with drill.traffic(RATE / 2, paths=drill.COUNTED) as found:
        ran = drill.run("deploy", release="v4", deploy_lease_wait=60)
    assert ran.code == 0, ran.output
    drill.nothing_lost(found)
    assert {version for version, _ in drill.everywhere()} == {"v4"}
    assert all(len(drill.running_containers(host)) == 1 for host in drill.APPS)
    assert drill.lease() is None
