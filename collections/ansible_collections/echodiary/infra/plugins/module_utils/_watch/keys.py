# SPDX-License-Identifier: GPL-3.0-or-later
"""Keys that open an account: in every file that sshd may look into for it, but those that components declare."""

from __future__ import annotations

import binascii
import os
import re
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, NamedTuple

from .._ledger import sha
from . import reading, sshd_files

if TYPE_CHECKING:
    from .account_files import Account
    from .shapes import Known

#: where sshd looks when nobody tells it
DEFAULT = (".ssh/authorized_keys", ".ssh/authorized_keys2")
#: as in sshd(8): options (which may hold blanks in quotes), kind, key, comment
_LINE = re.compile(
    r'(?:(?P<options>(?:[^\s"#]|"(?:\\.|[^"\\])*")+)\s+)?(?P<kind>(?:ssh|ecdsa|sk-ssh|sk-ecdsa)-[\w@.-]+)\s+(?P<blob>[A-Za-z0-9+/]+=*)(?:\s+(?P<comment>.*))?'
)


class Key(NamedTuple):
    """``fingerprint``: as ssh-keygen shows it; ``blob``: as it is written."""

    account: str
    path: str
    kind: str
    blob: str
    fingerprint: str
    options: str = ""
    comment: str = ""


def read(accounts: Sequence[Account], known: Known) -> Iterator[Key]:
    """Once for each account and key."""
    patterns = places(sshd_files.read())
    mine = declared(known)
    for account in accounts:
        told = set(mine) if account.name in known.users else set()
        for path in paths(patterns, account):
            for key in parse(account.name, path, reading.text(path)) if path not in known.paths else ():
                if key.blob not in told:
                    yield key
                told.add(key.blob)


def declared(known: Known) -> frozenset[str]:
    """What the component that watches lists: those may stand in the home of a declared account as well."""
    return frozenset(key.blob for path, text in known.files.items() if "key" in path for key in parse("", path, text))


def places(lines: Iterable[sshd_files.Line]) -> tuple[str, ...]:
    """Whatever ``AuthorizedKeysFile`` says for anybody; the defaults where nothing is said for everybody. Pure."""
    said = [line for line in lines if line.keyword == "authorizedkeysfile"]
    usual = () if any(not line.match for line in said) else DEFAULT
    found = [word for line in said for word in sshd_files.words(line.value)]
    return tuple(dict.fromkeys(one for one in (*usual, *found) if one != "none"))


def paths(patterns: Iterable[str], account: Account) -> list[str]:
    tokens = {"%h": account.home, "%u": account.name, "%U": str(account.uid), "%%": "%"}
    found = (re.sub("%[huU%]", lambda token: tokens[token[0]], pattern) for pattern in patterns)
    return list(dict.fromkeys(os.path.join(account.home, path) for path in found))


def parse(account: str, path: str, text: str) -> Iterator[Key]:
    """What sshd would not take for a key is none. Pure."""
    for line in text.splitlines():
        found = _LINE.fullmatch(line.strip())
        if found:
            yield Key(
                account, path, found["kind"], found["blob"], fingerprint(found["blob"]), found["options"] or "", found["comment"] or ""
            )


def fingerprint(blob: str) -> str:
    try:
        digest = bytes.fromhex(sha.sha256(binascii.a2b_base64(blob)))
    except ValueError:
        return blob[:16]
    return "SHA256:" + binascii.b2a_base64(digest, newline=False).decode().rstrip("=")
