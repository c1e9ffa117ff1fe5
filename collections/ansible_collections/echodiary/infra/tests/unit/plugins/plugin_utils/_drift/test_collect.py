# SPDX-License-Identifier: GPL-3.0-or-later
"""What converge, alembic and ordinary tasks return becomes the right verdict, and doubt never becomes Synced."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.echodiary.infra.plugins.plugin_utils._drift import collect, model
from ansible_collections.echodiary.infra.tests.unit.plugins.plugin_utils._drift import builders as build


def test_a_quiet_fleet_is_in_sync_and_healthy() -> None:
    report = build.quiet()
    assert (report.sync, report.health, report.differing()) == ("Synced", "Healthy", [])


def test_the_worst_wins_up_to_the_environment() -> None:
    report = build.drifted()
    assert (report.sync, report.health) == ("OutOfSync", "Degraded")
    assert [(host.sync, host.health) for host in report.hosts] == [("OutOfSync", "Degraded"), ("OutOfSync", "Healthy")]
    assert [found.origin for _, _, found in report.differing()] == ["corrective", "pending", "conflict"]


def test_in_check_mode_changes_are_left_and_after_apply_they_are_done() -> None:
    returned = {"app1": build.result(build.entry("a", build.change(), status="changed", sync="Synced"))}
    assert [found.sync for _, _, found in build.report(returned).resources()] == ["OutOfSync"]
    assert [found.sync for _, _, found in build.report(returned, check=False, mode="apply").resources()] == ["Synced"]


def test_what_was_taken_back_is_still_out_of_sync_after_apply() -> None:
    taken = build.entry("a", build.change(), status="taken_back", sync="OutOfSync", health="Healthy", msg="no")
    assert build.report({"app1": build.result(taken)}, check=False).differing()


def test_a_component_that_was_not_reached_is_unknown() -> None:
    skipped = build.entry("a", status="skipped", sync="Synced", health="Unknown")
    assert build.report({"app1": build.result(skipped)}).sync == "Unknown"


def test_words_this_version_does_not_know_are_unknown_and_kinds_of_resources_pass_through() -> None:
    odd = build.entry("a", build.change("traffic:echodiary", action="shift"), sync="Sideways", health="Sunny")
    report = build.report({"app1": build.result(odd)})
    assert (report.sync, report.health) == ("Unknown", "Unknown")
    assert report.differing()[0][2].resource == "traffic:echodiary"


def test_the_release_is_shown_although_it_is_as_declared() -> None:
    release = {"slot": "blue", "image": "app@sha256:" + "a" * 64, "config": "x", "previous": None}
    report = build.report({"app1": build.result(build.entry("echodiary", release=release))})
    assert [(found.resource, found.sync) for _, _, found in report.resources()] == [("release:" + release["image"], "Synced")]
    assert report.sync == "Synced"


@pytest.mark.parametrize(
    ("result", "sync"),
    [
        ({"changed": False}, "Synced"),
        ({"changed": True}, "OutOfSync"),
        ({"skipped": True, "msg": "remote module (x) does not support check mode"}, "Unknown"),
        ({"skipped": True, "false_condition": "not ansible_check_mode", "skip_reason": "Conditional result was False"}, "Unknown"),
        ({"skipped": True, "changed": True, "msg": "Command would have run if not in check mode"}, "Unknown"),
        ({"skipped": True, "false_condition": "is_primary", "skip_reason": "Conditional result was False"}, None),
    ],
)
def test_an_ordinary_task(result: dict[str, Any], sync: str | None) -> None:
    given = {key: value for key, value in result.items() if key != "skipped"}
    found = collect.task("Do it", "ansible.builtin.command", given, check=True, skipped=bool(result.get("skipped")))
    assert (found.sync if found else None) == sync


@pytest.mark.parametrize("action", ["ansible.builtin.set_fact", "debug", "echodiary.infra.deploy_lock"])
def test_tasks_without_an_opinion_do_not_count(action: str) -> None:
    assert collect.task("Say", action, {"changed": True}, check=True) is None


def test_ordinary_tasks_become_a_component_of_their_host() -> None:
    collected = collect.Collected()
    results: list[dict[str, Any]] = [{"changed": False}, {"changed": True, "diff": {"prepared": "+x"}}, {"msg": "no check mode"}]
    for number, result in enumerate(results):
        found = collect.task(f"T{number}", "copy", result, check=True, skipped=number == 2)
        assert found
        collected.did("app1", found)
    (host,) = collected.hosts()
    (component,) = host.components
    assert (component.name, component.sync) == (model.TASKS, "Unknown")
    assert [(found.resource, found.sync, found.diff) for found in component.resources] == [
        ("task:T1", "OutOfSync", "+x"),
        ("task:T2", "Unknown", ""),
    ]
    assert component.notes == ("3 tasks, 1 as declared",)


def test_a_censored_task_shows_no_difference() -> None:
    found = collect.task("T", "copy", {"changed": True, "_ansible_no_log": True, "diff": {"prepared": "hunter22"}}, check=True)
    assert found and "hunter22" not in repr(found)


def test_hosts_nothing_was_heard_of_that_failed_or_were_not_reached_are_unknown() -> None:
    collected = collect.Collected()
    for host in ("silent", "failing", "gone", "fine"):
        collected.expect(host)
    collected.converged("failing", build.result(build.entry("a")), check=True)
    collected.failed("failing", "Read the secrets", {"msg": "no\ncredentials"})
    collected.unreachable("gone", {"msg": "timed out"})
    collected.converged("fine", build.result(build.entry("a")), check=True)
    hosts = {host.name: host for host in collected.hosts()}
    assert {name: host.sync for name, host in hosts.items()} == dict.fromkeys(("silent", "failing", "gone"), "Unknown") | {"fine": "Synced"}
    assert hosts["failing"].msg == "Read the secrets: no credentials"
    assert not hosts["gone"].reached


def test_a_schema_changed_by_hand_and_one_that_is_behind() -> None:
    differences = [{"kind": "column", "table": "entries", "name": "note", "models": "no", "database": "TEXT"}]
    base = {"sync": "OutOfSync", "database": "echodiary", "heads": ["0005"], "remote_calls": 1, "seconds": 1.0}
    by_hand = collect.schema({**base, "current": ["0005"], "differences": differences}, failed=False)
    assert [(found.resource, found.origin, found.fields) for found in by_hand.resources] == [
        ("schema:entries.note", "corrective", {"column": ["TEXT", "no"]})
    ]
    behind = collect.schema({**base, "current": ["0004"], "differences": []}, failed=False)
    assert [(found.resource, found.origin) for found in behind.resources] == [("schema:echodiary", "pending")]
    foreign = collect.schema({**base, "current": ["beef"], "unknown": ["beef"]}, failed=False)
    assert foreign.resources[0].origin == "conflict"
    assert collect.schema({"msg": "no database"}, failed=True).sync == "Unknown"


def test_evidence_is_put_beside_its_resource_only() -> None:
    collected = collect.Collected()
    collected.converged("app1", build.result(build.entry("a", build.change("file:/a"), build.change("file:/b"))), check=True)
    collected.evidence("app1", {"file:/a": {"modified": "t", "owner": "ann"}})
    (host,) = collected.hosts()
    assert [found.host for found in host.components[0].resources] == [{"modified": "t", "owner": "ann"}, {}]


def test_evidence_of_one_component_is_not_put_beside_another() -> None:
    collected = collect.Collected()
    both = (build.entry("a", build.change("service:api")), build.entry("b", build.change("service:api")))
    collected.converged("app1", build.result(*both), check=True)
    flat = {"service:api": {"started": "b"}}
    collected.evidence("app1", flat, {"a": {"service:api": {"started": "a"}}, "b": flat})
    (host,) = collected.hosts()
    assert [one.resources[0].host for one in host.components] == [{"started": "a"}, {"started": "b"}]


def test_schemas_of_several_are_told_apart() -> None:
    assert collect.schema({"sync": "Synced", "component": "shop"}, failed=False).name == "schema-shop"
    assert collect.schema({"msg": "no database", "component": "shop"}, failed=True).name == "schema-shop"


def of_one(health: str = "Healthy", slot: str = "blue", **more: Any) -> dict[str, Any]:
    release = {"slot": slot, "image": "shop:1"}
    return {"name": "shop", "status": "ok", "sync": "Synced", "health": health, "msg": "", "changes": [], "release": release, **more}


@pytest.mark.parametrize(
    ("given", "health"),
    [({}, "Degraded"), ({"slot": ""}, "Healthy"), ({"health": "Missing"}, "Missing")],
)
def test_a_component_whose_users_get_no_answer_is_degraded_whoever_asked(given: dict[str, Any], health: str) -> None:
    """Not before there was a release; and what its own host says weighs more."""
    collected = collect.Collected()
    asked = [{"host": "app1", "component": "shop", "why": "users get 503 at http://10.0.0.5/"}]
    watching = {"name": "prometheus", "status": "ok", "sync": "Synced", "health": "Healthy", "msg": "", "changes": [], "asked": asked}
    collected.converged("mon1", {"components": [watching]}, check=True)
    collected.converged("app1", {"components": [of_one(**given)]}, check=True)
    found = {host.name: host for host in collected.hosts()}
    assert (found["app1"].health, found["mon1"].health) == (health, "Healthy")
    told = "users get 503 at http://10.0.0.5/, asked from mon1; look on app1 at: systemctl status haproxy; nft list ruleset"
    assert (found["app1"].components[0].msg == told) == (health == "Degraded")


def test_how_old_a_backup_is_is_part_of_the_report_and_no_difference() -> None:
    collected = collect.Collected()
    told = [{"what": "backup of shop", "at": "2026-11-01T00:00:00Z", "hours": 26}, {"what": "backup of queue", "at": "", "hours": 26}]
    collected.converged("app1", {"components": [of_one(ages=told)]}, check=True)
    (host,) = collected.hosts()
    assert (host.sync, host.health, [one["at"] for one in host.components[0].ages]) == ("Synced", "Healthy", ["2026-11-01T00:00:00Z", ""])


def test_what_people_said_is_part_of_the_report_and_no_difference() -> None:
    collected = collect.Collected()
    collected.converged("app1", {"components": [of_one(said=["is out of traffic; said by ann"])]}, check=True)
    [host] = collected.hosts()
    assert (host.sync, host.health, host.components[0].said) == ("Synced", "Healthy", ("is out of traffic; said by ann",))


@pytest.mark.parametrize(
    ("lock", "said"),
    [
        ({"held": True, "token": None, "msg": "lock deploy: held by ann"}, "lock deploy: held by ann"),
        ({"held": False, "freeze": {"active": True}, "msg": "lock deploy: frozen by ann"}, "lock deploy: frozen by ann"),
        ({"msg": "table leases does not answer"}, "table leases does not answer"),
        ({"held": False, "freeze": {"active": False}, "msg": "lock deploy: free"}, ""),
        ({"held": True, "token": 7, "msg": "lock deploy: acquired"}, ""),
    ],
)
def test_a_lock_is_told_of_where_it_is_in_somebodys_way(lock: dict[str, Any], said: str) -> None:
    assert collect.in_the_way(lock) == said


ACCOUNT: dict[str, Any] = {
    "name": "account", "status": "ok", "sync": "OutOfSync", "health": "Progressing", "msg": "database:d is creating",
    "notes": ["cost: 1 USD"], "seconds": {"account": 1.5},
    "changes": [
        {"resource": "packets:app", "action": "update", "origin": "corrective", "why": "", "fields": {"in": ["22", None]}, "diff": ""}
    ],
    "evidence": {"packets:app": {"by": "ann"}},
}  # fmt: skip


def test_the_account_is_a_host_before_all_others() -> None:
    found = collect.Collected()
    found.expect("app1", ("all",))
    found.account({"component": ACCOUNT})
    account, other = found.hosts()
    assert (account.name, account.sync, account.health, other.name) == ("aws", "OutOfSync", "Progressing", "app1")
    (one,) = account.components
    assert (one.name, one.notes, one.seconds, one.resources[0].host) == ("account", ("cost: 1 USD",), 1.5, {"by": "ann"})


def test_an_account_that_cannot_be_judged_leaves_the_hosts_as_they_are() -> None:
    found = collect.Collected()
    found.converged("app1", build.result(build.entry("a", build.change())), check=True)
    before = found.hosts()
    found.account({"msg": "ec2:DescribeVpcs is refused"})
    account, *hosts = found.hosts()
    assert (account.sync, account.health, account.reached, account.msg) == ("Unknown", "Unknown", False, "ec2:DescribeVpcs is refused")
    assert tuple(hosts) == before
