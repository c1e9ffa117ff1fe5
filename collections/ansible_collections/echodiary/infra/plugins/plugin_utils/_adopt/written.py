# SPDX-License-Identifier: GPL-3.0-or-later
"""Entries at the end of a list in a file of the inventory: what stands there, people's comments too, stays letter by letter. Pure."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, cast

import yaml

from .._common import pinned

if TYPE_CHECKING:
    from ...module_utils._kinds.model import Json
    from .plan import Entry

VARIABLE = "baseline_allowed"
COMMENT = "What is on hosts and nobody declared, let be with a reason. Review what was adopted, and take out what should not be there."


class _Indented(yaml.SafeDumper):
    """Lists stand further in than what they belong to, as linters want it."""

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:
        super().increase_indent(flow, False)


def text(before: str, added: Sequence[Entry] | Sequence[dict[str, Any]], variable: str = VARIABLE) -> str:
    """The file with ``added`` at the end of its list. ValueError where it is no file of variables, or that variable no list."""
    entry = pinned.entries(before).get(variable)
    if entry is None:
        return pinned.appended(before, _dumped({variable: _plain(added)}), COMMENT)
    node = entry[1]
    if not isinstance(node, yaml.SequenceNode):
        raise ValueError(f"{variable} is no list there; write it as one, or under another file's name")
    if node.flow_style or not node.value:
        listed = yaml.safe_load(before)[variable] or []
        return pinned.text(before, variable, cast("Json", [*listed, *added]), COMMENT)
    end = pinned.end(before, node)
    indented = textwrap.indent(_dumped(_plain(added)), " " * node.start_mark.column)
    return f"{before[:end]}\n{indented.rstrip()}{before[end:] or chr(10)}"


def _plain(added: Sequence[Entry] | Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    return [dict(one) for one in added]


def _dumped(value: Any) -> str:
    return yaml.dump(value, Dumper=_Indented, sort_keys=False, width=10_000, allow_unicode=True)
