# SPDX-License-Identifier: GPL-3.0-or-later
"""Ansible renders the values of a mapping and never its keys: a template there arrives as it is written."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from tests.lint import texts

ROOT = Path(__file__).parents[2]
COLLECTION = "collections/ansible_collections/echodiary/infra"
PLACES = ("inventories", "molecule", f"{COLLECTION}/playbooks", f"{COLLECTION}/roles")
FILES = [path for path in texts.tracked_files(ROOT, *PLACES) if path.suffix == ".yml" and "tree" not in path.parts]


class _AnyTag(yaml.SafeLoader):
    """Vaulted and unsafe values are read as what they stand beside."""


_AnyTag.add_multi_constructor("!", lambda loader, suffix, node: None)


def templated_keys(text: str) -> Iterator[str]:
    for event in yaml.compose_all(text, Loader=_AnyTag):
        yield from _in(event)


def _in(node: yaml.Node) -> Iterator[str]:
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            if isinstance(key, yaml.ScalarNode) and "{{" in key.value:
                yield f"line {key.start_mark.line + 1}: {key.value}"
            yield from _in(value)
    elif isinstance(node, yaml.SequenceNode):
        for item in node.value:
            yield from _in(item)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_no_key_is_a_template(path: Path) -> None:
    assert list(templated_keys(path.read_text(encoding="utf-8"))) == []


def test_one_would_be_found() -> None:
    assert list(templated_keys('- x: {"{{ inventory_hostname }}": 1}\n'))
