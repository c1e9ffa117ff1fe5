# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

from ansible_collections.echodiary.infra.plugins.plugin_utils._security import internal
from ansible_collections.echodiary.infra.plugins.plugin_utils._security.asks import Reply

METRICS = '# HELP http_requests_total Requests.\nhttp_requests_total{path="/entries"} 7\nprocess_open_fds 9\n'
PUBLIC = ['{"status": "ok"}', '{"detail": "Not Found"}']
KNOWN = internal.signs(METRICS, PUBLIC)


def found(body: str, status: int = 200) -> list[str]:
    said = internal.findings("/metrics", KNOWN, [("/%6detrics", Reply(status, (), body))], "app1")
    return [one["id"] for one in said]


def test_the_inside_is_known_again_though_its_numbers_moved() -> None:
    assert found(METRICS.replace("7", "8").replace("9", "11")) == ["internal:/metrics"]


def test_a_status_makes_no_difference() -> None:
    assert found(METRICS, 404) == ["internal:/metrics"]
    assert found("not found", 200) == []


def test_a_page_for_everybody_is_not_the_inside() -> None:
    ready = internal.signs('{"status": "ready", "checks": {"database": "ok", "cache": "ok"}}', PUBLIC)
    assert ready == {"ready", "checks", "database", "cache"}
    assert not internal.is_inside(Reply(200, (), '{"status": "ok"}'), ready)


def test_what_has_no_words_of_its_own_is_not_known_again() -> None:
    assert not internal.is_inside(Reply(200, (), '{"status": "ok"}'), internal.signs('{"status": "ok"}', PUBLIC))


def test_many_spellings_are_one_finding() -> None:
    (one,) = internal.findings("/metrics", KNOWN, [(spelled, Reply(200, (), METRICS)) for spelled in internal.spelled("/metrics")], "app1")
    assert one["text"] == "what is for the inside comes back to everybody who asks for /metrics, and in 16 other spellings"


def test_spellings_are_those_of_the_path() -> None:
    told = internal.spelled("/openapi.json")
    assert len(set(told)) == len(told) == 17
    assert {"/OPENAPI.JSON", "/%6fpenapi.json", "/%256fpenapi.json", "/x/%2e%2e/openapi.json"} <= set(told)
