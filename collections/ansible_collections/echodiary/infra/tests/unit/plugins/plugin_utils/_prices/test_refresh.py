# SPDX-License-Identifier: GPL-3.0-or-later
"""Against lines of the form that AWS documents for its price list (CSV, five lines of head, then the names of the columns)."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from ansible_collections.echodiary.infra.plugins.plugin_utils._prices import file, refresh

REGION = "ap-northeast-2"
COLUMNS = ["SKU", "OfferTermCode", "TermType", "PriceDescription", "StartingRange", "Unit", "PricePerUnit", "Currency", "Product Family",
           "Instance Type", "Operating System", "Tenancy", "usageType"]  # fmt: skip
SMALL = {"Product Family": "Compute Instance", "Instance Type": "t4g.small", "Operating System": "Linux", "Tenancy": "Shared"}


def listed(*rows: dict[str, str], head: str = '"FormatVersion","v1.0"') -> list[str]:
    text = io.StringIO()
    lines = [head, '"Disclaimer","This pricing list is for informational purposes only"', '"Publication Date","2026-11-20T10:11:12Z"',
             '"Version","20261120101112"', '"OfferCode","AmazonEC2"']  # fmt: skip
    text.write("\n".join(lines) + "\n")
    writer = csv.DictWriter(text, COLUMNS, quoting=csv.QUOTE_ALL)
    writer.writeheader()
    for row in rows:
        writer.writerow({"TermType": "OnDemand", "Currency": "USD", "Unit": "Hrs", "SKU": "X", **row})
    return text.getvalue().splitlines(keepends=True)


def known(**lines: file.Price) -> file.Prices:
    price = file.Price(Decimal("0.0208"), "hour", "somebody", "2025-01-01", "AmazonEC2", SMALL)
    return file.Prices(REGION, {"small": price, **lines})


def run(prices: file.Prices, files: dict[str, list[str]]) -> tuple[dict[str, Any], list[str]]:
    told: list[str] = []

    def opened(offer: str, region: str) -> Iterable[str]:
        assert region == REGION
        if offer not in files:
            raise OSError("no route to host")
        return files[offer]

    document: Any = refresh.refreshed(prices, opened, told.append)
    return document["prices"], told


def test_the_one_line_that_is_meant_becomes_the_price_with_its_source_and_date() -> None:
    rows = [
        {**SMALL, "PricePerUnit": "0.0210000000"},
        {**SMALL, "PricePerUnit": "0.0100000000", "TermType": "Reserved"},
        {**SMALL, "PricePerUnit": "0.1440000000", "Currency": "CNY"},
        {**SMALL, "PricePerUnit": "0.0300000000", "Operating System": "SUSE"},
        {**SMALL, "PricePerUnit": "0.0000000000", "Tenancy": "Host"},
        {**SMALL, "PricePerUnit": "7.5", "Unit": "Quantity"},
    ]
    found, told = run(known(), {"AmazonEC2": listed(*rows)})
    small = found["small"]
    assert (small["usd"], small["date"], small["source"]) == ("0.021", "2026-11-20", "AWS's public price list, AmazonEC2")
    assert told == ["small: 0.0208 -> 0.021 USD"]
    assert file.read(refresh.document(file.Prices(REGION, known().lines)), REGION, "f").lines == known().lines


def test_of_several_prices_none_is_taken() -> None:
    """Among the lines of a database's class are surcharges for versions that are out of support."""
    found, told = run(known(), {"AmazonEC2": listed({**SMALL, "PricePerUnit": "0.1"}, {**SMALL, "PricePerUnit": "0.2"})})
    assert (found["small"]["usd"], found["small"]["date"]) == ("0.0208", "2025-01-01")
    assert told == ["small: 2 different prices in AmazonEC2, so it stays 0.0208 USD of 2025-01-01"]
    found, told = run(known(), {"AmazonEC2": listed()})
    assert found["small"]["usd"] == "0.0208" and told[0].startswith("small: 0 different prices")


def test_the_same_price_in_two_lines_is_one() -> None:
    found, _ = run(known(), {"AmazonEC2": listed({**SMALL, "PricePerUnit": "0.02080"}, {**SMALL, "PricePerUnit": "0.0208000000"})})
    assert (found["small"]["usd"], found["small"]["date"]) == ("0.0208", "2026-11-20")


def test_a_list_that_cannot_be_had_or_read_leaves_its_prices_and_others_are_read() -> None:
    other = file.Price(Decimal("0.1"), "month", "somebody", "2025-01-01", "AmazonCloudWatch", {"usageType": "APN2-CW:AlarmMonitorUsage"})
    alarm = {"usageType": "APN2-CW:AlarmMonitorUsage", "Unit": "Alarms", "PricePerUnit": "0.1100000000"}
    found, told = run(known(alarm=other), {"AmazonCloudWatch": listed(alarm)})
    assert (found["alarm"]["usd"], found["small"]["usd"]) == ("0.11", "0.0208")
    assert "AmazonEC2: cannot be read (no route to host), so its 1 prices stay as they were" in told
    found, told = run(known(), {"AmazonEC2": listed(head="<html>")})
    assert found["small"]["usd"] == "0.0208" and "not a price list of format v1.0" in told[0]
