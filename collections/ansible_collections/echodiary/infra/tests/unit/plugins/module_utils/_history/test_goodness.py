# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import itertools
from typing import Any

import pytest
from ansible_collections.echodiary.infra.plugins.module_utils._history import goodness

COUNTER = itertools.count()


def entry(kind: str, digest: str, outcome: str = "succeeded", **more: Any) -> dict[str, Any]:
    return {"id": f"id{next(COUNTER)}", "kind": kind, "digest": digest, "outcome": outcome, **more}


@pytest.mark.parametrize(
    ("story", "current", "previous"),
    [
        ([], None, None),
        ([entry("deploy", "A")], "A", None),
        ([entry("deploy", "A"), entry("deploy", "B")], "B", "A"),
        ([entry("deploy", "A"), entry("deploy", "B"), entry("deploy", "B")], "B", "A"),
        ([entry("deploy", "A"), entry("deploy", "B", "taken_back")], "A", None),
        ([entry("deploy", "A"), entry("deploy", "B", "failed"), entry("deploy", "C", "partial")], "A", None),
        ([entry("deploy", "A"), entry("deploy", "B"), entry("rollback", "A", rollback_of="B")], "A", None),
        ([entry("deploy", "A"), entry("deploy", "B"), entry("rollback", "A", "failed", rollback_of="B")], "B", "A"),
        ([entry("deploy", "A"), entry("deploy", "B"), entry("rollback", "A", rollback_of="B"), entry("deploy", "C")], "C", "A"),
        ([entry("deploy", "A"), entry("deploy", "B"), entry("rollback", "A", rollback_of="B"), entry("deploy", "B")], "B", "A"),
        ([entry("deploy", "A"), entry("restart", "A"), entry("migrate", "")], "A", None),
        ([{"id": "x"}, entry("deploy", "A")], "A", None),
    ],
)
def test_which_is_good(story: list[dict[str, Any]], current: str | None, previous: str | None) -> None:
    found = goodness.good(story)
    assert [one and one["digest"] for one in found] == [current, previous]


def test_the_same_image_with_another_configuration_is_another_release() -> None:
    first, second = entry("deploy", "A", config="1"), entry("deploy", "A", config="2")
    assert goodness.good([first, second]) == (second, first)
    back = entry("rollback", "A", config="1", rollback_of=second["id"])
    assert goodness.good([first, second, back]) == (back, None)


def test_chosen_newest_first_filtered_and_bounded() -> None:
    story = [entry("deploy", "A"), entry("deploy", "B", "failed"), entry("deploy", "C")]
    assert [one["digest"] for one in goodness.chosen(story, [], 2)] == ["C", "B"]
    assert [one["digest"] for one in goodness.chosen(story, ["failed", "refused"], 9)] == ["B"]


@pytest.mark.parametrize(
    ("story", "good"),
    [
        # on a host where the release came by converge, the entry goes by another id than on the one that the rollback named it by
        (
            [entry("converge", "A"), entry("converge", "B"), entry("rollback", "A", rollback_of="elsewhere", digest_before="B")],
            ["A"],
        ),
        # by name to something newer: what is left stays good
        (
            [entry("deploy", "A"), entry("deploy", "B"), entry("rollback", "A", rollback_of="B"), entry("rollback", "B", rollback_of="A")],
            ["A", "B"],
        ),
        # by name to something that the history does not know: what is left was left
        ([entry("deploy", "A"), entry("deploy", "B"), entry("rollback", "Z", rollback_of="B")], ["A", "Z"]),
        # a configuration that is not known is no other release
        ([entry("deploy", "A", config="1"), entry("deploy", "A")], ["A"]),
        # spelt with and without its repository
        ([entry("deploy", "r/a@sha256:1"), entry("deploy", "B"), entry("rollback", "sha256:1", rollback_of="B")], ["sha256:1"]),
    ],
)
def test_which_stand(story: list[dict[str, Any]], good: list[str]) -> None:
    assert [one["digest"] for one in goodness.standing(story)] == good
