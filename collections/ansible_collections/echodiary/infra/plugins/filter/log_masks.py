# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What takes secrets out of a line of log, in the words of syslog-ng. The thinking is in module_utils/_logs/masks.py."""

from __future__ import annotations

from collections.abc import Callable

from ..plugin_utils._logs import rewrites


def log_masks(value: str) -> str:
    return rewrites.rewrites(value)


class FilterModule:
    def filters(self) -> dict[str, Callable[..., str]]:
        return {"log_masks": log_masks}
