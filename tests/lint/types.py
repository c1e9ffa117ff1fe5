# SPDX-License-Identifier: GPL-3.0-or-later
"""How much of what functions are given has no shape: parameters annotated with `Any` or `object`, in so many words or by an alias. Pure.

`object`, and `dict[str, object]` with it, hides as much as `Any` does: who is given one can only test or cast. A name counts where it
stands for such a type in its own file or in the file that it is imported from.
"""

from __future__ import annotations

import ast
import functools
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

SHAPELESS = frozenset({"Any", "object"})
_EXPRESSIONS = (ast.Name, ast.Attribute, ast.Subscript, ast.BinOp, ast.Constant)


class File(NamedTuple):
    """``place`` is its path below the folder, in parts, without ``.py``."""

    place: tuple[str, ...]
    tree: ast.Module

    @property
    def name(self) -> str:
        return "/".join(self.place) + ".py"


class Parameter(NamedTuple):
    file: str
    line: int
    text: str
    shapeless: bool


#: (place of a file, name in it) of what stands for a shapeless type
Aliases = frozenset[tuple[tuple[str, ...], str]]


def files(folder: Path) -> list[File]:
    return [read(path.relative_to(folder), path.read_text(encoding="utf-8")) for path in sorted(folder.rglob("*.py"))]


def read(path: Path, source: str) -> File:
    return File(path.with_suffix("").parts, ast.parse(source))


def parameters(read_files: list[File]) -> list[Parameter]:
    """All annotated ones but ``self`` and ``cls``."""
    known = aliases(read_files)
    return [found for file in read_files for found in _of_file(file, known)]


def report(found: list[Parameter], bound: float, worst: int = 15) -> str:
    """Empty when at most ``bound`` percent have no shape, else what to do and the files to begin with."""
    shapeless = [one for one in found if one.shapeless]
    share = 100 * len(shapeless) / len(found)
    if share <= bound:
        return ""
    counts = Counter(one.file for one in shapeless)
    first = {one.file: one for one in reversed(shapeless)}
    head = f"{len(shapeless)} of {len(found)} parameters ({share:.1f} %, at most {bound:g} %) are Any or object, or aliases of them."
    advice = "Give what travels a TypedDict or a NamedTuple, and what enters as JSON model.Json; begin with:"
    files_first = (f"  {count:3} {name}: line {first[name].line}, {first[name].text}" for name, count in counts.most_common(worst))
    return "\n".join([f"{head} {advice}", *files_first])


def aliases(read_files: list[File]) -> Aliases:
    """Of aliases of aliases, too."""
    known: Aliases = frozenset()
    while True:
        more = frozenset((file.place, name) for file in read_files for name, value in _assigned(file) if _is_shapeless(value, file, known))
        if more == known:
            return known
        known = more


def _assigned(file: File) -> Iterator[tuple[str, ast.expr]]:
    """What may be aliases: names with a capital letter that stand for something that a type could be written as."""
    for node in file.tree.body:
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name) and isinstance(node.value, _EXPRESSIONS):
            name = node.targets[0].id
            if name.lstrip("_")[:1].isupper() and not name.isupper():
                yield name, node.value


def _of_file(file: File, known: Aliases) -> Iterator[Parameter]:
    for node in ast.walk(file.tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            for one in _arguments(node.args):
                if one.annotation is not None and one.arg not in ("self", "cls"):
                    text = f"{node.name}({one.arg}: {ast.unparse(one.annotation)})"
                    yield Parameter(file.name, one.lineno, text, _is_shapeless(one.annotation, file, known))


def _arguments(given: ast.arguments) -> list[ast.arg]:
    return [*given.posonlyargs, *given.args, *given.kwonlyargs, *filter(None, (given.vararg, given.kwarg))]


def _is_shapeless(annotation: ast.expr, file: File, known: Aliases) -> bool:
    imported = _imports(file)
    return any(_names_one(node, file, imported, known) for node in _parts(annotation))


def _parts(annotation: ast.expr) -> Iterator[ast.AST]:
    """What is written as a text is an annotation as well."""
    for node in ast.walk(annotation):
        yield node
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value.isprintable():
            try:
                yield from _parts(ast.parse(node.value, mode="eval").body)
            except SyntaxError:
                continue


def _names_one(node: ast.AST, file: File, imported: dict[str, tuple[str, ...]], known: Aliases) -> bool:
    if isinstance(node, ast.Attribute):
        holder = imported.get(node.value.id, ()) if isinstance(node.value, ast.Name) else ()
        return node.attr == "Any" or (holder, node.attr) in known
    if isinstance(node, ast.Name):
        origin = imported.get(node.id, ())
        return node.id in SHAPELESS or (file.place, node.id) in known or (origin[:-1], origin[-1] if origin else "") in known
    return False


@functools.cache
def _imports(file: File) -> dict[str, tuple[str, ...]]:
    """Name -> where it is from, of what is imported from files beside this one."""
    found = {}
    for node in ast.walk(file.tree):
        if isinstance(node, ast.ImportFrom):
            base = file.place[: len(file.place) - node.level] if node.level else ()
            for alias in node.names:
                found[alias.asname or alias.name] = (*base, *(node.module.split(".") if node.module else ()), alias.name)
    return found
