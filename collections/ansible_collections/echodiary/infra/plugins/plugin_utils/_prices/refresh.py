# SPDX-License-Identifier: GPL-3.0-or-later
"""AWS's public price list, read into a file of prices. Its files are CSV of hundreds of megabytes: looked at line by line.

A price that is not there once, and once only, is not taken: of several lines the first may be a surcharge.
"""

from __future__ import annotations

import csv
import itertools
from collections.abc import Callable, Iterable, Iterator, Mapping
from decimal import Decimal, InvalidOperation
from typing import NamedTuple

from .._common.errors import SpecError
from .file import FORMAT, Price, Prices

URL = "https://pricing.us-east-1.amazonaws.com/offers/v1.0/aws/{offer}/current/{region}/index.csv"
#: lines before the one that names the columns
_HEAD = 5
#: as a file of ours calls it -> as AWS does
_UNITS = {
    "hour": ("Hrs", "hours", "Hours"),
    "month": ("Secrets", "Alarms", "months"),
    "GB-month": ("GB-Mo", "GB-month"),
    "GB": ("GB",),
    "LCU-hour": ("LCU-Hrs",),
}
_ONCE = "OnDemand"

#: offer and region -> its lines
Open = Callable[[str, str], Iterable[str]]


class Found(NamedTuple):
    usd: Decimal
    date: str


def refreshed(known: Prices, opened: Open, tell: Callable[[str], None]) -> dict[str, object]:
    """The document of a new file. What could not be found keeps its line, and is told."""
    lines: dict[str, Price] = dict(known.lines)
    for offer in sorted({one.offer for one in known.lines.values() if one.offer}):
        wanted = {key: one for key, one in known.lines.items() if one.offer == offer}
        try:
            published, found = _found(opened(offer, known.region), wanted)
        except (OSError, ValueError, csv.Error) as error:
            tell(f"{offer}: cannot be read ({error}), so its {len(wanted)} prices stay as they were")
            continue
        for key, one in wanted.items():
            usd = found[key]
            if len(usd) != 1:
                tell(f"{key}: {len(usd)} different prices in {offer}, so it stays {one.usd} USD of {one.date}")
                continue
            (now,) = usd
            tell(f"{key}: {one.usd} -> {now} USD" if now != one.usd else f"{key}: {now} USD, as before")
            lines[key] = one._replace(usd=now, source=f"AWS's public price list, {offer}", date=published)
    return document(Prices(known.region, lines))


def document(prices: Prices) -> dict[str, object]:
    found = {key: {**one._asdict(), "usd": str(one.usd)} for key, one in prices.lines.items()}
    return {"format": FORMAT, "region": prices.region, "currency": "USD", "prices": found}


def _found(text: Iterable[str], wanted: Mapping[str, Price]) -> tuple[str, dict[str, set[Decimal]]]:
    """When it was published, and every price that a line of its has."""
    lines = iter(text)
    published = _published(list(itertools.islice(lines, _HEAD)))
    found: dict[str, set[Decimal]] = {key: set() for key in wanted}
    for row in csv.DictReader(lines):
        if row.get("TermType") == _ONCE and row.get("Currency") == "USD":
            for key in _matching(row, wanted):
                found[key].add(_usd(row))
    return published, found


def _published(head: list[str]) -> str:
    told = {row[0]: row[1] for row in csv.reader(head) if len(row) > 1}
    if told.get("FormatVersion") != "v1.0" or len(told.get("Publication Date", "")) < 10:
        raise ValueError("not a price list of format v1.0")
    return told["Publication Date"][:10]


def _matching(row: Mapping[str, str], wanted: Mapping[str, Price]) -> Iterator[str]:
    for key, one in wanted.items():
        if row.get("Unit") in _UNITS[one.unit] and all(row.get(name) == value for name, value in one.match.items()):
            yield key


def _usd(row: Mapping[str, str]) -> Decimal:
    try:
        return Decimal(row["PricePerUnit"]).normalize() + 0
    except (InvalidOperation, KeyError):
        raise SpecError(f"a line of the price list has no price: {row.get('SKU')}") from None
