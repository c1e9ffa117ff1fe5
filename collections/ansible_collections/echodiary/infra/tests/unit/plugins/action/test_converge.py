# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from ansible.errors import AnsibleActionFail
from ansible_collections.echodiary.infra.plugins.action import converge
from ansible_collections.echodiary.infra.plugins.plugin_utils._calls import action as actions
from ansible_collections.echodiary.infra.plugins.plugin_utils._converge.run import Run
from ansible_collections.echodiary.infra.tests.unit.plugins.action.rig import Rig

CHANGE = {"resource": "file:/etc/x", "action": "update", "origin": "pending", "fields": {}, "diff": "+y", "why": ""}
SWITCH = {**CHANGE, "resource": "traffic:web", "action": "switch", "diff": ""}


def entry(name: str, **given: Any) -> dict[str, Any]:
    base = {"name": name, "status": "ok", "sync": "Synced", "health": "Healthy", "msg": "", "changes": []}
    return {**base, "notes": [], "seconds": {}, **given}


def answer(*components: dict[str, Any], **given: Any) -> dict[str, Any]:
    return {"components": list(components), "needs": None, "rest": [], "stopped": False, "manager": "apt", "undeclared": [], **given}


@pytest.fixture
def place(tmp_path: Path) -> str:
    for name, path in (("one", "a"), ("two", "b"), ("twin", "b")):
        file = tmp_path / "roles" / name / "tree" / "etc" / path
        file.parent.mkdir(parents=True)
        file.write_text("{{ not a template }}\n")
        (tmp_path / "roles" / name / "component.yml").write_text("---\n{}\n")
    return str(tmp_path)


@pytest.mark.parametrize("check", [False, True])
def test_a_host_in_sync_is_one_call(place: str, check: bool) -> None:
    rig = Rig(converge, answer(entry("one"), entry("two")), playbook_dir=place)
    found = rig.run(check=check, components=["one", "two"])
    assert (rig.packages, rig.manifest["check"], rig.manifest["declared"]) == (["_run"], check, ["one", "two"])
    assert rig.manifest["claimed"] == ["/etc/a", "/etc/b"]
    assert (found["changed"], found["failed"], found["sync"], found["remote_calls"]) == (False, False, "Synced", 1)
    assert [one["name"] for one in found["components"]] == ["one", "two"]


def test_a_host_that_hands_out_files_has_them_looked_at_in_the_same_call(place: str) -> None:
    given = "---\nstatic: {directory: /srv/one, port: 8095, paths: [/]}\n"
    Path(place, "roles/one/component.yml").write_text(given)
    rig = Rig(converge, answer(entry("one"), entry("two")), playbook_dir=place)
    assert rig.run(components=["one", "two"])["remote_calls"] == 1
    assert (rig.packages, rig.manifest["components"][0]["static"]["directory"]) == (["_run_static"], "/srv/one")


def test_the_difference_is_shown_where_it_is_asked_for(place: str) -> None:
    changed = answer(entry("one", status="changed", changes=[CHANGE]))
    found = Rig(converge, changed, playbook_dir=place).run(diff=True, components=["one"])
    assert (found["changed"], "+y" in found["diff"][0]["prepared"]) == (True, True)
    assert "diff" not in Rig(converge, changed, playbook_dir=place).run(components=["one"])


@pytest.mark.parametrize(("components", "said"), [(["absent"], "absent"), (["two", "twin"], "/etc/b")])
def test_what_cannot_be_is_refused_for_all_before_the_first_is_sent(place: str, components: Any, said: str) -> None:
    assert said in Rig(converge, answer(entry("two")), playbook_dir=place).refused(components=components)


def test_what_is_left_is_asked_for_again(place: str) -> None:
    rig = Rig(converge, answer(entry("one", status="changed"), rest=["two"]), answer(entry("two")), playbook_dir=place)
    assert rig.run(components=["one", "two"])["remote_calls"] == 2
    assert [[spec["name"] for spec in sent["components"]] for sent in rig.sent] == [["one", "two"], ["two"]]


def test_after_a_failure_the_rest_is_not_reached(place: str) -> None:
    rig = Rig(converge, answer(entry("one", status="failed", msg="bad"), rest=["two"], stopped=True), playbook_dir=place)
    found = rig.run(components=["one", "two"])
    assert (found["failed"], [one["status"] for one in found["components"]]) == (True, ["failed", "skipped"])
    assert "one: bad" in found["msg"]


@pytest.mark.parametrize("said", ["", {"failed": True, "msg": "no answer: needs root"}])
def test_a_host_that_cannot_work_ends_the_task(place: str, said: Any) -> None:
    with pytest.raises(AnsibleActionFail, match="no answer"):
        Rig(converge, said, playbook_dir=place).run(components=["one"])


def test_a_release_that_came_with_it_is_in_the_history(place: str, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[tuple[str, dict[str, Any]]] = []
    monkeypatch.setattr(actions, "run", lambda _, name, arguments, *__: asked.append((name, arguments)) or {})
    release = {"image": "r/d@sha256:1", "config": "c", "previous": "x"}
    rolled = answer(entry("one", status="changed", changes=[SWITCH], release=release))
    assert Rig(converge, rolled, playbook_dir=place).run(components=["one"])["remote_calls"] == 2
    ((name, arguments),) = asked
    assert (name, arguments["state"], arguments["entry"]["digest"]) == ("echodiary.infra.release_history", "appended", "r/d@sha256:1")


def test_what_was_typed_is_not_what_the_host_has(place: str) -> None:
    class Fleet(dict[str, Any]):
        _variable_manager = SimpleNamespace(extra_vars={"components": ["one"]})

    fleet = Fleet(app1={"components": ["one", "two"]})
    rig = Rig(converge, answer(entry("one")), playbook_dir=place, components=["one"], hostvars=fleet)
    rig.run(components=["one"])
    assert rig.manifest["hosted"] == ["one", "two"]


@pytest.fixture
def by_distribution(place: str) -> str:
    (Path(place) / "roles/one/component.yml").write_text(
        "---\npackages: [tree]\ndistributions: {debian 12: {packages: [old]}, debian 13: {packages: [new]}}\n"
    )
    return place


def test_what_is_delegated_and_asked_for_again_is_what_the_host_has_chosen(by_distribution: str, monkeypatch: pytest.MonkeyPatch) -> None:
    here = {"distribution": {"name": "debian 12", "title": "Debian 12"}}
    changes = [{**CHANGE, "resource": f"package:{name}", "action": "install", "diff": ""} for name in ("tree", "old")]
    waiting = answer(entry("one", status="needs"), needs={"delegated": changes}, rest=["two"], **here)
    called: list[Any] = []
    monkeypatch.setattr(Run, "module", lambda _, call: called.append(call) or {})
    rig = Rig(converge, waiting, answer(entry("one", status="changed"), entry("two"), **here), playbook_dir=by_distribution)
    assert not rig.run(components=["one", "two"])["failed"]
    assert [(call.module, call.args["name"]) for call in called] == [("ansible.builtin.apt", ["tree", "old"])]
    first, second = rig.sent
    assert (first["claimed"], first["claimed_on"]["debian 13"]) == (["/etc/a", "/etc/b", "package:tree"], ["package:new"])
    assert "claimed_on" not in second
    assert second["claimed"] == ["/etc/a", "/etc/b", "package:old", "package:tree"]
    assert [spec["packages"] for spec in second["components"]] == [["tree", "old"], []]


@pytest.mark.parametrize("check", [False, True])
def test_a_host_of_another_distribution_is_refused_in_one_line(by_distribution: str, check: bool) -> None:
    there = {"name": "amzn 2023", "title": "Amazon Linux 2023"}
    rig = Rig(converge, answer(unsupported=True, stopped=True, distribution=there), playbook_dir=by_distribution)
    with pytest.raises(AnsibleActionFail) as caught:
        rig.run(check=check, components=["one", "two"])
    assert all(word in str(caught.value) for word in ("Amazon Linux 2023", "one can be on debian 12, debian 13", "Debian 13"))
    assert len(rig.sent) == 1
