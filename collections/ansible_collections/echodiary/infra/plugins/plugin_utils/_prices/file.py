# SPDX-License-Identifier: GPL-3.0-or-later
"""Prices of one region, as a file has them: read, and judged before anybody counts with them."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import NamedTuple

from .._common.errors import SpecError

DATA = Path(__file__).with_name("data")
FORMAT = 1
UNITS = ("hour", "month", "GB-month", "GB", "LCU-hour")
#: a month as AWS's own calculator has it
HOURS = 730
_DATE = re.compile(r"20[0-9]{2}-[01][0-9]-[0-3][0-9]")


class Price(NamedTuple):
    """``date``: of the source. ``offer``, ``match``: which file of AWS's price list has it, and in which line."""

    usd: Decimal
    unit: str
    source: str
    date: str
    offer: str
    match: dict[str, str]

    def monthly(self, quantity: Decimal) -> Decimal:
        return self.usd * quantity * (HOURS if self.unit.endswith("hour") else 1)


class Prices(NamedTuple):
    region: str
    lines: Mapping[str, Price]

    def oldest(self) -> str:
        return min(one.date for one in self.lines.values())


def path_of(region: str) -> Path:
    return DATA / f"{region}.json"


def load(region: str, path: str = "") -> Prices:
    """``path``: another file than the collection's. SpecError says what to do where there is none."""
    place = Path(path) if path else path_of(region)
    try:
        document = json.loads(place.read_text(encoding="utf-8"))
    except OSError:
        known = ", ".join(sorted(one.stem for one in DATA.glob("*.json")))
        raise SpecError(f"no prices for {region} ({place}); there are those of {known}, or name a file: -e cost_prices=<file>") from None
    except ValueError as error:
        raise SpecError(f"{place} is no JSON: {error}") from None
    return read(document, region, str(place))


def read(document: object, region: str, where: str) -> Prices:
    """SpecError for a file that is none, of another region, or with a line that does not say whose word it is."""
    if not isinstance(document, dict) or document.get("format") != FORMAT or not isinstance(document.get("prices"), dict):
        raise SpecError(f"{where} is no file of prices (format {FORMAT})")
    if document.get("region") != region or document.get("currency") != "USD":
        raise SpecError(f"{where} has prices of {document.get('region')} in {document.get('currency')}, not of {region} in USD")
    return Prices(region, {key: _price(one, f"{where}: {key}") for key, one in document["prices"].items()})


def _price(one: Mapping[str, object], where: str) -> Price:
    try:
        usd = Decimal(str(one["usd"]))
        found = Price(usd, str(one["unit"]), str(one["source"]), str(one["date"]), str(one["offer"]), dict(one["match"]))  # type: ignore[call-overload]
    except (KeyError, InvalidOperation, TypeError, ValueError):
        raise SpecError(f"{where}: needs usd, unit, source, date, offer and match") from None
    if not (usd.is_finite() and usd >= 0 and found.unit in UNITS and found.source and _DATE.fullmatch(found.date)):
        raise SpecError(f"{where}: usd has to be a number, unit one of {', '.join(UNITS)}, source something, and date as 2026-10-05")
    return found
