# SPDX-License-Identifier: GPL-3.0-or-later
"""Of the servers that are saved. Apart from conftest.py, which pytest and whoever imports it by name load once each: two would be made."""

from __future__ import annotations

import secrets

DATABASE_PASSWORD, REDIS_PASSWORD = secrets.token_urlsafe(20), secrets.token_urlsafe(20)
