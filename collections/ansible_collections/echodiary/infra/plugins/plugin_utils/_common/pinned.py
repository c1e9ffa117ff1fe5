# SPDX-License-Identifier: GPL-3.0-or-later
"""One variable in a YAML file of the inventory, which has others and people's words in it: those stay, letter by letter. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

import yaml
from ansible.parsing.yaml.dumper import AnsibleDumper

if TYPE_CHECKING:
    from ...module_utils._kinds.model import Json

Entry = tuple[yaml.Node, yaml.Node]


def text(before: str, variable: str, value: Json, comment: str) -> str:
    """The file as it is to be; ``comment`` stands above a variable that is new. ValueError where that cannot be done."""
    line = yaml.dump({variable: value}, Dumper=AnsibleDumper, width=10_000, allow_unicode=True)
    wanted = entries(line)[variable]
    known = entries(before)
    there = known.get(variable)
    if there and _meaning(there[1]) == _meaning(wanted[1]):
        return before
    after = _replaced(before, there, line) if there else appended(before, line, comment)
    if not _holds(after, _meanings({**known, variable: wanted})):
        raise ValueError(f"it cannot be told which lines of it are {variable}'s; write each variable on lines of its own")
    return after


def entries(content: str) -> dict[str, Entry]:
    """Name -> key and value, as they are written."""
    try:
        root = yaml.compose(content, Loader=yaml.SafeLoader)
    except yaml.YAMLError as error:
        raise ValueError(f"it is no YAML: {' '.join(str(error).split())}") from None
    if root is None or root.tag == "tag:yaml.org,2002:null":
        return {}
    if not isinstance(root, yaml.MappingNode):
        raise ValueError("it is no mapping of variables to values")
    found = {str(key.value): (key, value) for key, value in root.value}
    if len(found) < len(root.value):
        raise ValueError("it has a variable twice; leave one of them")
    return found


def _holds(content: str, meant: dict[str, object]) -> bool:
    try:
        return _meanings(entries(content)) == meant
    except ValueError:
        return False


def _meanings(entries: dict[str, Entry]) -> dict[str, object]:
    return {name: _meaning(value) for name, (_key, value) in entries.items()}


def _meaning(node: yaml.Node) -> object:
    """Without how it is written."""
    if isinstance(node, yaml.MappingNode):
        return node.tag, [(_meaning(key), _meaning(value)) for key, value in node.value]
    return node.tag, [_meaning(one) for one in node.value] if isinstance(node, yaml.SequenceNode) else node.value


def appended(before: str, line: str, comment: str) -> str:
    said = "".join(f"# {words}\n" for words in comment.splitlines())
    above = before or "---\n"
    return above + ("" if above.endswith("\n") else "\n") + ("" if said in above else said) + line


def _replaced(before: str, entry: Entry, line: str) -> str:
    key, value = entry
    return before[: key.start_mark.index] + line.rstrip("\n") + before[end(before, value) :]


def end(content: str, value: yaml.Node) -> int:
    """A block's mark is where what comes after it begins; what lies between are other people's lines."""
    marked: int = value.end_mark.index
    if content[:marked].endswith("\n") or marked == len(content):
        lines = content[value.start_mark.index : marked].splitlines(keepends=True)
        while len(lines) > 1 and (not lines[-1].strip() or lines[-1].startswith("#")):
            lines.pop()
        return value.start_mark.index + len("".join(lines).rstrip("\n"))
    return marked
