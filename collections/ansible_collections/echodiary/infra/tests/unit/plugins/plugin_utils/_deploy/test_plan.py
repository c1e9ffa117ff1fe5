# SPDX-License-Identifier: GPL-3.0-or-later
"""What a deploy is going to do follows from its settings: which image, which hosts when, who is left out, and how it is called."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.echodiary.infra.plugins.plugin_utils._deploy import gate, plan

DIGEST = "sha256:" + "a" * 64
PINNED = f"localhost:5000/team/app@{DIGEST}"
ORDER = plan.Order(
    kind="deploy",
    component="app",
    released=True,
    release="",
    pinned=PINNED,
    hosts=["c", "a", "b"],
    members=["a", "b", "c"],
    canary=1,
    batch_size=4,
    revision="head",
    reason="",
)
FIRST, REST = [plan.Share(share=1, hold=5)], [plan.Share(share=100, hold=1)]
SETTINGS = gate.Settings("mon", "http://p", 80, "/", "", "app", "duration_seconds", False, 0.01, 1.0, 20, 30.0)
CONTEXT = plan.Context("", "", "", "", "", "", [], [], [], [FIRST, REST], SETTINGS, False)


def of(**changed: Any) -> plan.Plan:
    return plan.plan(ORDER._replace(**changed))


@pytest.mark.parametrize(
    ("release", "pinned", "image"),
    [
        ("", PINNED, PINNED),
        ("v2", PINNED, "localhost:5000/team/app:v2"),
        ("v2", "localhost:5000/team/app:v1", "localhost:5000/team/app:v2"),
        ("v2", f"localhost:5000/team/app:v1@{DIGEST}", "localhost:5000/team/app:v2"),
        ("v2", "localhost:5000/team/app", "localhost:5000/team/app:v2"),
        ("v2", "app", "app:v2"),
        (DIGEST, "app:v1", f"app@{DIGEST}"),
        ("elsewhere/app:v3", PINNED, "elsewhere/app:v3"),
        ("elsewhere/app:v3", "", "elsewhere/app:v3"),
    ],
)
def test_the_goal_is_a_tag_a_digest_a_whole_reference_or_the_pin(release: str, pinned: str, image: str) -> None:
    assert plan.goal_image(release, pinned) == image


@pytest.mark.parametrize("release", ["", "v2", DIGEST])
def test_without_a_pin_only_a_whole_reference_says_what_is_meant(release: str) -> None:
    with pytest.raises(plan.PlanError, match="-e release="):
        of(release=release, pinned="")


@pytest.mark.parametrize(
    ("canary", "size", "rolls"),
    [
        (1, 4, [["a"], ["b", "c", "d", "e"], ["f"]]),
        (0, 4, [["a", "b", "c", "d"], ["e", "f"]]),
        (2, 1, [["a", "b"], ["c"], ["d"], ["e"], ["f"]]),
        (1, 100, [["a"], ["b", "c", "d", "e", "f"]]),
        (6, 4, [["a", "b", "c", "d", "e", "f"]]),
        (100, 4, [["a", "b", "c", "d", "e", "f"]]),
        (1, 0, [["a"], ["b", "c", "d", "e", "f"]]),
        (-1, 6, [["a", "b", "c", "d", "e", "f"]]),
    ],
)
def test_the_canary_goes_first_and_then_the_rest_in_batches(canary: int, size: int, rolls: list[list[str]]) -> None:
    assert plan.batches("deploy", "abcdef", canary, size) == rolls


@pytest.mark.parametrize(("kind", "rolls"), [("deploy", [["a"]]), ("rollback", [["a"]]), ("restart", [["a"]]), ("migrate", [])])
def test_one_host_is_one_batch_whatever_is_done(kind: str, rolls: list[list[str]]) -> None:
    assert of(kind=kind, hosts=["a"]).batches == rolls
    assert of(kind=kind, hosts=["a"]).widest == len(rolls)


def test_a_rollback_is_one_step_a_restart_goes_host_by_host_a_migration_rolls_nobody() -> None:
    assert of(kind="rollback").batches == [["a", "b", "c"]]
    assert of(kind="restart").batches == [["a"], ["b"], ["c"]]
    assert of(kind="migrate").batches == []
    assert [of(kind=kind).widest for kind in ("deploy", "rollback", "restart", "migrate")] == [2, 3, 1, 0]


@pytest.mark.parametrize(("kind", "absent"), [("deploy", ["b", "d"]), ("rollback", ["b", "d"]), ("restart", []), ("migrate", [])])
def test_whom_limit_leaves_out_matters_where_another_release_would_serve(kind: str, absent: list[str]) -> None:
    assert of(kind=kind, hosts=["c", "a"], members=["d", "c", "b", "a"]).left_out == absent


def test_the_first_by_name_leads_in_whatever_order_they_come() -> None:
    assert of().lead == "a"
    assert of().hosts == ["a", "b", "c"]


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({}, "the pinned release"),
        ({"kind": "migrate"}, "the pinned release"),
        ({"kind": "rollback"}, "the release before"),
        ({"kind": "restart"}, "app"),
        ({"release": "v2"}, "v2"),
        ({"kind": "rollback", "release": "v2"}, "v2"),
    ],
)
def test_people_are_told_of_the_goal_in_words(changed: dict[str, str], said: str) -> None:
    assert of(**changed).release == said
    assert of(**changed).purpose == f"{of(**changed).kind} {said}"
    assert of(**changed, reason="so").purpose.endswith(f" {said}: so")


def test_a_rollback_goes_to_a_name_only_where_one_was_given() -> None:
    assert (of(kind="rollback").image, of(kind="rollback").named) == ("", "")
    assert of(kind="rollback", release="v2").named == "localhost:5000/team/app:v2"
    assert of(kind="rollback", pinned="").named == ""


def test_a_restart_needs_no_image_and_one_without_slots_has_none() -> None:
    assert of(kind="restart", pinned="").image == ""
    found = of(kind="restart", released=False)
    assert (found.state, found.slots, found.pinned) == ("restarted", False, "")


def test_the_schema_goes_to_its_newest_or_to_a_named_revision() -> None:
    assert (of().schema_state, of().revision) == ("head", None)
    assert (of(revision="0004").schema_state, of(revision="0004").revision) == ("revision", "0004")


def test_only_the_first_of_several_batches_is_a_canary() -> None:
    run = plan.Run(of(), CONTEXT._replace(verify=[{"name": "x"}]))
    assert [plan.step(run, index) for index in (0, 1)] == [
        plan.Step("canary", [{"name": "x"}], FIRST),
        plan.Step("roll", [{"name": "x"}], REST),
    ]
    assert plan.step(plan.Run(of(canary=0), CONTEXT), 0) == plan.Step("roll", [], FIRST)


@pytest.mark.parametrize(("kind", "phase"), [("rollback", "roll"), ("restart", "canary")])
def test_what_has_served_before_is_not_on_trial(kind: str, phase: str) -> None:
    assert plan.step(plan.Run(of(kind=kind), CONTEXT._replace(verify=[{"name": "x"}])), 0) == plan.Step(phase, None, [])


def test_a_plan_comes_back_whole_from_what_an_action_returned() -> None:
    run = plan.Run(of(kind="rollback", release="v2"), CONTEXT)
    assert plan.of_result({**run.result(), "changed": False, "failed": False}) == run


@pytest.mark.parametrize(
    ("components", "directory", "found"),
    [(["haproxy", "node_exporter"], "", plan.TEXTFILES), (["node_exporter"], "/d", "/d"), (["haproxy"], "/d", ""), ([], "", "")],
)
def test_prometheus_is_told_where_node_exporter_reads_files(components: list[str], directory: str, found: str) -> None:
    assert plan.textfiles(components, directory) == found


def test_a_run_has_one_id_also_without_a_lease() -> None:
    assert plan.run_id("deploy", 1700000000.9, 7) == "deploy-1700000000-7"
    assert plan.run_id("deploy", 1700000000.9, None) == "deploy-1700000000-0"


def test_commands_that_are_suggested_name_the_component_that_was_typed() -> None:
    assert (of().also, of(named=True).also) == ("", " -e component=app")


def test_a_command_brings_no_older_schema_back() -> None:
    with pytest.raises(plan.PlanError, match="deploy_revision=0003") as caught:
        of(kind="migrate", commanded=True, revision="0003")
    assert "\n" not in str(caught.value)
    assert of(kind="migrate", revision="0003").schema_state == "revision", "Alembic's"
    for newest in ("", plan.HEAD):
        assert of(kind="migrate", commanded=True, revision=newest).kind == "migrate"
