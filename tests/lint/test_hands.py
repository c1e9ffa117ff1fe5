# SPDX-License-Identifier: GPL-3.0-or-later
"""docs/hands.md is made from what the tests do to real hosts; WRITE_HANDS=1 pytest tests/lint/test_hands.py writes it anew."""

from __future__ import annotations

import importlib
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple


def _tests(name: str) -> Any:
    """Of other directories of tests, which are not typed as strictly."""
    return importlib.import_module(f"tests.integration.{name}")


PAGE = Path(__file__).resolve().parents[2] / "docs/hands.md"
HEAD = """# What somebody's hand does to a host, and what becomes of it

Made from what the tests of `tests/integration` do to real hosts. They hold that each is named by the next check with origin `corrective`,
that an apply does what stands here, and that the check after it says `Synced`. What each part of a host is compared with, and what is out
of scope, is in [drift.md](drift.md).

*By choice*: what nobody declared is told and left alone until people name it in `baseline_remove`. *Said*: the report has the command that
ends it; the tests type it as it stands there.
"""


class Row(NamedTuple):
    """``found``: resources, as a check names them."""

    do: str
    found: str
    apply: str


def rows() -> dict[str, list[Row]]:
    return {
        "What components declare": list(_declared()),
        "Units, processes and kernel parameters in force": list(_in_force()),
        "Containers that were made otherwise than declared": list(_made()),
        "HAProxy, told at its socket": list(_told()),
        "What nobody declared": list(_undeclared()),
        "Who may enter, and what apt does": list(_who()),
    }


def _declared() -> Iterator[Row]:
    return (Row(f"{name}: {_code(one.do)}", _code(one.resource), one.action) for name, one in _tests("converge.test_drift").DRIFTS.items())


def _in_force() -> Iterator[Row]:
    for name, hand in _tests("converge.test_in_force").HANDS.items():
        found = sorted(hand.found)
        yield Row(name, ", ".join(_code(resource) for resource, _, _ in found), ", ".join(dict.fromkeys(action for _, action, _ in found)))


def _made() -> Iterator[Row]:
    return (
        Row(f"another {field.replace('{}_', '')}", "`service:…`, the field by its name", "made anew")
        for field in _tests("release.test_made").HANDS
    )


def _told() -> Iterator[Row]:
    haproxy = _tests("traffic.test_in_force")
    for do, field in haproxy.TOLD.items():
        yield Row(_code(do), f"{_code(haproxy.RESOURCE)}, {field}", "told back, the worker stays")
    for do, _ in _tests("release.test_healed").HANDS.values():
        if do and do not in haproxy.TOLD:
            yield Row(_code(do), "the release's slot", "told back; 0 requests failed once users are answered again")


def _undeclared() -> Iterator[Row]:
    for name, hand in _tests("watch.test_hands").HANDS.items():
        yield Row(f"{name}: {_code(hand.do)}", _code(hand.resource), "by choice" if hand.proof else "said")


def _who() -> Iterator[Row]:
    return (Row(_code(hand.do), _code(hand.resource), "by choice") for hand in _tests("watch.test_who").HANDS)


def _code(text: str) -> str:
    """In one cell of a table."""
    line = " ".join(text.split()).replace("|", "\\|")
    return f"``{line}``" if "`" in line else f"`{line}`"


def page() -> str:
    number, lines = 0, [HEAD]
    for title, several in rows().items():
        lines.append(f"## {title}\n\n| | what is done | a check says | an apply |\n|---|---|---|---|")
        for row in several:
            number += 1
            lines.append(f"| {number} | {row.do} | {row.found} | {row.apply} |")
        lines.append("")
    return "\n".join(lines)


def test_the_table_of_hands_is_what_the_tests_do() -> None:
    if os.environ.get("WRITE_HANDS"):
        PAGE.write_text(page(), encoding="utf-8")
    assert PAGE.read_text(encoding="utf-8") == page()


def test_there_are_more_than_sixty() -> None:
    assert sum(len(several) for several in rows().values()) > 60
