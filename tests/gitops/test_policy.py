# SPDX-License-Identifier: GPL-3.0-or-later
"""Policies: what is malformed is refused with its place, windows keep Argo CD's rules, ignore rules end."""

from __future__ import annotations

import contextlib
import datetime
import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from ansible_collections.echodiary.infra.plugins.plugin_utils._drift import markdown, table, words
from hypothesis import given
from hypothesis import strategies as st

from gitops import apply_policy, clock, schema, windows
from gitops.errors import GitopsError
from gitops.policy import Window, load, parse
from tests.gitops import builders as build
from tests.gitops.builders import NOON

ENVIRONMENTS = sorted((Path(__file__).parents[2] / "gitops/environments").glob("*.yml"))


@pytest.mark.parametrize(
    ("data", "said"),
    [
        ({"windows": [{"kind": "deny", "schedule": "0 25 * * *", "duration": "1h"}]}, "windows[0].schedule: '0 25 * * *' is no cron"),
        ({"windows": [{"kind": "deny", "schedule": "0 1 * * *", "duration": "soon"}]}, "windows[0].duration: 'soon' is no span"),
        ({"windows": [{"kind": "deny", "schedule": "0 1 * * *", "duration": "1h", "timezone": "Mars"}]}, "windows[0].timezone: 'Mars'"),
        (
            {"windows": [{"kind": "maybe", "schedule": "0 1 * * *", "duration": "1h"}]},
            "windows[0].kind: 'maybe' is refused: input should be 'allow' or",
        ),
        ({"ignore": [{"resource": "file:/x", "until": "2026-12-01"}]}, "ignore[0].reason: is missing; docs/drift.md says"),
        ({"ignore": [{"resource": "file:/x", "reason": "because"}]}, "ignore[0].until: is missing"),
        ({"ignore": [{"resource": "file:/x", "reason": "because", "until": "never"}]}, "ignore[0].until: 'never' is no date"),
        ({"ignore": [{"resource": "/x", "reason": "because", "until": "2026-12-01"}]}, "ignore[0].resource:"),
        ({"modes": {"default": "yolo"}}, "modes.default: 'yolo' is refused: input should be 'detect', 'warn' or 'heal'"),
        ({"intervall": 5}, "intervall: is not known; docs/drift.md says what may stand there"),
        ({"interval": True}, "interval: True is refused: input should be a valid number"),
        ({"interval": "5"}, "interval: '5' is refused"),
        ({"deadline": 0}, "deadline: 0 is refused: input should be greater than 0"),
        ({"waves": [[]]}, "waves[0]: must not be empty"),
        ({"waves": ["app"]}, "waves[0]: 'app' is refused: has to be a list"),
        ({"notify": [{}]}, "notify[0]: needs either url or url_file; name one of them"),
        ({"notify": [{"url": "https://x", "url_file": "/x"}]}, "notify[0]: needs either url or url_file"),
        ({"branch": 5, "remote": 5}, "branch: 5 is refused: has to be text; docs/drift.md says what may stand there (and 1 more)"),
        ([], "all of it: has to be a mapping"),
    ],
)
def test_what_is_malformed_is_refused_with_its_place(data: Any, said: str, tmp_path: Path) -> None:
    path = tmp_path / "policy.yml"
    path.write_text(json.dumps(data))
    if data == []:
        path.write_text("[1]")
    with pytest.raises(GitopsError) as caught:
        load(path)
    assert str(path) in str(caught.value)
    assert said in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("notify", [[{"url": "https://hooks.example/T0/s3cret", "url_file": "/x"}], ["https://hooks.example/T0/s3cret"]])
def test_an_address_that_may_be_a_secret_is_not_told(notify: Any) -> None:
    with pytest.raises(ValueError, match=r"^notify\[0\]: ") as caught:
        parse({"notify": notify})
    assert "s3cret" not in str(caught.value)


@pytest.mark.parametrize(
    ("data", "good"),
    [
        ({}, True),
        ({"windows": [{"kind": "deny", "schedule": "0 1 * * *", "duration": "1h", "hosts": ["app*"]}], "interval": 5}, True),
        ({"notify": [{"url_file": "/x"}], "ignore": [{"resource": "file:/x", "reason": "because", "until": "2026-12-01"}]}, True),
        ({"notify": [{"url_file": "/x", "url": "http://x"}]}, False),
        ({"modes": {"components": {"web": "yolo"}}}, False),
        ({"intervall": 5}, False),
        ({"jitter": -1}, False),
        ({"waves": [[]]}, False),
    ],
)
def test_an_editor_that_has_the_schema_says_the_same(data: Any, good: bool) -> None:
    assert jsonschema.Draft202012Validator(json.loads(schema.FILE.read_text())).is_valid(data) is good
    with contextlib.nullcontext() if good else pytest.raises(ValueError, match=": "):
        parse(data)


def test_a_file_that_is_not_yaml(tmp_path: Path) -> None:
    path = tmp_path / "policy.yml"
    path.write_text("a: [")
    with pytest.raises(GitopsError, match="cannot be read"):
        load(path)


@pytest.mark.parametrize("path", ENVIRONMENTS, ids=lambda path: path.stem)
def test_the_environments_of_this_repository_can_be_read(path: Path) -> None:
    assert load(path).modes.default in ("detect", "warn", "heal")


def test_without_a_file_nothing_is_healed(tmp_path: Path) -> None:
    assert load(tmp_path / "none.yml").mode("anything") == "warn"


def window(kind: str = "deny", schedule: str = "0 22 * * *", duration: str = "4h", **given: Any) -> Window:
    return parse({"windows": [{"kind": kind, "schedule": schedule, "duration": duration, **given}]}).windows[0]


def at(text: str) -> float:
    return datetime.datetime.fromisoformat(text).timestamp()


@pytest.mark.parametrize(
    ("time", "shut"),
    [
        ("2026-11-21T21:59:59+00:00", False),
        ("2026-11-21T22:00:00+00:00", True),
        ("2026-11-22T01:59:59+00:00", True),
        ("2026-11-22T02:00:00+00:00", False),
    ],
)
def test_a_window_holds_its_start_and_not_its_end(time: str, shut: bool) -> None:
    assert bool(windows.closed([window()], "app1", "web", at(time))) is shut


def test_a_window_is_of_its_timezone_and_knows_summer() -> None:
    berlin = window(timezone="Europe/Berlin")
    assert windows.open_until(berlin, at("2026-11-21T21:30:00+00:00")) == at("2026-11-22T01:00:00+00:00")
    assert windows.open_until(berlin, at("2026-07-21T20:30:00+00:00")) == at("2026-07-22T00:00:00+00:00")


def test_deny_wins_and_an_allow_has_to_be_open() -> None:
    night, always = window("allow", "0 22 * * *", "4h"), window("allow", "* * * * *", "1h")
    noon, late = at("2026-11-21T12:00:00+00:00"), at("2026-11-21T23:00:00+00:00")
    assert "the next one opens 2026-11-21T22:00:00Z" in windows.closed([night], "a", "b", noon)
    assert windows.closed([night], "a", "b", late) == ""
    assert windows.closed([night, always], "a", "b", noon) == ""
    assert "denied" in windows.closed([always, window("deny", "0 12 * * *", "1h")], "a", "b", noon)


def test_a_window_only_covers_its_scope() -> None:
    scoped = window("deny", "* * * * *", "1h", hosts=["app*"], components=["web"])
    assert windows.closed([scoped], "app1", "web", NOON)
    assert not windows.closed([scoped], "mon1", "web", NOON)
    assert not windows.closed([scoped], "app1", "other", NOON)


@given(st.integers(0, 366 * 86400), st.sampled_from(["UTC", "Asia/Seoul", "Europe/Berlin", "America/New_York"]), st.integers(1, 100))
def test_an_open_window_began_and_ends_within_its_length(offset: int, zone: str, hours: int) -> None:
    now = at("2026-01-01T00:00:00+00:00") + offset
    one = window(duration=f"{hours}h", timezone=zone)
    end = windows.open_until(one, now)
    if end is None:
        assert windows.next_start(one, now) > now
    else:
        assert now < end <= now + hours * 3600


RULE = {"resource": "file:/etc/x", "reason": "an experiment", "until": "2026-12-01"}
DRIFT = build.report(build.host("app1", build.component("web", build.resource("file:/etc/x"))))


def test_what_is_ignored_does_not_count_and_says_why() -> None:
    found = build.judged(DRIFT, build.policy(ignore=[RULE]))
    assert (found.sync, found.differing()) == ("Synced", [])
    assert next(found.resources())[2].ignored == {"reason": "an experiment", "until": "2026-12-01T00:00:00Z"}


def test_a_rule_that_ended_does_nothing_and_is_said() -> None:
    found = build.judged(DRIFT, build.policy(ignore=[{**RULE, "until": "2026-11-01"}]))
    assert found.sync == "OutOfSync"
    assert "ended at 2026-11-01T00:00:00Z: renew it or remove it" in found.notes[0]


@pytest.mark.parametrize(
    ("rule", "sync"),
    [
        ({"hosts": ["app2"]}, "OutOfSync"),
        ({"components": ["w*"]}, "Synced"),
        ({"fields": ["mode"]}, "Synced"),
        ({"fields": ["owner"]}, "OutOfSync"),
        ({"resource": "file:/etc/*"}, "Synced"),
    ],
)
def test_rules_have_a_scope(rule: dict[str, Any], sync: str) -> None:
    assert build.judged(DRIFT, build.policy(ignore=[{**RULE, **rule}])).sync == sync


def test_a_component_that_failed_stays_what_it_is_whatever_is_ignored() -> None:
    failed = build.component("web", build.resource("file:/etc/x"), status="failed", health="Unknown")
    assert build.judged(build.report(build.host("app1", failed)), build.policy(ignore=[RULE])).sync == "OutOfSync"


def test_what_cannot_be_put_right_is_not_left() -> None:
    assert apply_policy.is_left(build.component("web", build.resource()))
    for action in apply_policy.LOOKED_AT_ONLY:
        assert not apply_policy.is_left(build.component("web", build.resource(action=action)))


@pytest.mark.parametrize(("given_", "seconds"), [("90s", 90), ("15min", 900), ("2h", 7200), ("1d", 86400), ("1h 30min", 5400)])
def test_spans(given_: str, seconds: float) -> None:
    assert clock.seconds(given_) == seconds


@pytest.mark.parametrize("bad", ["", "2", "h", "2 fortnights", "-1h"])
def test_what_is_no_span(bad: str) -> None:
    with pytest.raises(ValueError, match="no span"):
        clock.seconds(bad)


def test_a_pause_is_shown_with_who_said_it_and_until_when() -> None:
    quiet = build.report(build.host("app1", build.component("web")))
    report = build.judged(quiet, build.policy(), (build.pause(),))
    told = "paused by ann until 2026-11-21T13:00:00Z: being looked at"
    assert [words.state(one) for _, one in report.components()] == [told]
    assert all(told in text for text in ("\n".join(table.lines(report)), markdown.text(report)))
