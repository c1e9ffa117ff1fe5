# SPDX-License-Identifier: GPL-3.0-or-later
"""On which dump it is rehearsed, how that gets there, and what is said where there is none."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.echodiary.infra.plugins.plugin_utils._common.errors import SpecError
from ansible_collections.echodiary.infra.plugins.plugin_utils._database import declared
from ansible_collections.echodiary.infra.plugins.plugin_utils._rehearsal import flow, options, plan


def arguments(**more: Any) -> Any:
    defaults = {name: spec.get("default") for name, spec in options.ARGUMENTS.items()}
    return {
        **defaults,
        "component": "shop",
        "image": "shop:2",
        "server_image": "postgres:17",
        "directory": "/b",
        "backup_host": "app1",
        **more,
    }


def dump(identifier: str = "n1", source: str = "store", size: int = 1) -> Any:
    return {"source": source, "id": identifier, "job": "", "timestamp": 1000, "size": size, "sha256": "s"}


def looked(**more: Any) -> Any:
    return {"failed": False, "docker": True, "program": None, "store": None, "holds": "", "notes": [], **more}


def test_the_program_comes_before_the_store() -> None:
    found = plan.plan(arguments(), looked(program=dump("p1", "program")), looked(store=dump()))
    assert found.dump and (found.dump["id"], found.bring) == ("p1", False)


@pytest.mark.parametrize(("holds", "bring"), [("", True), ("store:n0", True), ("store:n1", False)])
def test_what_is_restored_there_is_not_brought_again(holds: str, bring: bool) -> None:
    found = plan.plan(arguments(), looked(holds=holds), looked(store=dump()))
    assert (found.bring, found.kept) == (bring, not bring)


def test_what_is_there_is_not_brought() -> None:
    assert not plan.plan(arguments(), looked(store=dump()), None).bring


@pytest.mark.parametrize(
    ("args", "here", "said"),
    [
        ({}, looked(docker=False), "Docker"),
        ({"server_image": ""}, looked(store=dump()), "deploy_rehearse_image"),
        ({}, looked(notes=["damaged"]), "echodiary.infra.backup"),
    ],
)
def test_nothing_to_rehearse_on(args: Any, here: Any, said: str) -> None:
    for required in (False, True):
        found = flow.run(arguments(required=required, **args), flow.Asking(lambda _: here, None, "mon1"), False)
        assert (found["verdict"], found["failed"]) == ("nothing", required)
        assert said in found["msg"]
        assert ("deploy_rehearse=warn" in found["msg"]) == required


class Hosts:
    """``there`` has a dump of some size; what was asked, in order."""

    def __init__(self, size: int, **answer: Any) -> None:
        self.asked: list[str] = []
        self.size, self.answer = size, answer

    def here(self, wanted: Any) -> Any:
        self.asked.append(wanted["do"])
        return looked() if wanted["do"] == "look" else {"failed": False, **self.answer}

    def there(self, wanted: Any) -> Any:
        self.asked.append(f"{wanted['do']} {wanted['offset']}")
        return looked(store=dump(size=self.size)) if wanted["do"] == "look" else {"failed": False, "part": ""}


DONE = {
    "measured": [], "current": ["0004"], "unknown": [], "rows": 1, "tables": 1, "restored": True, "restore_seconds": 1.0, "seconds": 2.0,
    "notes": [], "error": None,
}  # fmt: skip


def test_it_is_brought_in_parts() -> None:
    hosts = Hosts(2 * flow.PART + 1, **DONE)
    found = flow.run(arguments(), flow.Asking(hosts.here, hosts.there, "mon1"), False)
    parts = [f"part {number * flow.PART}" for number in range(3)]
    assert hosts.asked == ["look", "look 0", "open", parts[0], "append", parts[1], "append", parts[2], "append", "rehearse"]
    assert found["verdict"] == "nothing" and "0004" in found["msg"], "the dump has all of it already"


def test_check_mode_only_looks() -> None:
    hosts = Hosts(1)
    found = flow.run(arguments(pending=["0005"]), flow.Asking(hosts.here, hosts.there, "mon1"), True)
    assert hosts.asked == ["look", "look 0"] and found["verdict"] == "would"
    assert "0005" in found["msg"] and "n1" in found["msg"] and "mon1" in found["msg"]


@pytest.mark.parametrize(
    ("more", "said"), [({"unknown": ["0009"]}, "0009"), ({"error": {"kind": "environment", "text": "no module"}}, "no module")]
)
def test_a_release_that_cannot_run_on_the_dump(more: Any, said: str) -> None:
    hosts = Hosts(1, **{**DONE, **more})
    found = flow.run(arguments(), flow.Asking(hosts.here, hosts.there, "mon1"), False)
    assert found["verdict"] == "nothing" and said in found["msg"]


def test_a_host_that_fails_is_named() -> None:
    found = flow.run(arguments(), flow.Asking(lambda _: {"failed": True, "msg": "no room"}, None, "mon1"), False)
    assert found["verdict"] == "nothing" and "mon1: no room" in found["msg"]


def test_what_a_component_declares_fills_in() -> None:
    given = {"name": "shopdb", "backup": {"image": "postgres:17", "directory": "/d"}}
    bare = {"component": "shop", "image": "shop:2", "hosts": ["app2", "app1"]}
    found = options.completed(arguments(directory="", backup_host="", server_image="", **bare), declared.read("shop", given), bare)
    assert (found["directory"], found["backup_host"], found["database"]) == ("/d", "app1", "shopdb")
    assert found["server_image"] == "postgres:17"
    assert options.completed(arguments(server_image="mine:17"), declared.read("shop", given), ["server_image"])["server_image"] == "mine:17"
    rds = {"name": "shopdb", "backup": {"method": "rds", "instance": "i"}}
    assert options.completed(arguments(directory="", **bare), declared.read("shop", rds), bare)["directory"] == ""


@pytest.mark.parametrize("given", [{"component": "../x"}, {"max_wait": 0}, {"max_seconds": 0}, {"timeout": 0}, {"keep": -1.0}])
def test_what_cannot_be_meant_is_refused(given: dict[str, Any]) -> None:
    with pytest.raises(SpecError, match=next(iter(given))):
        options.checked(arguments(**given))


def test_neither_image_is_started_with_an_environment_file() -> None:
    for run in options.runs(arguments()).values():
        assert run["place"]["env_file"] is None and run["environment"] == {}
