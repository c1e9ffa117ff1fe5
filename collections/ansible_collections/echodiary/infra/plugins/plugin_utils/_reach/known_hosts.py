# SPDX-License-Identifier: GPL-3.0-or-later
"""A file of ssh's known hosts: the lines of one environment's instances are kept right, all others stay as they are. Pure.

A line has the instance's id and its addresses, so that ssh finds it whichever way a play takes: ``i-…,10.20.0.5 ssh-ed25519 AAAA… ours``.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from .hosts import Host

#: what ssh asks a host for; whatever else a file of keys might hold (a certificate authority) is not taken over
_TYPES = re.compile(r"ssh-ed25519|ssh-rsa|ecdsa-sha2-nistp(256|384|521)")
#: begins the comment of a line of ours
_MARK = "echodiary.infra:"

#: type -> key
Keys = Mapping[str, str]


class Book(NamedTuple):
    """``others``: lines that are not ours, as they stand. ``known``: instance -> its keys."""

    others: tuple[str, ...]
    known: Mapping[str, Keys]


def read(text: str, environment: str) -> Book:
    """``environment``: the prefix of its names. Several may share a file."""
    others: list[str] = []
    known: dict[str, dict[str, str]] = {}
    for line in text.splitlines():
        words = line.split()
        if len(words) == 4 and words[3].startswith(f"{_MARK}{environment}/"):
            known.setdefault(words[0].partition(",")[0], {})[words[1]] = words[2]
        else:
            others.append(line)
    return Book(tuple(others), known)


def keys(told: str) -> dict[str, str]:
    """Of what ``cat /etc/ssh/ssh_host_*_key.pub`` says."""
    found = [line.split()[:2] for line in told.splitlines() if len(line.split()) >= 2]
    return {kind: key for kind, key in found if _TYPES.fullmatch(kind) and _is_of(kind, key)}


def _is_of(kind: str, key: str) -> bool:
    """A key says once more what it is."""
    try:
        data = base64.b64decode(key, validate=True)
    except (binascii.Error, ValueError):
        return False
    length = int.from_bytes(data[:4], "big")
    return data[4 : 4 + length] == kind.encode() and len(data) > 4 + length


def differ(known: Keys, told: Keys) -> bool:
    """Whether it is another host, as far as keys say: one of them is another, or none is the same."""
    both = known.keys() & told.keys()
    return not both or any(known[kind] != told[kind] for kind in both)


def written(book: Book, environment: str, hosts: Iterable[Host], told: Mapping[str, Keys]) -> str:
    """The file, with the keys that were told in place of those that were known. Of instances that are no more none are left."""
    every = {host: told.get(host.id) or book.known.get(host.id) or {} for host in hosts}
    lines = [_line(host, kind, key, environment) for host, found in sorted(every.items()) for kind, key in sorted(found.items())]
    return "".join(f"{line}\n" for line in [*book.others, *lines])


def _line(host: Host, kind: str, key: str, environment: str) -> str:
    return f"{','.join([host.id, *host.addresses])} {kind} {key} {_MARK}{environment}/{host.name}"
