# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import copy
import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.echodiary.infra.plugins.plugin_utils._common.errors import SpecError
from ansible_collections.echodiary.infra.plugins.plugin_utils._prices import file

REGION = "ap-northeast-2"


def document() -> Any:
    line = {
        "usd": "0.0208",
        "unit": "hour",
        "source": "s",
        "date": "2026-10-02",
        "offer": "AmazonEC2",
        "match": {"Instance Type": "t4g.small"},
    }
    return {"format": 1, "region": REGION, "currency": "USD", "prices": {"instance t4g.small": line}}


@pytest.mark.parametrize("path", sorted(file.DATA.glob("*.json")), ids=lambda path: path.stem)
def test_every_line_that_is_shipped_says_whose_word_it_is_and_of_when(path: Path) -> None:
    prices = file.load(path.stem)
    assert prices.lines
    for one in prices.lines.values():
        assert one.usd > 0 and one.source and one.date and one.offer and one.match
    document = json.loads(path.read_text())
    assert all(isinstance(one["usd"], str) for one in document["prices"].values()), "a float is no price"


def test_a_month_has_730_hours() -> None:
    prices = file.read(document(), REGION, "f")
    assert prices.lines["instance t4g.small"].monthly(Decimal(1)) == Decimal("15.184")
    monthly = prices.lines["instance t4g.small"]._replace(unit="GB-month", usd=Decimal("0.0912"))
    assert monthly.monthly(Decimal(20)) == Decimal("1.8240")
    assert monthly._replace(unit="LCU-hour", usd=Decimal("0.008")).monthly(Decimal(1)) == Decimal("5.840")


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"format": 2}, "no file of prices"), ({"prices": []}, "no file of prices"), ({"region": "eu-west-1"}, "of eu-west-1"),
        ({"currency": "EUR"}, "in EUR"),
    ],
)  # fmt: skip
def test_a_file_of_something_else_is_refused(change: dict[str, Any], said: str) -> None:
    with pytest.raises(SpecError, match=said):
        file.read({**document(), **change}, REGION, "f")


@pytest.mark.parametrize(
    "change",
    [{"usd": "much"}, {"usd": "-1"}, {"usd": "NaN"}, {"unit": "day"}, {"source": ""}, {"date": "2026"}, {"date": None}, {"match": None}],
)
def test_a_line_that_does_not_say_all_of_it_is_refused(change: dict[str, Any]) -> None:
    broken = copy.deepcopy(document())
    broken["prices"]["instance t4g.small"].update(change)
    with pytest.raises(SpecError, match=r"f: instance t4g\.small: "):
        file.read(broken, REGION, "f")


def test_a_region_without_prices_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(SpecError, match=r"no prices for eu-west-1 .*-e cost_prices="):
        file.load("eu-west-1")
    (tmp_path / "mine.json").write_text("{")
    with pytest.raises(SpecError, match="is no JSON"):
        file.load(REGION, str(tmp_path / "mine.json"))
