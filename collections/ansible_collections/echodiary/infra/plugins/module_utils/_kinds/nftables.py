# SPDX-License-Identifier: GPL-3.0-or-later
"""Tables of nftables, each made from a file of its own: what the kernel holds, against what it would hold once the file was loaded.

That is found out by loading it where no packet passes, in a network namespace that is gone a moment later: both are then told in the
kernel's own words, and nothing has to understand a rule. Who loads a file that changed is its unit.
"""

from __future__ import annotations

import os
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from .._host.run import must, run
from .._ledger import shapes
from . import model

NAME, KEY, SHARED = "nftables", "nftables", model.ALONE
WORDS, PREFIX = ("table of nftables", "tables of nftables"), "nftables "
ACCOUNTS = False
SCHEMA: model.Schema = {"type": "list", "elements": "str", "default": []}
ENTRY: model.Schema = {}
SHAPE = shapes.TEXT

NFT = "/usr/sbin/nft"
#: of one table, told by name
MOST = 20
_LOADED = f'{NFT} -f "$0" && {NFT} -s list table $1'


class Seen(NamedTuple):
    """``live``: None where there is no such table; ``written``: as the file has it; ``problem``: why that is not known."""

    table: str
    live: tuple[str, ...] | None
    written: tuple[str, ...] = ()
    problem: str = ""


def observe(names: list[str]) -> dict[str, Seen]:
    """A file that is not there yet, and one on a host without nft, has nothing to be compared with."""
    there = [name for name in names if os.path.exists(name) and os.path.exists(NFT)]
    return {name: _observe(name, table_of(name)) for name in there}


def _observe(path: str, table: str) -> Seen:
    live = listed(table)
    loaded = run(["unshare", "-n", "sh", "-c", _LOADED, path, table], timeout=20)
    held = tuple(parse(live)) if live else None
    return Seen(table, held, tuple(parse(loaded.output))) if loaded.code == 0 else Seen(table, held, problem=loaded.output[:200])


def table_of(path: str) -> str:
    try:
        with open(path, encoding="utf-8") as handle:
            return named(handle.read())
    except (OSError, UnicodeDecodeError):
        return ""


def named(text: str) -> str:
    """Family and name, as a file says first. Pure."""
    found = re.search(r"^table (\S+ \S+)$", text, re.MULTILINE)
    return found[1] if found else ""


def listed(table: str) -> str:
    """As the kernel has it, without what it counts; empty where there is none."""
    said = run([NFT, "-s", "list", "table", *table.split()], timeout=20)
    return said.output if said.code == 0 else ""


def parse(listing: str) -> Iterator[str]:
    """``chain input: tcp dport 22 accept``; every element of a set for itself. Pure."""
    block = ""
    for line in re.sub(r",\n\s+", ", ", listing).splitlines()[1:-1]:
        words = line.strip()
        if words.endswith("{"):
            block = words[:-2]
            yield block
        elif words.startswith("elements = {"):
            yield from (f"{block}: element {one}" for one in words[12:-1].strip().split(", "))
        elif words not in ("", "}"):
            yield f"{block}: {words}"


def checked(given: list[str]) -> list[str]:
    for path in given:
        if not path.startswith("/"):
            raise model.ConvergeError(f"nftables: '{path}' has to be the absolute path of a file that begins with 'table FAMILY NAME'")
    return given


def entries(declared: list[str]) -> dict[str, model.Json]:
    return dict.fromkeys(declared, "loaded")


def values(declared: list[str]) -> dict[str, str]:
    return dict.fromkeys(declared, "loaded")


def found(want: str, seen: Seen | None) -> str | None:
    return want if seen and seen.live == seen.written else None


def plan(declared: list[str], seen: Mapping[str, Seen], last: model.Applied) -> list[model.Change]:
    """What is not declared any more goes with its unit."""
    return [
        model.Change(model.Resource(NAME, name), "load", model.CORRECTIVE if name in last.values else model.PENDING, fields, why=why)
        for name in declared
        if name in seen
        for fields, why in _differences(seen[name])
    ]


def _differences(seen: Seen) -> Iterator[tuple[model.Fields, str]]:
    if seen.problem:
        yield {}, f"its file cannot be loaded: {seen.problem}"
    elif seen.live is None:
        yield {"table": ["gone", seen.table]}, ""
    elif seen.live != seen.written:
        live, written = Counter(seen.live), Counter(seen.written)
        fields: dict[str, list[model.Json]] = {one: ["there", None] for one in live - written}
        fields.update({one: [None, "there"] for one in written - live})
        yield dict(list(fields.items())[:MOST]) or {"order": ["another", "as in its file"]}, ""


def apply(change: model.Change, seen: Seen, declared: list[str]) -> None:
    must([NFT, "-f", change.name])
