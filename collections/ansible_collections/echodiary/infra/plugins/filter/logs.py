# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The command that shows what was logged meanwhile. The thinking is in plugin_utils/_logs/command.py."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

from ..plugin_utils._logs import command

if TYPE_CHECKING:
    from ..plugin_utils._deploy.results import Variables


def log_window(hostvars: Mapping[str, Variables], sources: Sequence[str], since: float, host: str = "") -> str:
    kept = command.kept(hostvars[name].get("components") for name in hostvars)
    return command.window(sources, since, time.time(), host=host) if kept else ""


class FilterModule:
    def filters(self) -> dict[str, Callable[..., str]]:
        return {"log_window": log_window}
