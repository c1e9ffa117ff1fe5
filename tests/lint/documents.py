# SPDX-License-Identifier: GPL-3.0-or-later
"""What people read: commands that exist, fragments that parse, modules that document what they promise."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

from tests.lint.yaml_files import load

ATTRIBUTES = ("check_mode", "diff_mode", "idempotent")
FRAGMENTS = Path(__file__).resolve().parents[2] / "collections/ansible_collections/echodiary/infra/plugins/doc_fragments"

_FENCE = re.compile(r"^ *```.*?^ *```", re.MULTILINE | re.DOTALL)
_INLINE = re.compile(r"`[^`\n]+`")
_MAKE = re.compile(r"(?:^|[`;&|]|\$) *make +([a-z][a-z0-9-]*)", re.MULTILINE)
_TARGET = re.compile(r"^([a-z][a-z0-9-]*):", re.MULTILINE)


def unknown_commands(document: Path, makefile: Path) -> list[str]:
    """`make x` in a document's code where the Makefile has no x."""
    text = document.read_text(encoding="utf-8")
    code = [*_FENCE.findall(text), *_INLINE.findall(_FENCE.sub("", text))]
    used = {target for piece in code for target in _MAKE.findall(piece)}
    known = set(_TARGET.findall(makefile.read_text(encoding="utf-8")))
    return [f"{document.name}: the Makefile has no target {target}" for target in sorted(used - known)]


def different_commands(one: Path, other: Path) -> list[str]:
    """Two languages of one document must tell people to type the same."""
    first, second = (_commands(document) for document in (one, other))
    return [] if first == second else [f"{one.name} and {other.name} differ in their code: {first} / {second}"]


def _commands(document: Path) -> list[str]:
    """The commands of every shell block, without comments: those are translated."""
    blocks = re.findall(r"^```(?:sh|bash)\n(.*?)^```", document.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)
    lines = [line.partition("#")[0].strip() for block in blocks for line in block.splitlines()]
    return [line for line in lines if line]


def fragment_problems(changelogs: Path) -> list[str]:
    """Changelog fragments that no changelog could be made of."""
    config = load(changelogs / "config.yaml")
    prelude = config["prelude_section_name"]
    known = {prelude, config["trivial_section_name"], *(name for name, _title in config["sections"])}
    problems = []
    for path in sorted((changelogs / "fragments").iterdir()):
        problems += [f"{path.name}: {problem}" for problem in _fragment_problems(path, known, prelude)]
    return problems


def _fragment_problems(path: Path, known: set[str], prelude: str) -> Iterator[str]:
    if path.suffix not in (".yml", ".yaml"):
        yield "is not a .yml file"
        return
    data = load(path)
    if not isinstance(data, dict) or not data:
        yield "is not a mapping of sections"
        return
    for section, entries in data.items():
        if section not in known:
            yield f"{section} is not a section of config.yaml"
        elif section == prelude and not isinstance(entries, str):
            yield f"{section} is not a text"
        elif section != prelude and not (isinstance(entries, list) and all(isinstance(entry, str) for entry in entries)):
            yield f"{section} is not a list of texts"


def module_problems(module: Path) -> list[str]:
    """A module without documentation, return values, running examples, or a word on check mode."""
    documents = {name: text for name, text in _literals(module).items() if name in ("DOCUMENTATION", "EXAMPLES", "RETURN")}
    problems = [f"has no {name}" for name in ("DOCUMENTATION", "EXAMPLES", "RETURN") if name not in documents]
    parsed = {}
    for name, text in documents.items():
        try:
            parsed[name] = yaml.safe_load(text)
        except yaml.YAMLError as error:
            problems.append(f"{name} is not YAML: {str(error).splitlines()[0]}")
    documentation = parsed.get("DOCUMENTATION")
    if isinstance(documentation, dict):
        problems += _documentation_problems(module, documentation)
    return [f"{module.name}: {problem}" for problem in problems]


def _documentation_problems(module: Path, documentation: dict[str, Any]) -> Iterator[str]:
    if documentation.get("module") != module.stem:
        yield f"DOCUMENTATION names module {documentation.get('module')}"
    attributes = {**_shared_attributes(documentation), **(documentation.get("attributes") or {})}
    for name in ATTRIBUTES:
        if not isinstance(attributes.get(name), dict) or "support" not in attributes[name]:
            yield f"DOCUMENTATION says nothing of attributes.{name}.support"


def _shared_attributes(documentation: dict[str, Any]) -> dict[str, Any]:
    """Of the collection's fragments that it extends."""
    found: dict[str, Any] = {}
    for name in documentation.get("extends_documentation_fragment") or ():
        file, _, part = str(name).removeprefix("echodiary.infra.").partition(".")
        text = _literals(FRAGMENTS / f"{file}.py").get(part.upper() or "DOCUMENTATION", "")
        found |= (yaml.safe_load(text) or {}).get("attributes") or {}
    return found


def _literals(module: Path) -> dict[str, str]:
    """String constants of a module, or of its one class, by name, without running it."""
    found = {}
    body = ast.parse(module.read_text(encoding="utf-8")).body
    for node in (part for one in body for part in (one.body if isinstance(one, ast.ClassDef) else [one])):
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str):
            found.update({target.id: node.value.value for target in node.targets if isinstance(target, ast.Name)})
    return found
