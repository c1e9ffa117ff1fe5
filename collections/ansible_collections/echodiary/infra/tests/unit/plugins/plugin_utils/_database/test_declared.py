# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.echodiary.infra.plugins.plugin_utils._common.errors import SpecError
from ansible_collections.echodiary.infra.plugins.plugin_utils._database import administrator, declared, rotation

SERVER = {"host": "db.example", "name": "shop", "user": "shop", "password": "hunter2-x"}
ADMIN = {"user": "shop_admin", "password": "p/w:@"}
DUMP = {"image": "postgres:17"}


def read(**given: Any) -> declared.Declared:
    return declared.read("shop", {**SERVER, **given})


@pytest.mark.parametrize("purpose", declared.PURPOSES)
def test_only_what_the_purpose_needs_is_rendered(purpose: str) -> None:
    """A list of backups needs no password, and a rotation no image."""
    every = dict.fromkeys(declared.OPTIONS, "x")
    asked = declared.wanted("shop", every, purpose)
    assert ("password" in asked) == (purpose in ("created", "roles", "serving", "move"))
    assert ("secret" in asked) == (purpose in ("rotation", "roles", "move"))
    assert ("migrate" in asked) == (purpose in ("created", "rotation", "migration", "roles", "move")), (
        "whoever only looks has no owner's password"
    )
    assert ("backup" in asked) == (purpose in ("backups", "created", "restored", "rehearsal", "move"))
    assert declared.wanted("shop", {"host": "x"}, purpose) in ({"host": "x"}, {})


def test_a_key_that_nobody_would_read_is_refused() -> None:
    with pytest.raises(SpecError, match="database has no passwort; there are host"):
        declared.wanted("shop", {"passwort": "x"}, "backups")
    with pytest.raises(SpecError, match="has to be a mapping"):
        declared.wanted("shop", "db.example", "backups")  # type: ignore[arg-type]


def test_what_is_not_said_follows_from_the_component() -> None:
    found = read(backup=DUMP)
    backup = declared.required(found, "shop")
    assert (backup.directory, backup.keep, backup.method) == ("/var/backups/shop", 7, "dump")
    assert (found.owner, found.port, found.sslmode) == ("shop", 5432, "verify-full")
    assert declared.read("cart", {"backup": DUMP}).backup == backup._replace(directory="/var/backups/cart"), "each has its own"


def test_text_of_an_inventory_becomes_what_it_stands_for() -> None:
    found = read(port="6432", backup={**DUMP, "keep": "2", "unlabelled": "true"})
    assert (found.port, found.backup and found.backup.keep, found.backup and found.backup.unlabelled) == (6432, 2, True)


def test_who_restores_is_the_administrator_unless_another_one_is_named() -> None:
    assert read(admin=ADMIN).restore.user == "shop_admin"
    assert read(admin=ADMIN, restore={"user": "other", "password": "x"}).restore.user == "other"
    assert read(admin=ADMIN, restore={"user": "other", "password": ""}).restore.user == "shop_admin"


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"backup": {}}, "a dump needs image"),
        ({"backup": {"method": "rds"}}, "needs instance"),
        ({"backup": {**DUMP, "keep": -1}}, "keep is -1"),
        ({"backup": {"method": "tape"}}, "method"),
        ({"backup": {**DUMP, "images": "x"}}, "images"),
        ({"port": "many"}, "port"),
        ({"sslmode": "maybe"}, "sslmode"),
        ({"secret": {}}, "name"),
    ],
)
def test_refused(given: dict[str, Any], said: str) -> None:
    with pytest.raises(SpecError, match=said) as caught:
        read(**given)
    assert str(caught.value).startswith("shop: component.yml: ")
    assert "hunter2-x" not in str(caught.value)


@pytest.mark.parametrize("found", [None, read()])
def test_where_nothing_is_saved_it_says_what_to_declare(found: declared.Declared | None) -> None:
    with pytest.raises(SpecError, match=r"component.yml of shop does not say .* say there database: \{host: "):
        declared.required(found, "shop")


def test_the_administrator_s_address_is_quoted() -> None:
    found = read(admin=ADMIN, name="sh/op", ca_certificate="/etc/shop/ca.pem", port=6432)
    assert administrator.environment(found) == {
        "DATABASE_URL": "postgresql://shop_admin:p%2Fw%3A%40@db.example:6432/sh%2Fop?sslmode=verify-full&sslrootcert=/etc/shop/ca.pem"
    }
    plain = read(admin=ADMIN, host="::1", ca_certificate="/etc/shop/ca.pem", sslmode="disable")
    assert administrator.environment(plain)["DATABASE_URL"].endswith("@[::1]:5432/shop?sslmode=disable")


def test_without_an_administrator_the_release_asks_as_itself() -> None:
    assert administrator.environment(None) == administrator.environment(read()) == {}
    with pytest.raises(SpecError, match="its administrator needs host, admin: user as well"):
        administrator.environment(read(host="", admin={"password": "x"}))


@pytest.mark.parametrize(("user", "other"), [("shop", "shop_clone"), ("shop_clone", "shop")])
def test_two_logins_take_turns(user: str, other: str) -> None:
    found = read(user=user, owner="shop", admin=ADMIN, secret={"name": "shop/production", "user": "login"}, sessions="shop-")
    assert rotation.rotation(found, "shop") == {
        "secret": "shop/production",
        "user_key": "login",
        "password_key": "database_password",
        "stored": user,
        "other": other,
        "sessions": "shop-",
    }


@pytest.mark.parametrize(
    ("found", "said"),
    [
        (None, "which secret .* and with which login"),
        (read(admin=ADMIN), "does not say which secret holds the login"),
        (read(secret={"name": "x"}), "does not say with which login passwords are changed"),
    ],
)
def test_a_rotation_says_what_to_declare(found: declared.Declared | None, said: str) -> None:
    with pytest.raises(SpecError, match=said):
        rotation.rotation(found, "shop")
