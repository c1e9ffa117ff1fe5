# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.echodiary.infra.plugins.plugin_utils._common.errors import SpecError
from ansible_collections.echodiary.infra.plugins.plugin_utils._database import budget_options as options_of


def arguments(**given: Any) -> dict[str, Any]:
    defaults = {name: spec.get("default") for name, spec in options_of.ARGUMENTS.items()}
    return {**defaults, "image": "app:1", "hosts": 2, "workers": 2, "pool_size": 5, "pool_overflow": 5, **given}


@pytest.mark.parametrize(
    "given", [{"hosts": 0}, {"workers": 0}, {"pool_size": 0}, {"pool_overflow": -1}, {"overlap_hosts": 3}, {"overlap_hosts": -1}]
)
def test_numbers_that_cannot_be_meant_are_refused(given: dict[str, Any]) -> None:
    with pytest.raises(SpecError, match=next(iter(given))):
        options_of.demand(arguments(**given))


def test_all_hosts_overlap_unless_something_else_is_said() -> None:
    assert options_of.demand(arguments()).total == 2 * options_of.demand(arguments(overlap_hosts=0)).total


@pytest.mark.parametrize(
    "error",
    [
        {"kind": "environment", "text": "OperationalError: FATAL: sorry, too many clients already", "sqlstate": ""},
        {"kind": "environment", "text": "OperationalError: connection failed", "sqlstate": "53300"},
    ],
)
def test_a_server_without_a_connection_left_is_the_answer_and_no_accident(error: dict[str, Any]) -> None:
    given = arguments()
    result = options_of.result(given, options_of.demand(given), {"answers": [{"error": error}]})
    assert result["failed"] and result["msg"].startswith("not one connection is left")
