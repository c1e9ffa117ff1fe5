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
    assert both.sh("cat /srv/shop/migrated").split() == ["live", "live"]
    asked = [line for line in both.sh("cat /srv/shop/asked").splitlines() if line.startswith("2 ")]
    assert asked[:4] == ["2 /warm"] * 3 + ["2 /"]
    assert any(note.startswith("warmed up by 3 requests") for note in done.components["shop"]["notes"])


def test_a_command_that_fails_keeps_what_serves(both: Machine) -> None:
    done = both.one(["shop"], **SECOND, shop_exit=3)
    assert done.failed
    assert "ended with 3" in done.msg
    assert (both.edge(name=shop.NAME), shop.record(both)["active"]) == ("shop 1", "blue")


def test_two_that_want_the_same_requests_are_refused_before_anything_is_touched(both: Machine) -> None:
    before = both.footprint()
    role = both.role(
        "twin", component=(both.roles / "shop/component.yml").read_text().replace("shop", "twin").replace("twin.example", shop.NAME)
    )
    text = (both.roles / "shop/tree/opt/shop/{slot}/compose.yaml.j2").read_text().replace("shop_", "twin_")
    both.role(role, **{"tree/opt/twin/{slot}/compose.yaml.j2": text})
    done = both.one(["shop", role], **FIRST, twin_image="x:1", twin_exit=0)
    assert done.failed
    assert "shop and twin both want requests for shop.example" in done.msg
    assert both.footprint() == before
