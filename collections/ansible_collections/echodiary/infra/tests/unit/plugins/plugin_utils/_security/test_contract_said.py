# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from ansible_collections.echodiary.infra.plugins.plugin_utils._security import contract

SAID = Path(__file__).parent / "said"


def said(name: str) -> Any:
    return json.loads((SAID / f"schemathesis-{name}.json").read_text())


def test_a_500_ends_a_run_and_the_rest_is_told() -> None:
    found = contract.findings(said("reads"), "app1")
    assert found.why == ""
    assert {one["id"]: one["severity"] for one in found.findings} == {
        "contract:ServerError:GET /entries": "high",
        "contract:RejectedPositiveData:GET /teapot": "low",
        "contract:UndefinedStatusCode:GET /entries": "low",
        "contract:UndefinedStatusCode:GET /teapot": "low",
    }


def test_a_service_that_is_away_was_not_checked() -> None:
    found = contract.findings(said("away"), "app1")
    assert (found.findings, found.why) == ([], "0 of 2 operations were tried: Network Error (2)")


def test_a_document_of_nothing_was_not_checked() -> None:
    assert contract.findings({"seed": 1, "operations": {"selected": 0, "tested": 0}, "failures": [], "errors": []}, "app1").why


def test_reading_leaves_out_the_phase_that_writes() -> None:
    assert "coverage" not in " ".join(contract.READS)
