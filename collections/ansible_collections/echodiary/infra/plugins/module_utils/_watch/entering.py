# SPDX-License-Identifier: GPL-3.0-or-later
"""Which accounts this very run came in by: nobody saws off the branch that he sits on."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .account_files import Account


def names(accounts: Iterable[Account]) -> frozenset[str]:
    return of(accounts, list(_uids(os.getpid())), os.environ)


def of(accounts: Iterable[Account], uids: Iterable[int], environment: Mapping[str, str]) -> frozenset[str]:
    """``uids``: of this process and all that it comes from. Who came as root and became nobody else is root. Pure."""
    others = {uid for uid in uids if uid}
    found = {account.name for account in accounts if account.uid in others}
    became = environment.get("SUDO_USER", "")
    return frozenset(found | ({became} if became else set())) or frozenset({"root"})


def _uids(pid: int) -> Iterator[int]:
    """Up to the first process; sudo and su stay the parents of what they start."""
    while pid > 1:
        try:
            with open(f"/proc/{pid}/status", encoding="utf-8", errors="replace") as handle:
                status = handle.read()
        except OSError:
            return
        found = re.search(r"(?m)^PPid:\s*(\d+)(?:.*\n)*?Uid:\s*(\d+)", status)
        if not found:
            return
        yield int(found[2])
        pid = int(found[1])
