# SPDX-License-Identifier: GPL-3.0-or-later
"""What a throw-away environment costs in Seoul: an estimate, with where each price is from and of when. Pure."""

from __future__ import annotations

from typing import NamedTuple

HOURS = 730.0
LIBCLOUD = "apache-libcloud 3.9.1, 2025-03-02"
LIST = "AWS's price list of 2026-09-11 to 2026-10-02, second hand"


class Price(NamedTuple):
    """USD an hour, for ``number`` of them."""

    what: str
    number: int
    hourly: float
    source: str

    @property
    def usd(self) -> float:
        return self.number * self.hourly


def of(hosts: int, disk: int) -> list[Price]:
    """``disk``: GiB of each."""
    return [
        Price("t4g.micro", hosts, 0.0104, LIBCLOUD),
        Price("public IPv4 address", hosts, 0.005, LIST),
        Price("GiB of gp3", hosts * disk, 0.0912 / HOURS, LIST),
        Price("secret", 1, 0.40 / HOURS, LIST),
    ]


def table(prices: list[Price]) -> list[str]:
    rows = [f"  {one.number:>4} {one.what:<22}{one.usd:>9.4f} USD/h   {one.source}" for one in prices]
    return [*rows, f"  {'together':<27}{sum(one.usd for one in prices):>9.4f} USD/h   as long as it is there; traffic not counted"]
