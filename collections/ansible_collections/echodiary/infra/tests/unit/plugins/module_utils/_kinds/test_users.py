# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.echodiary.infra.plugins.module_utils._kinds import users
from ansible_collections.echodiary.infra.plugins.module_utils._kinds.model import Applied

#: of test_removal
EXAMPLE = ("u", [{"name": "u", "shell": "/s"}], {"shell": "/s", "groups": []})

LIVE = {"shell": "/bin/sh", "home": "/home/deploy", "uid": 1000, "groups": ["docker", "sudo"]}


def plan(desired: dict[str, Any], live: dict[str, Any] | None, last: dict[str, Any] | None = None) -> list:
    return users.plan([{"name": "deploy", **desired}], {"deploy": live} if live else {}, Applied({"deploy": last} if last else {}))


def test_undeclared_fields_and_extra_groups_are_the_host_s_own() -> None:
    assert plan({}, LIVE) == []
    assert plan({"shell": "/bin/sh", "groups": ["sudo"]}, LIVE) == []


def test_each_declared_field_counts() -> None:
    (change,) = plan({"shell": "/bin/bash", "uid": 1001, "groups": ["sudo", "adm"]}, LIVE)
    assert (str(change.resource), change.action) == ("user:deploy", "update")
    assert change.fields == {"shell": ["/bin/sh", "/bin/bash"], "uid": [1000, 1001], "groups": [["sudo"], ["adm", "sudo"]]}


def test_a_missing_user_is_created() -> None:
    (change,) = plan({"shell": "/bin/bash"}, None)
    assert (change.action, change.origin) == ("create", "pending")


@pytest.mark.parametrize(
    ("desired", "last", "origin"),
    [
        ({"shell": "/bin/bash"}, {"shell": "/bin/bash"}, "corrective"),
        ({"shell": "/bin/bash"}, {"shell": "/bin/sh"}, "pending"),
        ({"shell": "/bin/bash"}, {"shell": "/bin/zsh"}, "conflict"),
        # git declares one field more: nobody on the host moved
        ({"shell": "/bin/sh", "uid": 1001}, {"shell": "/bin/sh"}, "pending"),
        ({"groups": ["adm", "sudo"]}, {"groups": ["sudo"]}, "pending"),
    ],
)
def test_who_moved(desired: dict[str, Any], last: dict[str, Any], origin: str) -> None:
    (change,) = plan(desired, LIVE, last)
    assert change.origin == origin


def test_reads_the_account_database() -> None:
    assert users.observe(["root"])["root"]["uid"] == 0
    assert users.observe(["no-such-user-here"]) == {}
