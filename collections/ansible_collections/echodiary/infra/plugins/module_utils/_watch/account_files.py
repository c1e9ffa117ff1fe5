# SPDX-License-Identifier: GPL-3.0-or-later
"""The host's own accounts as its files have them, with what may be told of their passwords."""

from __future__ import annotations

from typing import NamedTuple

from . import reading

PASSWD, GROUP, SHADOW = "/etc/passwd", "/etc/group", "/etc/shadow"


class Account(NamedTuple):
    """``hashed``: a password opens it; ``empty``: nothing is asked. The hash itself is nobody's business."""

    name: str
    uid: int
    gid: int
    home: str
    shell: str
    hashed: bool = False
    empty: bool = False


class Group(NamedTuple):
    name: str
    gid: int
    members: tuple[str, ...] = ()


def accounts() -> tuple[Account, ...]:
    return parse_accounts(reading.text(PASSWD), reading.text(SHADOW))


def groups() -> tuple[Group, ...]:
    return parse_groups(reading.text(GROUP))


def parse_accounts(passwd: str, shadow: str) -> tuple[Account, ...]:
    """Pure. Lines that are none (of NIS, say) are passed over, as the C library does."""
    passwords = {line.split(":")[0]: line.split(":")[1] for line in shadow.splitlines() if line.count(":") > 1}
    rows = (line.split(":") for line in passwd.splitlines() if line.count(":") == 6)
    return tuple(_account(row, passwords) for row in rows if row[2].isdigit() and row[3].isdigit())


def _account(row: list[str], passwords: dict[str, str]) -> Account:
    """``x`` stands for what shadow says; nothing there is no password that fits."""
    password = passwords.get(row[0], "*") if row[1] == "x" else row[1]
    return Account(row[0], int(row[2]), int(row[3]), row[5], row[6], password not in ("", "x") and password[0] not in "!*", password == "")


def parse_groups(text: str) -> tuple[Group, ...]:
    rows = (line.split(":") for line in text.splitlines() if line.count(":") == 3)
    return tuple(Group(row[0], int(row[2]), tuple(filter(None, row[3].split(",")))) for row in rows if row[2].isdigit())
