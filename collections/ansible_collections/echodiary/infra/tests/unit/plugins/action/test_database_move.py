# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from ansible_collections.echodiary.infra.plugins.action import database_move
from ansible_collections.echodiary.infra.plugins.plugin_utils._database import store
from ansible_collections.echodiary.infra.tests.unit.plugins.action.rig import Rig

COMPONENT = """
database:
  host: "{{ echodiary_secrets.database_host }}"
  port: "{{ echodiary_secrets.database_port | default(5432) }}"
  name: shop
  user: shop
  password: word
  admin: {user: shop_admin, password: other}
  secret: {name: here/shop}
  move: {host: new.example}
  backup: {image: "postgres:17"}
"""
LOOKED = {"failed": False, "changed": False, "msg": "m", "stage": "copy", "lines": ["m"]}
PLACES = {"source": {"host": "old.example", "port": 5432}, "target": {"host": "new.example", "port": 5432}}


@pytest.fixture
def rig(tmp_path: Path) -> Rig:
    (tmp_path / "roles/shop").mkdir(parents=True)
    (tmp_path / "roles/shop/component.yml").write_text(COMPONENT)
    known = {"groups": {"all": ["app1"]}, "hostvars": {"app1": {}}, "echodiary_secrets": {"database_host": "old.example"}}
    return Rig(database_move, LOOKED, playbook_dir=str(tmp_path), **known)


def test_it_is_looked_from_where_the_secret_says_to_where_it_is_declared(rig: Rig) -> None:
    found = rig.run(component="shop", state="looked")
    assert (found["source"], found["target"], found["stage"], found["secret"]) == (*PLACES.values(), "copy", "here/shop")
    assert (rig.manifest["state"], rig.manifest["side"], rig.packages) == ("looked", "source", ["_move"])


def test_an_inventory_that_does_not_follow_the_secret_is_refused(rig: Rig, tmp_path: Path) -> None:
    (tmp_path / "roles/shop/component.yml").write_text(COMPONENT.replace('"{{ echodiary_secrets.database_host }}"', "old.example"))
    assert "does not take the server from secret here/shop" in rig.refused(component="shop", state="looked")


def test_a_secret_that_nobody_here_may_change_is_refused_before_anything_is_touched(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "region" in rig.refused(component="shop", state="looked", login={})
    asked: list[bool] = []
    monkeypatch.setattr(store, "put", lambda *_, check: asked.append(check))
    rig.run(component="shop", state="looked", login={"region": "eu-west-1"})
    assert asked == [True]


def test_what_would_change_something_is_not_asked_for_in_a_check(rig: Rig) -> None:
    assert rig.run(component="shop", state="frozen", check=True, **PLACES)["changed"]
    assert rig.sent == []
    rig.run(component="shop", state="frozen", side="target", **PLACES)
    assert rig.manifest["target"]["host"] == "new.example" and rig.manifest["side"] == "target"


def test_a_step_has_to_say_between_which_servers(rig: Rig) -> None:
    assert "source" in rig.refused(component="shop", state="compared")


@pytest.mark.parametrize("given", [{"state": "confirmed"}, {"state": "looked", "direction": "back"}])
def test_nothing_waits_to_be_confirmed(rig: Rig, given: dict[str, Any]) -> None:
    assert "no move waits to be confirmed" in rig.refused(component="shop", **given)
