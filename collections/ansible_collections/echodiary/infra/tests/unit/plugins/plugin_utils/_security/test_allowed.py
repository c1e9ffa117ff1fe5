# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.echodiary.infra.plugins.plugin_utils._common.errors import SpecError
from ansible_collections.echodiary.infra.plugins.plugin_utils._security import allowed
from ansible_collections.echodiary.infra.plugins.plugin_utils._security.shapes import Allowed, Finding

NOW = "2026-12-01T00:00:00Z"
LOOKED = frozenset({("tls", "app1"), ("ports", "app1")})


def finding(name: str = "tls:none", host: str = "app1") -> Finding:
    return {"id": name, "host": host, "severity": "high", "text": "", "mend": ""}


def entry(name: str = "tls:none", host: str = "*", **more: Any) -> Allowed:
    given: Any = {"finding": name, "host": host, "reason": "why", "until": "2026-12-31", **more}
    return given  # type: ignore[no-any-return]


def test_what_is_let_be_does_not_count_and_what_is_not_does() -> None:
    judged = allowed.judge([finding(), finding("tls:TLS1"), finding(host="app2")], [entry(host="app1")], LOOKED, NOW)
    assert [(one["id"], one["host"]) for one in judged.counted] == [("tls:TLS1", "app1"), ("tls:none", "app2")]
    assert judged.allowed == [finding()]


def test_patterns_are_of_ids_and_of_hosts() -> None:
    judged = allowed.judge([finding("ports:open:9100/tcp"), finding("ports:closed:80/tcp")], [entry("ports:open:*", "app*")], LOOKED, NOW)
    assert [one["id"] for one in judged.counted] == ["ports:closed:80/tcp"]


def test_the_last_day_counts_and_the_next_one_is_a_finding_itself() -> None:
    last = entry(until="2026-12-01")
    assert allowed.judge([finding()], [last], LOOKED, "2026-12-01T23:59:59Z").counted == []
    after = allowed.judge([finding()], [last], LOOKED, "2026-12-02T00:00:00Z").counted
    assert [one["id"] for one in after] == ["tls:none", "allowed:tls:none"]


def test_one_that_is_over_is_found_though_it_was_about_nothing() -> None:
    judged = allowed.judge([], [entry(until="2026-11-01")], LOOKED, NOW)
    assert [one["id"] for one in judged.counted] == ["allowed:tls:none"]
    assert judged.unmatched == []


def test_an_entry_about_nothing_is_named_where_somebody_looked() -> None:
    entries = [entry("tls:TLS1"), entry("host:AUTH-9283"), entry("ports:open:1/tcp", "app2")]
    assert allowed.judge([], entries, LOOKED, NOW).unmatched == [entries[0]]


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"finding": "*"}, "has to begin with the name of a check"),
        ({"finding": "tls"}, "has to begin with the name of a check"),
        ({"reason": " "}, "it has no reason"),
        ({"until": "soon"}, "'soon' is no day"),
        ({"until": "2027-02-30"}, "is no day"),
        ({"until": "2027-02-01T00:00:00Z"}, "is no day"),
    ],
)
def test_what_would_let_be_more_than_meant_is_refused(wrong: Any, said: str) -> None:
    given: Any = {**entry(), **wrong}
    with pytest.raises(SpecError, match=said):
        allowed.check([given])
