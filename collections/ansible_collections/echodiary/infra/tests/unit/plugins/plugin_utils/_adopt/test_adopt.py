# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import pytest
import yaml
from ansible._internal._datatag._tags import TrustedAsTemplate
from ansible_collections.echodiary.infra.plugins.plugin_utils._adopt import plan, written

FOUND = {"app1": ["stranger:/etc/a", "stranger:/etc/both"], "app2": ["stranger:/etc/both"]}


def test_what_all_hosts_have_names_none() -> None:
    assert plan.entries(FOUND, "image") == [
        {"reason": "image", "resources": ["stranger:/etc/both"]},
        {"reason": "image", "resources": ["stranger:/etc/a"], "hosts": ["app1"]},
    ]


def test_where_hosts_were_left_out_each_is_named() -> None:
    assert plan.entries({"app1": ["x:y"]}, "why", everywhere=False)[0]["hosts"] == ["app1"]


def test_an_end_is_written_where_there_is_one() -> None:
    assert plan.entries({"app1": ["x:y"]}, "why", "2027-01-31") == [{"reason": "why", "resources": ["x:y"], "until": "2027-01-31"}]


def test_nothing_found_adds_nothing() -> None:
    assert plan.entries({"app1": []}, "why") == []


def test_a_new_file_says_what_it_is() -> None:
    text = written.text("", plan.entries(FOUND, "image"))
    assert text.startswith("---\n# ")
    assert len(yaml.safe_load(text)["baseline_allowed"]) == 2


def test_peoples_words_and_variables_stay() -> None:
    before = "---\nother: 1\nbaseline_allowed:\n  # ours since spring\n  - reason: old\n    resources: ['a:b']\n\n# the end\nlast: 2\n"
    text = written.text(before, plan.entries({"app1": ["c:d"]}, "new: 'quoted'"))
    assert "# ours since spring" in text and "# the end" in text
    found = yaml.safe_load(text)
    assert [entry["reason"] for entry in found["baseline_allowed"]] == ["old", "new: 'quoted'"]
    assert (found["other"], found["last"]) == (1, 2)


@pytest.mark.parametrize("empty", ["baseline_allowed: []\n", "baseline_allowed: [{reason: old, resources: ['a:b']}]\n"])
def test_a_list_on_one_line(empty: str) -> None:
    found = yaml.safe_load(written.text(empty, plan.entries({"app1": ["c:d"]}, "new")))["baseline_allowed"]
    assert found[-1]["reason"] == "new"


def test_what_is_no_list_is_refused() -> None:
    with pytest.raises(ValueError, match="no list"):
        written.text("baseline_allowed: x\n", plan.entries({"app1": ["c:d"]}, "new"))


def test_adding_twice_keeps_both() -> None:
    once = written.text("", plan.entries({"app1": ["a:b"]}, "one"))
    twice = written.text(once, plan.entries({"app1": ["c:d"]}, "two"))
    assert [entry["reason"] for entry in yaml.safe_load(twice)["baseline_allowed"]] == ["one", "two"]


def test_words_that_ansible_has_marked_are_words() -> None:
    """What comes out of a template is a kind of text of its own."""
    marked = TrustedAsTemplate().tag("why")
    added = plan.entries({TrustedAsTemplate().tag("app1"): [TrustedAsTemplate().tag("a:b")], "app2": []}, marked, marked)
    for before in ("", "baseline_allowed:\n  - reason: old\n    resources: ['c:d']\n"):
        entry = yaml.safe_load(written.text(before, added))["baseline_allowed"][-1]
        assert entry == {"reason": "why", "resources": ["a:b"], "hosts": ["app1"], "until": "why"}
