# SPDX-License-Identifier: GPL-3.0-or-later
"""How many requests one client may send: as it is declared, in numbers. Pure."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, NamedTuple

from ansible.module_utils.common.arg_spec import ArgumentSpecValidator

from .._common.errors import SpecError

if TYPE_CHECKING:
    from collections.abc import Mapping

OPTIONS: dict[str, Any] = {
    "requests": {"type": "int", "required": True},
    "per": {"type": "str", "default": "10s"},
}
_UNITS = {"": 1, "s": 1, "m": 60, "h": 3600}
LONGEST = 3600


class Rate(NamedTuple):
    """``requests`` within ``seconds``; 0 is as many as come."""

    requests: int
    seconds: int


def read(where: str, given: Mapping[str, Any]) -> Rate:
    """SpecError for what is no rate."""
    result = ArgumentSpecValidator(OPTIONS).validate(dict(given))
    if result.error_messages:
        raise SpecError(f"{where}: {'; '.join(result.error_messages)}; write it as in {{requests: 100, per: 10s}}")
    known = result.validated_parameters
    if known["requests"] < 0:
        raise SpecError(f"{where}: requests has to be 0 (no limit) or more, not {known['requests']}")
    length = seconds(f"{where}: per", known["per"])
    if not 1 <= length <= LONGEST:
        raise SpecError(f"{where}: per has to be from 1s to 1h, not '{known['per']}'")
    return Rate(known["requests"], length)


def seconds(where: str, text: str) -> int:
    """Whole ones, as in 10s, 2m, 1h."""
    found = re.fullmatch("([0-9]+)([smh]?)", text)
    if not found:
        raise SpecError(f"{where} '{text}' is no time in whole seconds; write it as in 10s, 2m or 1h")
    return int(found[1]) * _UNITS[found[2]]
