# SPDX-License-Identifier: GPL-3.0-or-later
"""An environment that has something of each kind, and no more."""

from __future__ import annotations

from typing import Any

WHOLE: dict[str, Any] = {
    "hosts": {"app1": {"role": "app", "type": "t4g.small", "zone": "a", "fixed_address": True}},
    "database": {},
    "cache": {},
}
