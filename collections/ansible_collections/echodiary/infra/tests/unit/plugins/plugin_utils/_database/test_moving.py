# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.echodiary.infra.plugins.plugin_utils._common.errors import SpecError
from ansible_collections.echodiary.infra.plugins.plugin_utils._database import declared, moving
from ansible_collections.echodiary.infra.plugins.plugin_utils._database.declared import Place

OLD, NEW = Place("old.example", 5432), Place("new.example", 6432)
BEFORE = {"database_host_before": "old.example", "database_port_before": "5432"}
LOGIN = {"name": "shop", "user": "shop", "password": "word"}
ADMIN = {"user": "admin", "password": "other"}


def shop(place: Place = OLD, **given: Any) -> declared.Declared:
    said = {"secret": {"name": "here/shop"}, "move": NEW._asdict(), "backup": {"image": "postgres:17"}, "admin": ADMIN, **given}
    return declared.read("shop", {**LOGIN, **place._asdict(), **said})


def test_it_goes_to_what_is_declared_and_the_secret_remembers_where_it_was() -> None:
    found = moving.move(shop(), {}, moving.THERE)
    assert (found.source, found.target, found.here) == (OLD, NEW, "source")
    assert found.values == {"database_host": "new.example", "database_port": "6432", **BEFORE}
    assert found.undo == {"database_host": "old.example", "database_port": "5432", "database_host_before": "", "database_port_before": ""}


def test_a_run_that_was_cut_off_knows_where_it_is() -> None:
    found = moving.move(shop(NEW), BEFORE, moving.THERE)
    assert (found.source, found.target, found.here) == (OLD, NEW, "target")


def test_it_goes_back_to_where_it_was_and_when_that_fails_it_may_be_tried_again() -> None:
    found = moving.move(shop(NEW, move={}), BEFORE, moving.BACK)
    assert (found.source, found.target) == (NEW, OLD)
    assert found.values == {"database_host": "old.example", "database_port": "5432", "database_host_before": "", "database_port_before": ""}
    assert found.undo == {"database_host": "new.example", "database_port": "6432", **BEFORE}


@pytest.mark.parametrize(
    ("found", "values", "direction", "said"),
    [
        (shop(move={}), {}, moving.THERE, "names no server to move to"),
        (shop(NEW), {}, moving.THERE, "is at new.example:6432 already"),
        (shop(Place("third.example", 1)), BEFORE, moving.THERE, "nobody has confirmed that: .* -e move=confirm, or -e move=back"),
        (shop(), {}, moving.BACK, "there is no way back"),
        (shop(secret=None), {}, moving.THERE, "does not say which secret"),
    ],
)
def test_what_cannot_be_meant_is_refused(found: declared.Declared, values: dict[str, Any], direction: str, said: str) -> None:
    with pytest.raises(SpecError, match=said):
        moving.move(found, values, direction)


def test_it_is_confirmed_once() -> None:
    assert moving.confirmed(shop(NEW), BEFORE) == (OLD, {"database_host_before": "", "database_port_before": ""})
    with pytest.raises(SpecError, match="no move waits"):
        moving.confirmed(shop(NEW), {"database_host_before": ""})


def test_the_inventory_has_to_follow_the_secret() -> None:
    moving.follows(shop(NEW), NEW)
    with pytest.raises(SpecError, match="does not take the server from secret here/shop"):
        moving.follows(shop(), NEW)


def test_who_serves_and_who_migrates_have_to_be_let_in() -> None:
    asked = moving.manifest(shop(migrate={"user": "owner", "password": "own"}), "looked", OLD, NEW, "source", check=True)
    assert [login["user"] for login in asked["logins"]] == ["shop", "owner"]
    assert (asked["source"]["host"], asked["target"]["port"], asked["source"]["user"]) == ("old.example", 6432, "admin")
    assert len(moving.manifest(shop(), "looked", OLD, NEW, "source", check=True)["logins"]) == 1, "one role does all"
    with pytest.raises(SpecError, match="lacks restore: user, restore: password"):
        moving.manifest(shop(admin={}), "looked", OLD, NEW, "source", check=True)


def test_only_dumps_move() -> None:
    with pytest.raises(SpecError, match="method rds"):
        moving.movable(shop(backup={"method": "rds", "instance": "x"}), "shop")
    with pytest.raises(SpecError, match="nothing to back up"):
        moving.movable(None, "shop")


def test_its_roles_are_made_by_the_administrator_of_the_server_that_it_moves_to() -> None:
    roles = {"serving": "shop_app", "master": {"user": "master", "password": "here"}}
    found = moving.at_target(shop(roles=roles, move={"host": "new.example", "instance": "shop-production"}))
    assert (found.host, found.port, found.roles and found.roles.master) == ("new.example", 5432, ("", "", "shop-production"))
    same = moving.at_target(shop(roles=roles)).roles
    assert same and same.master.user == "master"
    with pytest.raises(SpecError, match="names no server"):
        moving.at_target(shop(move={}))
