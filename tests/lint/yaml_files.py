# SPDX-License-Identifier: GPL-3.0-or-later
"""YAML as the lints read it: plain data, tags such as !vault and !unsafe taken for their value."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml


class _Loader(yaml.SafeLoader):
    """Knows every tag."""


def _untagged(loader: _Loader, _suffix: str, node: yaml.Node) -> Any:
    if isinstance(node, yaml.MappingNode):
        return loader.construct_mapping(node, deep=True)
    if isinstance(node, yaml.SequenceNode):
        return loader.construct_sequence(node, deep=True)
    return loader.construct_scalar(node) if isinstance(node, yaml.ScalarNode) else None


_Loader.add_multi_constructor("!", _untagged)


def load(path: Path) -> Any:
    """The file's data, or None when there is no such file (another lint says so)."""
    return yaml.load(path.read_text(encoding="utf-8"), Loader=_Loader) if path.is_file() else None


def scalars(data: Any, where: str = "") -> Iterator[tuple[str, Any]]:
    """Every value that is no list or mapping, with its place: ("a.b[0]", 1)."""
    if isinstance(data, dict):
        for key, value in data.items():
            yield from scalars(value, f"{where}.{key}" if where else str(key))
    elif isinstance(data, list):
        for number, value in enumerate(data):
            yield from scalars(value, f"{where}[{number}]")
    else:
        yield where, data
