# SPDX-License-Identifier: GPL-3.0-or-later
"""What is paid by use: how much of it is assumed, and what that comes to. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING

from .._common.errors import SpecError
from .items import Item

if TYPE_CHECKING:
    from .._account.declaration import Declaration

#: GB a month of a small service: what goes out, logs, what buckets and the registry hold. And units that a load balancer is busy with: one
#: is 25 new connections a second, 3,000 open ones, or a GB an hour
ASSUMED: Mapping[str, str] = {"out_gb": "50", "logs_gb": "1", "bucket_gb": "5", "images_gb": "2", "lcu": "0.1"}
#: GB a month that go out of an account for nothing
_FREE_OUT = Decimal(100)


def read(given: Mapping[str, object]) -> dict[str, Decimal]:
    """Over what is assumed. SpecError for a name that is none, or no amount."""
    unknown = sorted(set(given) - set(ASSUMED))
    if unknown:
        raise SpecError(f"cost_usage: {', '.join(unknown)}: unknown; it takes {', '.join(ASSUMED)}")
    try:
        found = {name: Decimal(str(value)) for name, value in {**ASSUMED, **given}.items()}
    except InvalidOperation:
        raise SpecError(f"cost_usage: {dict(given)} has to hold numbers, of GB a month and of LCU") from None
    if not all(value.is_finite() and value >= 0 for value in found.values()):
        raise SpecError(f"cost_usage: {dict(given)} has to hold numbers, of GB a month and of LCU, 0 or more")
    return found


def items(usage: Mapping[str, Decimal], declared: Declaration) -> list[Item]:
    """Logs are kept for as many days as they are declared."""
    found = [
        Item("traffic out", max(Decimal(0), usage["out_gb"] - _FREE_OUT)),
        Item("logs in", usage["logs_gb"]),
        Item("logs kept", usage["logs_gb"] * Decimal(declared["logs_days"]) / 30),
    ]
    found += [Item("bucket storage", usage["bucket_gb"])] if declared["buckets"] else []
    found += [Item("images storage", usage["images_gb"])] if declared["images"] else []
    found += [Item("load balancer use", usage["lcu"])] if declared["balancer"] else []
    return [one for one in found if one.quantity]


def words(usage: Mapping[str, Decimal]) -> str:
    names = {"out_gb": "out", "logs_gb": "of logs", "bucket_gb": "in buckets", "images_gb": "of images"}
    said = ", ".join(f"{usage[name].normalize():f} GB {what}" for name, what in names.items())
    return f"{said}, {usage['lcu'].normalize():f} LCU of a load balancer"
