# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

from typing import Any

import pytest
import yaml
from ansible_collections.echodiary.infra.plugins.module_utils._dump.client import Client
from ansible_collections.echodiary.infra.plugins.modules import database_dump as documented
from ansible_collections.echodiary.infra.plugins.plugin_utils._common.errors import SpecError
from ansible_collections.echodiary.infra.plugins.plugin_utils._database import declared
from ansible_collections.echodiary.infra.plugins.plugin_utils._database import dump_options as options_of


def arguments(**given: Any) -> dict[str, Any]:
    defaults = {name: spec.get("default") for name, spec in options_of.ARGUMENTS.items()}
    login = {"image": "postgres:17", "host": "db", "database": "diary", "user": "echo", "password": "hunter2-x", "sslmode": "disable"}
    return {**defaults, "state": "created", "id": "a-1", **login, **given}


def test_the_documentation_says_the_same_as_the_arguments() -> None:
    told = yaml.safe_load(documented.DOCUMENTATION)["options"]
    assert list(told) == list(options_of.ARGUMENTS)
    for name, spec in options_of.ARGUMENTS.items():
        for key in ("type", "default", "choices", "required", "elements"):
            assert told[name].get(key) == spec.get(key), f"{name}: {key}"


@pytest.mark.parametrize("identifier", ["", "A", "a--b", "-a", "a-", "a_b", "../a", "a" * 41])
def test_names_that_a_snapshot_or_a_file_could_not_have(identifier: str) -> None:
    with pytest.raises(SpecError, match="no name of a backup"):
        options_of.manifest(arguments(id=identifier), False)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"keep": -1}, "keep"),
        ({"state": "read", "source": "/x"}, "takes nothing in"),
        ({"timeout": 0}, "timeout"),
        ({"password": "a\nb"}, "line break"),
        ({"sslmode": "verify-full"}, "ca_cert"),
    ],
)
def test_refused(given: dict[str, Any], said: str) -> None:
    with pytest.raises(SpecError, match=said):
        options_of.manifest(arguments(**given), False)


def test_the_password_is_in_no_command_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shutil.which", lambda _name: "/usr/bin/docker")
    login = options_of.manifest(arguments(ca_certificate="/etc/ca.pem", network="web"), False)["wanted"]["login"]
    command = Client(login, 10).command("name", ["pg_dump"], files=["/tmp/list"])
    assert "hunter2-x" not in " ".join(command)
    assert [command[at + 1] for at, word in enumerate(command) if word == "--volume"] == [
        "/tmp/list:/tmp/list:ro",
        "/etc/ca.pem:/etc/ca.pem:ro",
    ]


def _rds(**given: Any) -> declared.Declared:
    backup = {"method": "rds", "instance": "shop-1", "image": "postgres:17", **given}
    login = {"host": "db", "name": "shop", "user": "shop", "password": "p", "admin": {"user": "a", "password": "p"}}
    return declared.read("shop", {**login, "backup": backup})


def test_what_comes_from_the_repository_is_a_dump_whatever_a_migration_is_saved_by() -> None:
    given = {"state": "restored", "component": "shop", "id": "repository-0a1b2c3d"}
    found = options_of.completed(arguments(**given), _rds(), [*given])
    assert (found["image"], found["directory"], found["user"]) == ("postgres:17", "/var/backups/shop", "a")
    assert found["ca_certificate"] == "/etc/echodiary/backup/database-ca.pem", "what the job connects with"
    with pytest.raises(SpecError, match="saved by rds"):
        options_of.completed(arguments(**{**given, "id": "before-0004"}), _rds(), [*given])


def test_without_an_image_it_says_what_to_declare() -> None:
    given = {"state": "restored", "component": "shop", "id": "repository-0a1b2c3d"}
    with pytest.raises(SpecError, match="backup: image"):
        options_of.manifest(options_of.completed(arguments(**given), _rds(image=""), [*given]), False)
