# SPDX-License-Identifier: GPL-3.0-or-later
"""Two applications on one host, told apart by name; the image of the second has no Python. A deploy of one does not touch the other."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.integration.release import shop
from tests.integration.release.machine import Machine
from tests.integration.release.states import ONE, TWO, well

FIRST, SECOND = {"shop_image": "release-test/shop:1"}, {"shop_image": "release-test/shop:2"}


@pytest.fixture
def both(app: Machine) -> Iterator[Machine]:
    shop.bring(app)
    done = app.one(["app", "shop"], **ONE, **FIRST)
    assert not done.failed, done.msg
    yield app
    shop.bring(app)


def test_a_deploy_of_one_does_not_touch_the_other_and_nobody_notices_either(both: Machine) -> None:
    assert (both.edge(), both.edge(name=shop.NAME)) == ("one", "shop 1")
    assert both.sh("docker run --rm --entrypoint /bin/sh release-test/shop:1 -c 'command -v python3 || echo none'") == "none"
    users, customers = both.users(), both.users(shop.NAME)
    serving, slots = both.started("blue"), both.record()
    done = both.release(component="shop", **SECOND)
    assert not done.failed, done.msg
    assert done.components["shop"]["release"]["slot"] == "green"
    assert (both.started("blue"), both.record()) == (serving, slots), "the other one has not moved"
    well(both.release(**TWO), "green")
    assert shop.record(both)["active"] == "green"
    assert set(both.asked(users, customers)) == {"one", "two", "shop 1", "shop 2"}, "no request of either failed"
    # the schema: by its own command, before, once for each image; then three requests before the first customer
    # its environment is the one that Compose gives the service
    assert both.sh("cat /srv/shop/migrated").splitlines() == ["live|5$|true|two words|--token=hush-hush-word"] * 2
    assert both.sh("docker ps -aq --filter name=shop-migrate; docker network ls -q --filter name=shop-migrate") == "", "nothing stays"
    asked = [line for line in both.sh("cat /srv/shop/asked").splitlines() if line.startswith("2 ")]
    assert asked[:4] == ["2 /warm"] * 3 + ["2 /"]
    assert any(note.startswith("warmed up by 3 requests") for note in done.components["shop"]["notes"])


def test_a_command_that_fails_keeps_what_serves(both: Machine) -> None:
    done = both.one(["shop"], **SECOND, shop_exit=3)
    assert done.failed
    assert "ended with 3" in done.msg
    assert "hush-hush-word" not in str(done.result)
    assert (both.edge(name=shop.NAME), shop.record(both)["active"]) == ("shop 1", "blue")


def test_one_that_still_runs_is_waited_for_and_one_that_is_over_makes_room(both: Machine) -> None:
    sleep = "docker run -d --name shop-migrate --entrypoint /usr/bin/perl release-test/shop:1 -e 'sleep 300'"
    both.sh(sleep)
    done = both.one(["shop"], **SECOND)
    assert done.failed
    assert "docker logs --follow shop-migrate" in done.msg
    assert both.sh("docker inspect -f '{{.State.Running}}' shop-migrate") == "true", "it is somebody's"
    assert (both.edge(name=shop.NAME), shop.record(both)["active"]) == ("shop 1", "blue")
    both.sh("docker kill shop-migrate")
    done = both.one(["shop"], **SECOND)
    assert not done.failed, done.msg
    assert both.edge(name=shop.NAME) == "shop 2"


def test_where_several_hosts_run_it_the_command_is_left_to_a_deploy(both: Machine) -> None:
    ran = both.sh("cat /srv/shop/migrated")
    # the first by name is the same machine by another name, which serves the release before
    hosts = {"another": {"components": ["shop"]}, "machine": {"components": ["shop"]}}
    done = both.play({"components": ["shop"], "vars": SECOND}, words=("--limit", "machine"), hosts=hosts)[0]
    assert done.failed
    assert "ansible-playbook echodiary.infra.deploy -e component=shop" in done.msg
    assert (both.edge(name=shop.NAME), both.sh("cat /srv/shop/migrated")) == ("shop 1", ran)


@pytest.mark.parametrize(
    ("other", "said"),
    [({}, "8011"), ({"8011": "8031", "8012": "8032"}, "shop and twin both want requests for shop.example")],
    ids=["port", "requests"],
)
def test_two_that_want_the_same_are_refused_before_anything_is_touched(both: Machine, other: dict[str, str], said: str) -> None:
    before = both.footprint()
    component = (both.roles / "shop/component.yml").read_text().replace("shop", "twin").replace("twin.example", shop.NAME)
    for port, another in other.items():
        component = component.replace(port, another)
    role = both.role("twin", component=component)
    text = (both.roles / "shop/tree/opt/shop/{slot}/compose.yaml.j2").read_text().replace("shop_", "twin_")
    both.role(role, **{"tree/opt/twin/{slot}/compose.yaml.j2": text})
    done = both.one(["shop", role], **FIRST, twin_image="x:1", twin_exit=0)
    assert done.failed
    assert said in done.msg
    assert "twin" in done.msg
    assert both.footprint() == before
