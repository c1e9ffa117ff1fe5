# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from ansible_collections.echodiary.infra.plugins.action import account_prices
from ansible_collections.echodiary.infra.plugins.modules import account_prices as documented
from ansible_collections.echodiary.infra.tests.unit.plugins.action.rig import Rig

LIST = """\
"FormatVersion","v1.0"
"Disclaimer","-"
"Publication Date","2026-11-20T10:11:12Z"
"Version","20261120101112"
"OfferCode","AWSSecretsManager"
"SKU","TermType","Unit","PricePerUnit","Currency","usageType"
"A","OnDemand","Secrets","0.4500000000","USD","APN2-Secrets"
"""


@pytest.fixture
def prices(tmp_path: Path) -> Path:
    line = {
        "usd": "0.40",
        "unit": "month",
        "source": "s",
        "date": "2025-01-01",
        "offer": "AWSSecretsManager",
        "match": {"usageType": "APN2-Secrets"},
    }
    path = tmp_path / "mine.json"
    path.write_text(json.dumps({"format": 1, "region": "ap-northeast-2", "currency": "USD", "prices": {"secret": line}}))
    (tmp_path / "AWSSecretsManager.csv").write_text(LIST)
    return path


def run(prices: Path, **given: Any) -> dict[str, Any]:
    return Rig(account_prices).run(region="ap-northeast-2", prices=str(prices), source=str(prices.parent), **given)


def test_a_price_is_read_anew_once(prices: Path) -> None:
    assert run(prices, check=True)["changed"] and json.loads(prices.read_text())["prices"]["secret"]["usd"] == "0.40"
    found = run(prices)
    assert found["changed"] and found["told"] == ["secret: 0.40 -> 0.45 USD"]
    written = json.loads(prices.read_text())["prices"]["secret"]
    assert (written["usd"], written["date"], written["source"]) == ("0.45", "2026-11-20", "AWS's public price list, AWSSecretsManager")
    assert not run(prices)["changed"]


def test_what_cannot_be_fetched_changes_nothing(prices: Path) -> None:
    (prices.parent / "AWSSecretsManager.csv").unlink()
    found = run(prices)
    assert not found["changed"] and "cannot be read" in found["told"][0]


def test_the_documentation_says_the_same_as_the_arguments() -> None:
    assert list(yaml.safe_load(documented.DOCUMENTATION)["options"]) == list(account_prices.ActionModule.ARGUMENTS)
