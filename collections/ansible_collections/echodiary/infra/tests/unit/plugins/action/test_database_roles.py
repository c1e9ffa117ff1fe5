# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from ansible.errors import AnsibleActionFail
from ansible.template import trust_as_template
from ansible_collections.echodiary.infra.plugins.action import database_roles
from ansible_collections.echodiary.infra.plugins.plugin_utils._database import store
from ansible_collections.echodiary.infra.tests.unit.plugins.action.rig import Rig

SHOP = """
database:
  host: db.example
  name: shop
  user: "{{ user }}"
  password: "{{ serving }}"
  owner: shop
  admin: {user: shop_admin, password: hunter2-admin}
  secret: {name: shop/production}
  migrate: {user: "{{ owner_user }}", password: "{{ owner_password }}"}
  roles: "{{ roles }}"
"""
ROLES = {"serving": "shop_app", "ca_certificate": "PEM", "master": {"user": "master", "password": "hunter2-master"}}
TWO = {"user": "shop_app", "serving": "hunter2-serving", "owner_user": "shop", "owner_password": "hunter2-owner", "roles": ROLES}
ONE = {**TWO, "user": "shop", "serving": "hunter2-owner", "owner_user": "", "owner_password": ""}
DONE = {"failed": False, "changed": False, "msg": "all as declared", "changes": [], "warnings": [], "serving_as": ["shop_app"]}
OWNS = {"failed": False, "changed": False, "msg": "", "findings": ["shop owns database shop"]}


@pytest.fixture
def written(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, str]]:
    found: list[dict[str, str]] = []
    monkeypatch.setattr(store, "put", lambda name, values, login, check=False: found.append({"name": name, **values}) if not check else "")
    return found


def rig(tmp_path: Path, answer: dict[str, Any], **variables: Any) -> Rig:
    (tmp_path / "roles/shop").mkdir(parents=True, exist_ok=True)
    (tmp_path / "roles/shop/component.yml").write_text(SHOP)
    here = {"app1": {"components": ["shop"]}}
    return Rig(database_roles, answer, hostvars=here, groups={"all": ["app1"]}, playbook_dir=str(tmp_path), **here["app1"], **variables)


def test_the_host_is_asked_as_the_administrator_for_what_is_declared(tmp_path: Path, written: list[dict[str, str]]) -> None:
    asked = rig(tmp_path, DONE, **TWO)
    found = asked.run(component="shop", move=True)
    assert asked.manifest["login"] == {"user": "master", "password": "hunter2-master"}
    wanted = asked.manifest["wanted"]
    assert (wanted["owner"], wanted["serving"], wanted["visitors"]) == ("shop", ["shop_app", "shop_app_clone"], ["shop_admin"])
    given = {role["name"]: (role["password"], role["member_of"]) for role in wanted["roles"]}
    assert given["shop_app"] == ("hunter2-serving", [])
    assert given["shop"] == ("hunter2-owner", ["pg_read_all_stats"])
    assert given["shop_app_clone"] == ("", ["shop_app"])
    assert (found["changed"], found["rolls"], written) == (False, False, [])
    assert "hunter2" not in json.dumps(found)


def test_one_role_becomes_two_and_the_secret_names_both(tmp_path: Path, written: list[dict[str, str]]) -> None:
    asked = rig(tmp_path, {**DONE, "serving_as": ["shop"]}, **ONE)
    found = asked.run(component="shop", move=True)
    (secret,) = written
    assert (secret["name"], secret["database_user"]) == ("shop/production", "shop_app")
    assert (secret["database_migrate_user"], secret["database_migrate_password"]) == ("shop", "hunter2-owner")
    passwords = {role["name"]: role["password"] for role in asked.manifest["wanted"]["roles"]}
    assert passwords["shop_app"] == secret["database_password"] != "hunter2-owner"
    assert (found["changed"], found["rolls"]) == (True, True)
    assert secret["database_password"] not in json.dumps(found)
    assert "release shop  serves as shop -> shop_app" in found["lines"]


def test_a_check_writes_no_secret(tmp_path: Path, written: list[dict[str, str]]) -> None:
    found = rig(tmp_path, {**DONE, "serving_as": ["shop"]}, **ONE).run(check=True, component="shop", move=True)
    assert (found["changed"], written) == (True, [])


def test_a_first_release_is_not_moved_but_told_the_command(tmp_path: Path, written: list[dict[str, str]]) -> None:
    said = rig(tmp_path, DONE, **ONE).refused(component="shop")
    assert "ansible-playbook echodiary.infra.database_roles -e component=shop" in said


def test_where_nothing_is_declared_no_host_is_asked(tmp_path: Path) -> None:
    asked = rig(tmp_path, DONE, **{**ONE, "roles": {}})
    assert asked.run(component="shop")["declared"] is False
    assert asked.sent == []


@pytest.mark.parametrize(
    ("roles", "said"),
    [
        ({**ROLES, "serving": "shop"}, "cannot both own and serve"),
        ({**ROLES, "master": {"user": "master"}}, "master lacks password"),
        ({**ROLES, "master": {"instance": "shop"}}, "echodiary_aws has no region"),
        ({**ROLES, "server": "x"}, "server"),
    ],
)
def test_refused(tmp_path: Path, roles: dict[str, Any], said: str, written: list[dict[str, str]]) -> None:
    assert said in rig(tmp_path, DONE, **{**ONE, "roles": roles}).refused(component="shop", move=True)


def test_who_serves_and_owns_is_refused_once_roles_are_declared(tmp_path: Path) -> None:
    asked = rig(tmp_path, OWNS, **TWO)
    with pytest.raises(AnsibleActionFail, match=r"shop owns database shop; mend it: ansible-playbook echodiary\.infra\.database_roles"):
        asked.run(component="shop", state="read")
    assert asked.manifest["login"] == {"user": "shop_app", "password": "hunter2-serving"}, "about itself, and with nobody else's password"
    assert "hunter2-owner" not in json.dumps(asked.manifest)


def test_where_no_second_role_is_declared_it_is_only_told(tmp_path: Path) -> None:
    asked = rig(tmp_path, OWNS, **{**ONE, "roles": {}})
    found = asked.run(component="shop", state="read")
    assert (found["refused"], found["declared"]) == (True, False)
    assert "declare database: roles" in found["msg"]
    unknown = rig(tmp_path, OWNS, **{**ONE, "roles": {}, "user": trust_as_template("{{ nowhere }}")})
    assert "could not be looked at: shop/component.yml" in unknown.run(component="shop", state="read")["notes"][0]
    lost = rig(tmp_path, {"failed": True, "changed": False, "msg": "db.example:5432 cannot be reached"}, **{**ONE, "roles": {}})
    assert "could not be seen: db.example:5432" in lost.run(component="shop", state="read")["msg"]


def test_they_are_made_where_it_moves_to_with_the_passwords_of_here(tmp_path: Path, written: list[dict[str, str]]) -> None:
    asked = rig(tmp_path, DONE, **TWO)
    (tmp_path / "roles/shop/component.yml").write_text(f"{SHOP}  move: {{host: new.example}}\n")
    asked.run(component="shop", at="move", move=True)
    assert (asked.manifest["server"]["host"], written) == ("new.example", [])
    assert "hunter2-serving" in {role["password"] for role in asked.manifest["wanted"]["roles"]}
