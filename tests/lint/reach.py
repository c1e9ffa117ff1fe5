# SPDX-License-Identifier: GPL-3.0-or-later
"""What the collection takes from elsewhere: files that it names, links, packages of Python, other collections."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from tests.lint.yaml_files import load

#: Their value is a file, or a list of files, in the collection. Other modules copy files of their role or from the host.
_FILES = re.compile(r"^(ansible\.builtin\.)?((include|import)_(tasks|vars|playbook)|template|script)$|^vars_files$")
_LOOKUP = re.compile(r"""(?:lookup|query)\(\s*['"](?:ansible\.builtin\.)?(?:template|file|first_found)['"]\s*,\s*['"]([^'"]+)['"]""")
_PLAYBOOK_DIR = re.compile(r"\{\{ *playbook_dir *\}\}|playbook_dir *~ *['\"]")
#: Packages of Ansible itself are no collections, and one is called as a collection is (ansible.utils).
_IMPORT = re.compile(r"^ *(from|import) .*", re.MULTILINE)
_NAME = re.compile(r"(?<![\w.])([a-z]\w+\.[a-z]\w+)\.[a-z_]\w*")


def named_files(data: Any) -> Iterator[str]:
    """Every file that a playbook, a task file or a variable names, as it is written."""
    for key, value in data.items() if isinstance(data, dict) else enumerate(data if isinstance(data, list) else []):
        if _FILES.match(str(key)):
            yield from map(_file, value if isinstance(value, list) else [value])
        if isinstance(value, (dict, list)):
            yield from named_files(value)
        else:
            yield from _LOOKUP.findall(str(value))
            yield from [str(value)] if _PLAYBOOK_DIR.search(str(value)) else []


def _file(value: Any) -> str:
    return str(value.get("src") or value.get("file") or "") if isinstance(value, dict) else str(value)


def outside(path: Path, collection: Path) -> list[str]:
    """Of the files that one names: those that are not there, or lie elsewhere. What a variable names lies where somebody else says."""
    return [name for name in named_files(load(path)) if not _is_inside(name, path, collection)]


def _is_inside(name: str, path: Path, collection: Path) -> bool:
    kind, *rest = path.relative_to(collection).parts
    role = collection / kind / rest[0]
    name, beside = _PLAYBOOK_DIR.subn("", name)
    if beside:
        return kind == "playbooks" and any((place / name.strip("/'\"{} ")).is_file() for place in _playbook_dirs(collection))
    if name.startswith("{{") and not name.endswith("}}") and ".." not in name:
        return any(path.parent.glob(f"*{name.rpartition('}}')[2]}"))
    if "{{" in name or re.fullmatch(r"echodiary\.infra\.[\w.]+", name):
        return ".." not in name
    places = [path.parent, *((role / part for part in ("tasks", "templates", "files", "vars")) if kind == "roles" else [])]
    return any((place / name).resolve().is_relative_to(collection.resolve()) and (place / name).is_file() for place in places)


def _playbook_dirs(collection: Path) -> list[Path]:
    return [collection / "playbooks", collection / "playbooks/incident"]


def links(collection: Path) -> list[Path]:
    """A tarball has no place for what a link leads to outside of it."""
    return [path for path in collection.rglob("*") if path.is_symlink() and not path.resolve().is_relative_to(collection.resolve())]


def collections(paths: Iterable[Path], installed: Path) -> set[str]:
    """Collections of which something is named, its own aside. Any text with two dots looks so; those are, of which there is one."""
    texts = (_IMPORT.sub("", path.read_text(encoding="utf-8")) for path in paths)
    named = {name for text in texts for name in _NAME.findall(text)} - {"ansible.builtin", "echodiary.infra"}
    return {name for name in named if (installed / name.replace(".", "/")).is_dir()}
