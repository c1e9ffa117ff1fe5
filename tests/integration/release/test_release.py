# SPDX-License-Identifier: GPL-3.0-or-later
"""A component in two slots on a real host: rolled without losing a request, and gone back to."""

from __future__ import annotations

import pytest

from tests.integration.release.machine import Machine
from tests.integration.release.states import ONE, THREE, TWO, in_sync, release, rolls, well
from tests.waiting import eventually

# -- the ordinary way --------------------------------------------------------------------------------------------------


def test_the_first_one_is_put_into_the_first_slot(app: Machine) -> None:
    check = app.converge(check=True, **ONE)
    done = well(app.converge(**ONE), "blue")
    assert check.actions == done.actions
    assert app.edge() == "one"
    assert app.sh("cat /opt/app/blue/.env").split() == ["SLOT=blue", "PORT=8001"]
    found = release(done)
    assert found == {"slot": "blue", "port": 8001, "image": "release-test/app:1", "config": found["config"], "previous": None}
    again = app.converge(**ONE)
    assert (again.result["changed"], again.result["remote_calls"], again.actions) == (False, 1, [])
    in_sync(app, **ONE)


@pytest.mark.full
def test_the_first_one_serves_once_it_is_said_to(app: Machine) -> None:
    """HAProxy asks for itself, and a slot that it holds for down gets no request however well its container is."""
    done = app.converge(**{**ONE, "app_who": "two-faced"})
    assert done.failed
    assert "HAProxy does not find slot blue well" in done.msg
    well(app.converge(**ONE), "green")
    assert app.edge() == "one"


def test_a_new_release_goes_to_the_other_slot_and_nobody_notices(blue: Machine) -> None:
    before = blue.started("blue")
    check = blue.release(check=True, **TWO)
    assert ("traffic:echodiary", "switch", "pending") in check.actions
    assert blue.started("blue") == before
    assert blue.started("green") == ""
    users = blue.users()
    done = well(blue.release(**TWO), "green")
    answers = blue.asked(users)
    assert set(answers) == {"one", "two"}
    assert check.actions == done.actions
    assert done.result["changed"]
    assert release(done)["previous"]["image"] == "release-test/app:1"
    assert done.result["release"] == release(done)
    assert (blue.started("blue"), blue.told()) == ("", {"blue": "maint", "green": "ready"})
    in_sync(blue, **TWO)


def test_a_request_in_flight_ends_in_the_slot_it_is_in(blue: Machine) -> None:
    [flying] = blue.hold()
    rolling = rolls(blue)
    eventually(lambda: blue.told().get("blue") == "drain", 60)
    assert flying.poll() is None
    blue.let_go()
    output, _ = rolling.communicate(timeout=60)
    assert rolling.returncode == 0, output
    assert flying.communicate(timeout=20)[0].strip() == "one"


def test_it_serves_before_docker_itself_has_looked(green: Machine) -> None:
    assert green.sh("docker inspect -f '{{.State.Health.Status}}' app-green-api-1") == "starting"
    in_sync(green, **TWO)


def test_only_the_configuration_is_new(blue: Machine) -> None:
    done = well(blue.release(**{**ONE, "app_who": "another"}), "green")
    assert release(done)["image"] == release(done)["previous"]["image"]
    assert release(done)["config"] != release(done)["previous"]["config"]
    assert blue.edge() == "another"


def test_restarting_swaps_the_slots_with_the_same_release(blue: Machine) -> None:
    users = blue.users()
    done = well(blue.release("restarted", **ONE), "green")
    assert set(blue.asked(users)) == {"one"}
    assert release(done)["image"] == release(done)["previous"]["image"] == "release-test/app:1"
    in_sync(blue, **ONE)


def test_an_old_image_is_removed_and_those_of_the_two_slots_stay(green: Machine) -> None:
    well(green.release(**THREE), "blue")
    assert green.record()["images"] == ["release-test/app:3", "release-test/app:2"]
    kept = green.sh("docker images --format '{{.Repository}}:{{.Tag}}' echodiary.kept/app").split()
    assert sorted(kept) == ["echodiary.kept/app:2", "echodiary.kept/app:3"]
    assert "release-test/app:1" not in green.sh("docker images --format '{{.Repository}}:{{.Tag}}'").split()
    green.sh("docker rmi release-test/app:2 release-test/app:3; docker image prune -f")
    green.sh("docker inspect echodiary.kept/app:2 echodiary.kept/app:3 >/dev/null")


# -- back --------------------------------------------------------------------------------------------------------------


def test_back_to_what_rests_whatever_git_says(green: Machine) -> None:
    check = green.release("previous", check=True, **THREE)
    users = green.users()
    done = well(green.release("previous", expect="release-test/app:1", **THREE), "blue")
    assert set(green.asked(users)) == {"one", "two"}
    assert check.actions == done.actions == [("traffic:echodiary", "switch", "pending")]
    assert release(done)["image"] == "release-test/app:1"
    assert release(done)["previous"]["image"] == "release-test/app:2"
    assert green.told() == {"blue": "ready", "green": "maint"}
    well(green.release("previous", **THREE), "green")


@pytest.mark.parametrize("lost", ["docker network prune -f", pytest.param("docker rm app-blue-api-1", marks=pytest.mark.full)])
def test_back_to_what_was_removed_since(green: Machine, lost: str) -> None:
    before = green.sh("docker network ls -q; docker ps -aq")
    green.sh(lost)
    assert green.sh("docker network ls -q; docker ps -aq") != before
    well(green.release("previous", **TWO), "blue")
    assert green.edge() == "one"


def test_back_to_something_else_than_what_rests_is_refused(green: Machine) -> None:
    for check in (True, False):
        done = green.release("previous", check=check, expect="release-test/app:3", **TWO)
        assert done.failed
        assert "slot blue of app holds release-test/app:1, not release-test/app:3" in done.msg
    assert green.edge() == "two"


def test_back_where_nothing_rests_is_refused(blue: Machine) -> None:
    done = blue.release("previous", **ONE)
    assert done.failed
    assert "slot green of app holds no previous release on this host" in done.msg
