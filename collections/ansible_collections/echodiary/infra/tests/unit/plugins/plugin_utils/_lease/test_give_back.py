# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import json
from typing import Any

from ansible_collections.echodiary.infra.plugins.plugin_utils._lease import give_back as back


def task(**args: Any) -> dict[str, Any]:
    return {"args": args, "become": True, "connection": "ssh"}


def test_what_was_acquired_is_held_until_it_is_released() -> None:
    held = back.after({}, "app1", task(reason="deploy"), {"token": 7})
    (lease,) = held.values()
    assert (lease.host, lease.name, lease.become) == ("app1", "deploy", True)
    assert lease.arguments == {"state": "released", "token": 7, "outcome": "interrupted"}
    assert back.after(held, "app1", task(state="renewed", token=7), {"token": 7}) == held
    assert back.after(held, "app1", task(state="released", token=7), {"token": None}) == {}


def test_what_somebody_else_holds_or_only_reads_is_not_ours() -> None:
    assert back.after({}, "app1", task(state="read"), {"token": None}) == {}
    assert back.after({}, "app1", task(reason="deploy"), {"token": None}) == {}


def test_locks_of_other_names_hosts_and_places_are_kept_apart() -> None:
    held = back.after({}, "app1", task(reason="x"), {"token": 1})
    held = back.after(held, "app1", task(reason="x", name="backup"), {"token": 2})
    held = back.after(held, "app1", task(reason="x", directory="/srv/lease", textfiles="/srv/text"), {"token": 3})
    held = back.after(held, "app2", task(state="released", token=9), {"token": None})
    assert [lease.arguments["token"] for lease in held.values()] == [1, 2, 3]
    assert list(held.values())[2].arguments["textfiles"] == "/srv/text"


def test_it_is_given_back_the_way_it_was_taken() -> None:
    (lease,) = back.after({}, "app1", task(reason="deploy"), {"token": 7}).values()
    options = {"inventory": ["one", "two"], "remote_user": "admin", "private_key_file": None, "vault_ids": []}
    words = back.command(lease, options)
    assert words[3:] == [
        "adhoc", "app1", "-c", "ssh", "-i", "one", "-i", "two", "-u", "admin", "-b",
        "-m", "echodiary.infra.deploy_lock", "-a", json.dumps(lease.arguments),
    ]  # fmt: skip
