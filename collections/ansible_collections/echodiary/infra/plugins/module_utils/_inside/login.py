# SPDX-License-Identifier: GPL-3.0-or-later
"""Who owns the database takes the place of who serves, in the URL of the release's environment: driver, host and options stay."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING
from urllib.parse import quote, urlsplit, urlunsplit

if TYPE_CHECKING:
    from . import shapes


def take(login: shapes.Login) -> None:
    """Where the release has no such variable nothing is changed: it says itself what it lacks."""
    url = os.environ.get(login["variable"])
    if url:
        os.environ[login["variable"]] = within(url, login["user"], login["password"])


def within(url: str, user: str, password: str) -> str:
    """Pure."""
    parts = urlsplit(url)
    where = parts.netloc.rpartition("@")[2]
    return urlunsplit(parts._replace(netloc=f"{quote(user, safe='')}:{quote(password, safe='')}@{where}"))
