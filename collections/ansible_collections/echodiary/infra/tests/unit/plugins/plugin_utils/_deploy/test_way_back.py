# SPDX-License-Identifier: GPL-3.0-or-later
"""A rollback goes to what was good before what runs, or it does not go. Never to what failed, whatever rests in the other slot."""

from __future__ import annotations

import itertools
from typing import Any

import pytest
from ansible_collections.echodiary.infra.plugins.module_utils._history import goodness
from ansible_collections.echodiary.infra.plugins.plugin_utils._deploy import way_back
from hypothesis import given
from hypothesis import strategies as st

NUMBER = itertools.count()
SHOWN = {way_back.SCHEMA_GATE: "passed"}
Entry = dict[str, Any]


def image(name: str) -> str:
    return f"registry.example/diary@sha256:{name}"


def entry(kind: str, release: str, outcome: str = "succeeded", **given: Any) -> Entry:
    number = next(NUMBER)
    base = {"id": f"{kind}-{number}", "at": f"2026-12-01T00:{number // 60 % 60:02d}:{number % 60:02d}Z", "kind": kind, "outcome": outcome}
    return {**base, "digest": image(release), "release": release, **given}


def host(name: str, running: str, resting: str, *entries: Entry, configs: tuple[str, str] = ("", "")) -> way_back.Host:
    held = [way_back.Release(image(one) if one else "", config) for one, config in zip((running, resting), configs, strict=True)]
    return way_back.Host(name, held[0], held[1], list(entries))


def goes(*hosts: way_back.Host, named: str = "") -> str:
    return way_back.choose(list(hosts), named).image.rpartition(":")[2]


FIRST, SECOND, THIRD = entry("converge", "v1"), entry("deploy", "v2"), entry("deploy", "v3")
BACK = entry("rollback", "v2", rollback_of=THIRD["id"], digest_before=image("v3"))


@pytest.mark.parametrize(
    ("running", "resting", "story", "goal"),
    [
        ("v2", "v1", [FIRST, SECOND], "v1"),
        ("v3", "v2", [FIRST, SECOND, THIRD], "v2"),
        # twice: the release that was just rolled back rests there, and the one before the one that runs is the goal
        ("v2", "v3", [FIRST, SECOND, THIRD, BACK], "v1"),
        # a deploy that was taken back rests there
        ("v2", "v3", [FIRST, SECOND, entry("deploy", "v3", "taken_back")], "v1"),
        # half a deploy: what failed runs here, what is good is where it goes
        ("v3", "v2", [FIRST, SECOND, entry("deploy", "v3", "partial")], "v2"),
        # a rollback that failed half way has left nothing
        ("v3", "v2", [FIRST, SECOND, THIRD, entry("rollback", "v2", "partial", rollback_of=THIRD["id"])], "v2"),
        # restarts, migrations and incidents in between are no releases
        ("v2", "v1", [FIRST, SECOND, entry("restart", "v2"), entry("migrate", "v2"), entry("incident", "")], "v1"),
        # deployed again after the rollback: good again
        ("v3", "v2", [FIRST, SECOND, THIRD, BACK, entry("deploy", "v3")], "v2"),
        # nothing runs: back to what was good last
        ("", "v1", [FIRST, SECOND], "v2"),
        # a record of the newest deploy was lost: what runs is not known to be good
        ("v3", "v2", [FIRST, SECOND], "v2"),
        # somebody went forward by name, and goes back
        ("v3", "v2", [FIRST, SECOND, THIRD, BACK, entry("rollback", "v3", rollback_of=BACK["id"], digest_before=image("v2"))], "v2"),
    ],
)
def test_where_a_rollback_goes(running: str, resting: str, story: list[Entry], goal: str) -> None:
    assert goes(host("app1", running, resting, *story)) == goal


NOWHERE = [
    ("v1", "v2", [FIRST, SECOND, entry("rollback", "v1", rollback_of=SECOND["id"])], "rolled back from"),
    ("v1", "v2", [FIRST, entry("deploy", "v2", "taken_back")], "ended as taken_back"),
    ("v1", "v2", [FIRST, entry("deploy", "v2", "failed")], "ended as failed"),
    ("v1", "v0", [FIRST], "nothing is recorded"),
    ("v1", "", [FIRST], "no good release before v1"),
]


@pytest.mark.parametrize(("running", "resting", "story", "why"), NOWHERE)
def test_nothing_older_that_is_good_is_refused_with_what_to_do(running: str, resting: str, story: list[Entry], why: str) -> None:
    with pytest.raises(way_back.NoWayBackError, match=why) as refused:
        goes(host("app1", running, resting, *story))
    assert "ansible-playbook echodiary.infra.deploy -e release=" in str(refused.value)
    if resting:
        assert f"ansible-playbook echodiary.infra.rollback -e release=sha256:{resting}" in str(refused.value), "by name it is allowed"


@pytest.mark.parametrize(("running", "resting", "story", "why"), NOWHERE)
def test_by_name_anything_is_allowed(running: str, resting: str, story: list[Entry], why: str) -> None:
    way = way_back.choose([host("app1", running, resting, *story)], image("v2"))
    assert (way.image, way.at_hand) == (image("v2"), resting == "v2")
    assert (way.state, way.expect) == (("previous", image("v2")) if way.at_hand else ("present", ""))


def test_without_any_history_what_rests_is_all_there_is() -> None:
    assert goes(host("app1", "v2", "v1"), host("app2", "v2", "v1")) == "v1"
    assert goes(host("app1", "v2", "v1", entry("incident", ""))) == "v1"
    with pytest.raises(way_back.NoWayBackError, match=r"echodiary\.infra\.deploy"):
        goes(host("app1", "v2", ""))


def test_a_tag_that_served_here_is_what_it_was_then() -> None:
    story = [FIRST, SECOND, entry("deploy", "v3")]
    way = way_back.choose([host("app1", "v3", "v2", *story)], "registry.example/diary:v2")
    assert way == way_back.Way(image("v2"), at_hand=True, proven=False, leaves=story[-1]["id"])
    never = way_back.choose([host("app1", "v3", "v2", *story)], "registry.example/diary:v9")
    assert (never.image, never.at_hand) == ("registry.example/diary:v9", False)
    elsewhere = way_back.choose([host("app1", "v3", "v2", *story)], "other.example/diary:v2")
    assert elsewhere.image == "other.example/diary:v2"


# Hosts that remember different things


def test_what_converge_brought_has_an_id_of_its_own_on_each_host() -> None:
    one, other = ([entry("converge", "v1", config=name), entry("converge", "v2", config=name)] for name in ("c1", "c2"))
    assert goes(host("app1", "v2", "v1", *one, configs=("c1", "c1")), host("app2", "v2", "v1", *other, configs=("c2", "c2"))) == "v1"
    back = [
        [*story, entry("rollback", "v1", id="b", rollback_of=one[-1]["id"], digest_before=image("v2"), config_before=config, config=config)]
        for story, config in ((one, "c1"), (other, "c2"))
    ]
    with pytest.raises(way_back.NoWayBackError):
        goes(host("app1", "v1", "v2", *back[0], configs=("c1", "c1")), host("app2", "v1", "v2", *back[1], configs=("c2", "c2")))
    with pytest.raises(way_back.NoWayBackError):
        goes(host("app2", "v1", "v2", *back[1], configs=("c2", "c2")))


def test_a_host_that_is_new_or_was_away_takes_the_others_word() -> None:
    full = [FIRST, SECOND, THIRD]
    for known in ([], [entry("converge", "v3")], [FIRST, THIRD], [THIRD]):
        hosts = [host("app1", "v3", "v2", *known), host("app2", "v3", "v2", *full)]
        assert goes(*hosts) == goes(*reversed(hosts)) == "v2"


def test_what_one_host_knows_to_have_failed_no_other_goes_to() -> None:
    away = host("app1", "v2", "v3", FIRST, SECOND, THIRD)
    there = host("app2", "v2", "v3", FIRST, SECOND, THIRD, BACK)
    assert goes(away, there) == goes(there, away) == "v1"


def test_a_host_with_half_a_deploy_decides() -> None:
    story = [FIRST, SECOND, entry("deploy", "v3", "partial")]
    new, old = host("app2", "v3", "v2", *story), host("app1", "v2", "v1", *story)
    way = way_back.choose([old, new], "")
    assert (way.image, way.at_hand) == (image("v2"), False)


def test_one_host_ahead_goes_back_to_the_others() -> None:
    ahead = host("app1", "v3", "v2", FIRST, SECOND, entry("converge", "v3"))
    assert goes(ahead, host("app2", "v2", "v1", FIRST, SECOND)) == "v2"


# Configurations


def test_the_same_image_as_it_was_configured_before() -> None:
    story = [entry("converge", "v1", config="a"), entry("converge", "v1", config="b")]
    way = way_back.choose([host("app1", "v1", "v1", *story, configs=("b", "a"))], "")
    assert way == way_back.Way(image("v1"), at_hand=True, proven=True, leaves=story[-1]["id"])


@pytest.mark.parametrize("resting", [("v1", "failed"), ("v2", "a"), ("", "")])
def test_a_configuration_that_is_in_no_slot_is_not_pretended(resting: tuple[str, str]) -> None:
    story = [entry("converge", "v1", config="a"), entry("converge", "v1", config="b")]
    with pytest.raises(way_back.NoWayBackError, match=r"ansible-playbook echodiary\.infra\.site"):
        way_back.choose([host("app1", "v1", resting[0], *story, configs=("b", resting[1]))], "")


def test_a_good_image_with_a_configuration_that_failed_is_not_at_hand() -> None:
    story = [entry("converge", "v1", config="a"), entry("deploy", "v2", config="a")]
    assert way_back.choose([host("app1", "v2", "v1", *story, configs=("a", "a"))], "").at_hand
    assert not way_back.choose([host("app1", "v2", "v1", *story, configs=("a", "failed"))], "").at_hand


# The schema


@pytest.mark.parametrize(
    ("story", "proven"),
    [
        ([FIRST, SECOND], True),
        ([FIRST, entry("deploy", "v2", migration_to="5", gates=SHOWN, digest_before=image("v1"))], True),
        # records of a version that did not say what ran before
        ([FIRST, entry("deploy", "v2", migration_to="5", gates=SHOWN)], True),
        ([FIRST, entry("deploy", "v2", migration_to="5")], False),
        ([FIRST, entry("deploy", "v3", "taken_back", migration_to="5"), SECOND], False),
        ([FIRST, SECOND, entry("migrate", "", migration_to="5", gates=SHOWN, digest_before=image("v2"))], False),
    ],
)
def test_only_what_was_shown_well_on_the_schema_is_proven(story: list[Entry], proven: bool) -> None:
    way = way_back.choose([host("app1", "v2", "v1", *story)], "")
    assert (way.image, way.proven) == (image("v1"), proven)


def test_two_steps_back_the_schema_is_asked() -> None:
    story = [
        FIRST,
        entry("deploy", "v2", migration_to="5", gates=SHOWN, digest_before=image("v1")),
        entry("deploy", "v3", migration_to="6", gates=SHOWN, digest_before=image("v2")),
    ]
    assert way_back.choose([host("app1", "v3", "v2", *story)], "").proven
    story.append(entry("rollback", "v2", rollback_of=story[-1]["id"], digest_before=image("v3")))
    way = way_back.choose([host("app1", "v2", "v3", *story)], "")
    assert (way.image, way.proven) == (image("v1"), False)


# Whatever happened


@st.composite
def stories(draw: st.DrawFn) -> tuple[way_back.Host, set[str]]:
    """A host as a series of deploys and rollbacks leaves it, and what failed last of all that was tried."""
    story, slots, bad = [entry("converge", "v0")], ["v0", ""], set()
    for _ in range(draw(st.integers(1, 8))):
        kind = draw(st.sampled_from(["deploy", "taken_back", "rollback"]))
        if kind == "rollback":
            good = goodness.standing(story)
            if len(good) < 2:
                continue
            left, to = good[-1], good[-2]
            story.append(entry("rollback", to["release"], rollback_of=left["id"], digest_before=left["digest"]))
            slots, bad = [to["release"], left["release"]], bad | {left["release"]}
            continue
        name = draw(st.sampled_from(["v0", "v1", "v2", "v3"]))
        if name == slots[0]:
            continue
        story.append(entry("deploy", name, "succeeded" if kind == "deploy" else "taken_back", digest_before=image(slots[0])))
        slots = [name, slots[0]] if kind == "deploy" else [slots[0], name]
        if kind == "deploy":
            bad -= {name}
        elif not any(one["release"] == name for one in goodness.standing(story)):
            bad |= {name}
    return host("app1", slots[0], slots[1], *story), bad


@given(stories())
def test_rollbacks_never_go_to_what_failed_and_come_to_an_end(found: tuple[way_back.Host, set[str]]) -> None:
    here, bad = found
    been = [here.running.image]
    for _ in range(12):
        try:
            way = way_back.choose([here], "")
        except way_back.NoWayBackError:
            return
        assert way.image.rpartition(":")[2] not in bad
        assert way.image not in been, "a rollback never returns"
        been.append(way.image)
        done = entry("rollback", way.image.rpartition(":")[2], rollback_of=way.leaves, digest_before=here.running.image)
        here = here._replace(running=way_back.Release(way.image), resting=here.running, entries=[*here.entries, done])
    raise AssertionError(f"no end: {been}")
