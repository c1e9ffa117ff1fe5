# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What roles ai_gateway and model_server say of keys and addresses, judged. The thinking is in plugin_utils/_gateway."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from ansible.errors import AnsibleFilterError

from ..plugin_utils._common.errors import SpecError
from ..plugin_utils._component import rates
from ..plugin_utils._component.render import plain
from ..plugin_utils._gateway import keys, places

if TYPE_CHECKING:
    from ..plugin_utils._gateway.shapes import Entry, Limits

Said = TypeVar("Said")


def _said(answer: Callable[[], Said]) -> Said:
    try:
        return answer()
    except SpecError as error:
        raise AnsibleFilterError(str(error)) from error


def ai_keys(given: Mapping[str, Any], limits: Limits) -> list[str]:
    return _said(lambda: keys.lines(plain(given), plain(limits)))


def ai_models(entries: list[Entry]) -> list[str]:
    return _said(lambda: places.models(plain(entries)))


def ai_seconds(text: str) -> int:
    return _said(lambda: rates.read("ai_gateway_rate_per", {"requests": 1, "per": str(text)}).seconds)


def private_address(address: str, variable: str) -> str:
    return _said(lambda: places.private(str(address), variable))


class FilterModule:
    def filters(self) -> dict[str, Callable[..., Any]]:
        return {"ai_keys": ai_keys, "ai_models": ai_models, "ai_seconds": ai_seconds, "private_address": private_address}
