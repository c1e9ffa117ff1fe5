# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import sys
from typing import Any

import pytest
from ansible_collections.echodiary.infra.plugins.plugin_utils._gate.http import Http
from ansible_collections.echodiary.infra.plugins.plugin_utils._gate.model import GateError

BODY = '{"checks": {"database": "ok", "redis": "down"}, "workers": 2, "ready": true}'
REACH = {"headers": {}, "timeout": 5.0, "validate_certs": True, "ca_path": None}


def condition(**given: Any) -> Http:
    base = {"name": "ready", "url": "http://127.0.0.1/ready", "method": "GET", "status": [200], "expression": None, "from": "host"}
    return Http.of({**base, **given}, REACH)


def answer(status: int, text: str = "") -> dict[str, Any]:
    return {"status": status, "text": text, "milliseconds": 3}


@pytest.mark.parametrize(
    ("given", "heard", "verdict"),
    [
        ({}, answer(200), "pass"),
        ({"status": [200, 204]}, answer(204), "pass"),
        ({}, answer(503, "not ready"), "fail"),
        ({}, answer(0, "ConnectionRefusedError"), "fail"),
        ({"expression": "checks.database == 'ok'"}, answer(200, BODY), "pass"),
        ({"expression": "ready"}, answer(200, BODY), "pass"),
        ({"expression": "workers >= `2` && ready"}, answer(200, BODY), "pass"),
        ({"expression": "checks.redis == 'ok'"}, answer(200, BODY), "fail"),
        ({"expression": "length(values(checks)[?@ != 'ok']) == `0`"}, answer(200, BODY), "fail"),
        ({"expression": "checks.database"}, answer(200, BODY), "fail"),
        ({"expression": "absent"}, answer(200, BODY), "fail"),
        ({"expression": "absent.deep == 'ok'"}, answer(200, "[]"), "fail"),
        ({"expression": "length(workers) == `1`"}, answer(200, BODY), "fail"),
        ({"expression": "ready"}, answer(200, "<html>"), "fail"),
        ({"expression": "ready"}, answer(503, BODY), "fail"),
    ],
)
def test_judge(given: dict[str, Any], heard: dict[str, Any], verdict: str) -> None:
    assert condition(**given).judge([heard]).verdict == verdict


def test_a_value_that_is_not_true_is_explained() -> None:
    why = condition(expression="checks.database").judge([answer(200, BODY)]).why
    assert '"ok"' in why
    assert "true or false" in why


def test_an_expression_that_is_none_is_told_before_anything_is_asked() -> None:
    with pytest.raises(GateError, match="no JMESPath"):
        condition(expression="checks..database ==")


def test_without_the_library_people_are_told_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "jmespath", None)
    assert condition().judge([answer(200)]).verdict == "pass"
    with pytest.raises(GateError, match="pip install jmespath"):
        condition(expression="ready")


def test_the_name_is_the_url_where_none_is_given() -> None:
    assert condition(name=None).name == "http://127.0.0.1/ready"


def test_long_answers_are_cut_in_messages() -> None:
    assert len(condition().judge([answer(500, "x" * 100_000)]).why) < 400
