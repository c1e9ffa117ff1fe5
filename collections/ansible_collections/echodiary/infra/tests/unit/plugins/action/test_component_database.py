# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from ansible.parsing.dataloader import DataLoader
from ansible.template import Templar, trust_as_template
from ansible_collections.echodiary.infra.plugins.action import (
    component_database,
    database_dump,
    database_password,
    database_sessions,
    disk_room,
)
from ansible_collections.echodiary.infra.plugins.plugin_utils._component import render
from ansible_collections.echodiary.infra.plugins.plugin_utils._component import source as sources
from ansible_collections.echodiary.infra.tests.unit.plugins.action.rig import Rig

SHOP = """
release: {service: web}
database:
  host: "{{ shop_host }}"
  name: shop
  user: shop
  password: "{{ shop_password }}"
  sslmode: disable
  admin: {user: shop_admin, password: "{{ secrets.admin }}"}
  secret: {name: shop/production}
  backup: {image: "postgres:17", keep: 3}
"""


@pytest.fixture
def roles(tmp_path: Path) -> Path:
    for name, text in {"shop": SHOP, "cart": "release: {service: web}", "half": "database: {host: db, backup: {image: x}}"}.items():
        (tmp_path / "roles" / name).mkdir(parents=True)
        (tmp_path / "roles" / name / "component.yml").write_text(text)
    return tmp_path


def rig(module: Any, roles: Path, *answers: Any, **more: Any) -> Rig:
    variables = {"shop_host": "db.example", "shop_password": "hunter2-x", "secrets": {"admin": "hunter2-y"}, **more}
    here = {"app1": {"components": ["shop", "cart"]}}
    return Rig(module, *answers, hostvars=here, groups={"all": ["app1"]}, playbook_dir=str(roles), **here["app1"], **variables)


def test_how_it_is_saved_without_a_password_and_without_secrets(roles: Path) -> None:
    found = rig(component_database, roles, secrets={}).run(component="shop", hosts=["b", "a"], environment="e")
    assert (found["method"], found["host"], found["directory"], found["keep"]) == ("dump", "a", "/var/backups/shop", 3)
    assert found["prefix"] == "shop-e-"
    assert "hunter2" not in json.dumps(found)


def test_of_one_that_declares_nothing_a_deploy_is_told_and_a_backup_is_refused(roles: Path) -> None:
    cart = rig(component_database, roles)
    found = cart.run(component="cart", required=False)
    assert (found["declared"], found["method"], found["changed"]) == (False, "", False)
    assert found["msg"].startswith("nothing to back up: component.yml of cart does not say")
    assert "say there database: {host: " in cart.refused(component="cart")


def test_a_rotation_is_told_both_logins_and_no_password(roles: Path) -> None:
    found = rig(component_database, roles).run(component="shop", purpose="rotation")
    assert (found["stored"], found["other"], found["secret"]) == ("shop", "shop_clone", "shop/production")
    assert "hunter2" not in json.dumps(found)
    assert "which secret" in rig(component_database, roles).refused(component="cart", purpose="rotation")


def test_a_dump_of_a_component_is_made_as_it_declares(roles: Path) -> None:
    asked = rig(database_dump, roles, {"changed": True})
    asked.run(state="created", component="shop", id="b1", timeout=10)
    wanted = asked.manifest["wanted"]
    assert (wanted["directory"], wanted["keep"], wanted["timeout"]) == ("/var/backups/shop", 3, 10), "what the task says itself wins"
    assert {key: wanted["login"][key] for key in ("host", "database", "user", "password", "image")} == {
        "host": "db.example", "database": "shop", "user": "shop", "password": "hunter2-x", "image": "postgres:17",
    }  # fmt: skip


def test_it_is_restored_by_the_administrator_for_its_owner(roles: Path) -> None:
    asked = rig(database_dump, roles, {"changed": True})
    asked.run(state="restored", component="shop", id="b1", check=True)
    wanted = asked.manifest["wanted"]
    assert (wanted["login"]["user"], wanted["login"]["password"], wanted["owner"]) == ("shop_admin", "hunter2-y", "shop")


def test_dumps_are_listed_without_any_login(roles: Path) -> None:
    asked = rig(database_dump, roles, {"changed": False, "backups": []}, secrets={}, shop_password=trust_as_template("{{ nothing }}"))
    asked.run(state="read", component="shop")
    assert (asked.manifest["wanted"]["directory"], asked.manifest["wanted"]["login"]["password"]) == ("/var/backups/shop", "")


def test_what_is_missing_is_said_as_component_yml_calls_it(roles: Path) -> None:
    said = rig(database_dump, roles).refused(state="created", component="half", id="b1")
    assert "half: component.yml: database: lacks name, user, password" in said
    said = rig(database_dump, roles).refused(state="restored", component="half", id="b1")
    assert "lacks name, restore: user, restore: password, owner" in said
    assert "say there database" in rig(database_dump, roles).refused(state="created", component="cart", id="b1")


@pytest.mark.parametrize(("module", "given"), [(database_sessions, {}), (database_password, {"role": "shop", "state": "absent"})])
def test_a_release_is_asked_as_its_component_s_administrator(roles: Path, module: Any, given: dict[str, Any]) -> None:
    for name, url in (("shop", "postgresql://shop_admin:hunter2-y@db.example:5432/shop?sslmode=disable"), ("cart", None)):
        asked = rig(module, roles, {"failed": True, "msg": "not today"})
        with pytest.raises(Exception, match="not today"):
            asked.run(image="shop:1", component=name, **given)
        assert asked.manifest["runs"][0]["environment"].get("DATABASE_URL") == url


def test_a_full_disk_keeps_what_its_components_need_again(roles: Path) -> None:
    asked = rig(disk_room, roles, {"changed": False}, shop_image="shop:1", cart_image=trust_as_template("{{ nothing }}"))
    asked.run(keep=["mine:1"])
    assert asked.manifest["keep"] == ["mine:1", "shop:1", "postgres:17"], "and what cannot be told keeps nobody from making room"


def test_a_host_is_converged_without_the_secrets_of_its_databases(roles: Path) -> None:
    loader = DataLoader()
    source = sources.load("shop", str(roles), loader)
    assert render.spec(source, {}, Templar(loader=loader)) == {"release": {"service": "web"}}
