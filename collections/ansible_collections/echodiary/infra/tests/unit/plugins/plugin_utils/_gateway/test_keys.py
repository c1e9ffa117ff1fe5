# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import hashlib
from typing import Any

import pytest
from ansible_collections.echodiary.infra.plugins.plugin_utils._common.errors import SpecError
from ansible_collections.echodiary.infra.plugins.plugin_utils._gateway import keys
from ansible_collections.echodiary.infra.plugins.plugin_utils._gateway.shapes import Limits

LIMITS: Limits = {"requests": 60, "concurrency": 8, "tokens_per_day": 1000}
ONE, TWO = "1" * 64, "2" * 64


def test_lines_have_what_a_key_may_take() -> None:
    given = {"shop": {"sha256": TWO, "requests": 5, "tokens_per_day": 0}, "app": {"sha256": ONE, "made": "2027-01-31"}}
    assert keys.lines(given, LIMITS) == [f"{ONE} app|60|8|1000", f"{TWO} shop|5|8|0"]
    assert keys.lines({}, LIMITS) == []


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"app": {"sha256": "sk-gw-secret"}}, "64 digits"),
        ({"app": {"sha256": ONE.replace("1", "A")}}, "64 digits"),
        ({"app": {"key": "sk-gw-secret"}}, "sha256 has to be there"),
        ({"app": {"sha256": ONE, "key": "sk-gw-secret"}}, "it may have"),
        ({"app": "sk-gw-secret"}, "has to be a mapping"),
        ({"app": {"sha256": ONE, "requests": 0}}, "requests has to be from 1"),
        ({"app": {"sha256": ONE, "tokens_per_day": -1}}, "tokens_per_day has to be from 0"),
        ({"a b": {"sha256": ONE}}, "no name of a key"),
        ({"a|b": {"sha256": ONE}}, "no name of a key"),
        ({"app": {"sha256": ONE}, "shop": {"sha256": ONE}}, "app and shop are the same key"),
    ],
)
def test_what_is_no_key_is_refused_and_not_repeated(given: dict[str, Any], said: str) -> None:
    with pytest.raises(SpecError, match=said) as caught:
        keys.lines(given, LIMITS)
    assert "secret" not in str(caught.value)


def test_limits_of_all_are_judged_too() -> None:
    with pytest.raises(SpecError, match="role ai_gateway: concurrency has to be from 1"):
        keys.lines({}, {**LIMITS, "concurrency": 0})


def test_a_key_that_is_made_is_known_by_its_digest_and_of_one_size() -> None:
    made = [keys.made() for _ in range(20)]
    assert all(one.digest == hashlib.sha256(one.key.encode()).hexdigest() for one in made)
    assert len({one.key for one in made}) == 20
    assert {(len(one.key), len(one.digest)) for one in made} == {(len(keys.PREFIX) + 64, 64)}


def test_one_of_a_name_that_is_there_is_refused_and_so_is_one_that_is_not_there_to_revoke() -> None:
    known = keys.with_key({}, "app", {"sha256": ONE})
    assert keys.with_key(known, "shop", {"sha256": TWO}) == {"app": {"sha256": ONE}, "shop": {"sha256": TWO}}
    with pytest.raises(SpecError, match="app is there already"):
        keys.with_key(known, "app", {"sha256": TWO})
    with pytest.raises(SpecError, match=r"no key 'shop'.*there is: app"):
        keys.without(known, "shop")
    assert keys.without(known, "app") == {}


def test_people_are_shown_no_digest_as_a_whole() -> None:
    (line,) = keys.listed({"app": {"sha256": ONE, "made": "2027-01-31", "requests": 5}}, LIMITS)
    assert line == "app: made 2027-01-31, requests 5, concurrency 8, tokens_per_day 1000, sha256 111111111111…"
