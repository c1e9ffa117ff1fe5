# SPDX-License-Identifier: GPL-3.0-or-later
"""Who sees and ends the sessions of others, and changes passwords: what a release's own Python is told of that login. Pure."""

from __future__ import annotations

from typing import TypedDict
from urllib.parse import quote

from .._common.errors import SpecError
from . import declared as declarations


class Environment(TypedDict, total=False):
    DATABASE_URL: str


def environment(found: declarations.Declared | None) -> Environment:
    """Nothing where none is declared: the release asks as itself then, and may end its own."""
    if found is None or not found.admin.password:
        return {}
    lacking = declarations.missing(found, found.admin, ["host", "name", "user"])
    if lacking:
        words = ", ".join("admin: user" if key == "user" else key for key in lacking)
        raise SpecError(f"{found.component}: component.yml: database: its administrator needs {words} as well")
    return {"DATABASE_URL": _url(found)}


def _url(found: declarations.Declared) -> str:
    host = f"[{found.host}]" if ":" in found.host else found.host
    who = f"{quote(found.admin.user, safe='')}:{quote(found.admin.password, safe='')}"
    verified = found.sslmode.startswith("verify-") and found.ca_certificate
    authority = f"&sslrootcert={quote(found.ca_certificate)}" if verified else ""
    return f"postgresql://{who}@{host}:{found.port}/{quote(found.name, safe='')}?sslmode={found.sslmode}{authority}"
