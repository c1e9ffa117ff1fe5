# SPDX-License-Identifier: GPL-3.0-or-later
"""The sheet of the drawer, as ``echodiary-backup sheet`` prints it: what a secret that was lost has to hold again. Pure."""

from __future__ import annotations

import re

from .._common.errors import SpecError

#: as on the sheet -> key of the secret
KEYS = {"password": "backup_password", "access key": "backup_access_key", "secret key": "backup_secret_key"}
_LINE = re.compile(r"^[ \t]*(password|access key|secret key)[ \t]{2,}(\S[^\r\n]*?)[ \t]*\r?$", re.MULTILINE)


def values(text: str) -> dict[str, str]:
    """SpecError where it has no password. A key that is the instance's role is none: it has no value to keep."""
    found = {KEYS[name]: value for name, value in _LINE.findall(text) if name == "password" or " " not in value}
    if "backup_password" not in found:
        raise SpecError("the sheet has no line with a password: print a new one on a host that saves, with: sudo echodiary-backup sheet")
    return found
