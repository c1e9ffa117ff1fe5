# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

from typing import Any

import pytest
from ansible.module_utils.common.arg_spec import ArgumentSpecValidator
from ansible_collections.echodiary.infra.plugins.plugin_utils._gate import options
from ansible_collections.echodiary.infra.plugins.plugin_utils._gate.model import GateError

HTTP = {"url": "http://127.0.0.1/ready"}
PROMQL = {"name": "errors", "url": "http://127.0.0.1:9090", "query": "q", "expect": "< 1"}


def parse(**given: Any) -> dict[str, Any]:
    """As Ansible fills in what was not given."""
    result = ArgumentSpecValidator(options.SPEC, required_one_of=options.REQUIRED_ONE_OF).validate(given)
    assert result.error_messages == []
    return dict(result.validated_parameters)


def test_defaults_are_those_of_the_design() -> None:
    found = options.settings(parse(http=[HTTP]))
    assert (found.passes, found.interval, found.timeout, found.deadline) == (3, 1.0, 5.0, 60.0)


def test_conditions_keep_their_order_and_where_they_are_asked_from() -> None:
    found = options.conditions(parse(http=[HTTP, {**HTTP, "name": "edge", "from": "controller"}], promql=[PROMQL]))
    assert [(one.name, one.origin) for one in found] == [(HTTP["url"], "host"), ("edge", "controller"), ("errors", "host")]


@pytest.mark.parametrize(
    ("given", "about"),
    [
        ({"passes": 0}, "passes"),
        ({"interval": 0.0}, "interval"),
        ({"timeout": 0}, "timeout"),
        ({"deadline": 0}, "deadline"),
        ({"passes": 61, "deadline": 60}, "never open"),
        ({"hold": 60, "deadline": 60}, "never open"),
        ({"logs": ["haproxy"]}, "unit:<name>"),
        ({"logs": ["unit:"]}, "unit:<name>"),
        ({"log_lines": 0}, "log_lines"),
    ],
)
def test_what_contradicts_itself_is_refused(given: dict[str, Any], about: str) -> None:
    with pytest.raises(GateError, match=about):
        options.settings(parse(http=[HTTP], **given))


@pytest.mark.parametrize(
    ("given", "about"),
    [
        ({"http": []}, "no condition"),
        ({"http": [HTTP, HTTP]}, "named"),
        ({"http": [{"url": "ftp://a/"}]}, "is not http"),
        ({"http": [{"url": "http://a:99999/"}]}, "is not http"),
        ({"http": [{"url": "127.0.0.1/ready"}]}, "is not http"),
        ({"promql": [{**PROMQL, "on_empty": "pass"}]}, "sample_query"),
        ({"promql": [{**PROMQL, "lookback": 0}]}, "lookback"),
    ],
)
def test_conditions_that_cannot_be(given: dict[str, Any], about: str) -> None:
    with pytest.raises(GateError, match=about):
        options.conditions(parse(**given))


def test_credentials_in_a_url_are_refused_without_repeating_them() -> None:
    with pytest.raises(GateError) as caught:
        options.conditions(parse(http=[{"url": "http://ann:hunter22@a/"}]))
    assert "hunter22" not in str(caught.value)


def test_samples_need_both_a_query_and_a_minimum() -> None:
    result = ArgumentSpecValidator(options.SPEC).validate({"promql": [{**PROMQL, "min_samples": 5}]})
    assert result.error_messages
