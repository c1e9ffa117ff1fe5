# SPDX-License-Identifier: GPL-3.0-or-later
"""What one more of something would add to a month, beside what it would then be used for. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import TYPE_CHECKING, NamedTuple

from . import estimate, items
from .items import Item

if TYPE_CHECKING:
    from .._account.declaration import Environment
    from .._prices.file import Prices

_ONE = Decimal(1)


class More(NamedTuple):
    """``by_use``: name of a price that comes with it, and of what."""

    what: str
    items: list[Item]
    by_use: tuple[str, str] | None = None


def options(env: Environment) -> Iterator[More]:
    hosts = env.declared["hosts"]
    # as the one that there are most of, the application's first
    first = min(hosts, key=lambda name: (hosts[name]["role"] != "app", name))
    yield More(f"one more host like {first}", items.host(hosts[first]["type"], hosts[first]["disk"]))
    zones = len(env.declared["network"]["zones"])
    balancer = [Item("load balancer", _ONE), Item("public address", Decimal(max(2, zones)))]
    if not env.declared["balancer"]:
        yield More(f"a load balancer in {max(2, zones)} zones", balancer, ("load balancer use", "for each unit (LCU) that it is busy with"))
    yield More("a NAT gateway", [Item("NAT gateway", _ONE), Item("public address", _ONE)], ("NAT gateway traffic", "for each GB"))
    database = env.declared["database"]
    if database and not database["multi_az"]:
        yield More("the database in two zones", _second_zone(database["class"], Decimal(database["storage"])))


def _second_zone(kind: str, storage: Decimal) -> list[Item]:
    return [Item(f"database {kind} in two zones", _ONE), Item(f"database {kind}", -_ONE), Item("database storage", storage)]


def told(one: More, prices: Prices) -> str:
    lines = estimate.lines(one.items, prices)
    missing = estimate.unknown(lines)
    if missing:
        return f"{one.what}: unknown, there is no price for {', '.join(missing)}"
    said = f"{one.what}: {estimate.cents(estimate.total(lines))}"
    price = prices.lines.get(one.by_use[0]) if one.by_use else None
    if price and one.by_use:
        usd = estimate.cents(price.monthly(_ONE)) if price.unit.endswith("hour") else f"{price.usd.normalize():f}"
        said += f", and {usd} {one.by_use[1]}"
    return said
