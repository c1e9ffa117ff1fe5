# SPDX-License-Identifier: GPL-3.0-or-later
"""What goes along with a call: all that its files import, found in the files, and nothing that a bare Python lacks."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from ansible_collections.echodiary.infra.plugins import module_utils
from ansible_collections.echodiary.infra.plugins.plugin_utils._calls import halves, packages

HOME = Path(next(iter(module_utils.__path__)))
#: every package that has something to run
NAMES = sorted(path.parent.name for path in HOME.glob("*/main.py"))
FILES = sorted({file for name in NAMES for file in packages.package(name).files})


def text(file: str) -> str:
    return (HOME / (file.replace(".", "/") + ".py")).read_text(encoding="utf-8")


def tree(file: str) -> ast.Module:
    return ast.parse(text(file))


def imported(file: str) -> set[str]:
    """What Python's own parser finds in all of the file that is sent, but for what is there for types alone."""
    own, found = file.partition(".")[0], set()
    for node in at_run_time(ast.parse(halves.hosts(text(file))) if file.startswith("_kinds.") else tree(file)):
        if isinstance(node, ast.ImportFrom) and node.level:
            base = ".".join([*([own] if node.level == 1 else []), *([node.module] if node.module else [])])
            found |= {f"{base}.{alias.name}" for alias in node.names} if (HOME / base.replace(".", "/")).is_dir() else {base}
    return found


def is_for_types(one: ast.AST) -> bool:
    asked = ast.unparse(one.test) if isinstance(one, ast.If) else ast.unparse(one) if isinstance(one, ast.ImportFrom) else ""
    return asked in ("TYPE_CHECKING", "from typing import TYPE_CHECKING")


def at_run_time(node: ast.AST) -> Iterator[ast.AST]:
    for child in ast.iter_child_nodes(node):
        if not is_for_types(child):
            yield child
            yield from at_run_time(child)


@pytest.mark.parametrize("file", FILES)
def test_all_that_a_file_imports_is_found(file: str) -> None:
    assert set(packages.imported(file)) == imported(file)


@pytest.mark.parametrize("name", NAMES)
def test_a_package_is_whole_and_has_nothing_that_nobody_imports(name: str) -> None:
    found = packages.package(name)
    assert (found.name, f"{name}.main" in found.files) == (name, True)
    assert {target for file in found.files for target in imported(file)} | {f"{name}.main"} == set(found.files)


#: the second came with Python 3.12, and whoever asks for it does without where it is not
STANDARD = sys.stdlib_module_names | {"_sha2"}


@pytest.mark.parametrize("file", FILES)
def test_what_a_file_imports_at_once_is_in_every_python(file: str) -> None:
    """What runs inside a release asks for the release's own packages later, in functions."""
    nodes = list(ast.iter_child_nodes(tree(file))) if file.startswith("_inside.") else at_run_time(tree(file))
    for node in nodes:
        names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
        if isinstance(node, ast.ImportFrom) and node.level == 0:
            names = [str(node.module)]
        assert {one.partition(".")[0] for one in names} <= STANDARD


@pytest.mark.parametrize("file", FILES)
def test_what_is_sent_means_the_same(file: str) -> None:
    """Also where something goes wrong: every line is where it was."""
    whole = packages.source(file)
    assert statements(packages.bare(whole)) == statements(whole)


SIMPLE = (ast.Expr, ast.Assign, ast.AnnAssign, ast.AugAssign, ast.Return, ast.Raise, ast.Assert, ast.Import, ast.ImportFrom, ast.Delete)


def statements(source: str) -> list[str]:
    """All that runs but docstrings, with their lines."""
    found = [one for one in at_run_time(ast.parse(source)) if isinstance(one, SIMPLE) and not is_text(one)]
    return [ast.dump(one, include_attributes=True) for one in found]


@pytest.mark.parametrize("file", FILES)
def test_what_is_there_for_types_alone_is_not_sent(file: str) -> None:
    sent = ast.parse(packages.bare(packages.source(file)))
    assert [ast.unparse(one) for one in ast.walk(sent) if is_for_types(one)] == []


def is_text(one: ast.AST) -> bool:
    return isinstance(one, ast.Expr) and isinstance(one.value, ast.Constant) and isinstance(one.value.value, str)


def test_what_a_function_returns_is_for_types_alone() -> None:
    several, one = "def f(\n    a: int,\n) -> dict[str, int]:\n    return {}\n", "class P:\n    def g(self) -> int:\n        return 1\n"
    short = "def h() -> int: ...\n"
    assert packages.bare(several + one + short) == several.replace(" -> dict[str, int]", "") + one.replace(" -> int", "") + short


@pytest.mark.parametrize("file", FILES)
def test_what_a_function_takes_is_what_it_took(file: str) -> None:
    """Names and defaults, whatever became of their types."""
    whole = packages.source(file)
    assert heads(packages.bare(whole)) == heads(whole)


def heads(source: str) -> list[str]:
    found = [one for one in at_run_time(ast.parse(source)) if isinstance(one, ast.FunctionDef)]
    for one in (argument for head in found for argument in ast.walk(head.args) if isinstance(argument, ast.arg)):
        one.annotation = None
    return [f"{one.name}({ast.unparse(one.args)})" for one in found]


def test_types_of_what_it_takes_are_not_sent() -> None:
    plain, odd = "def f(a: dict[str, list[int]], *b: x.Y | None, c: int = 1, **d: Any):\n", "def g(a: dict[str, int] = {'b: c, d': 1}):\n"
    assert packages.bare(f"{plain}    return a\n{odd}    return a\n") == f"def f(a, *b, c = 1, **d):\n    return a\n{odd}    return a\n"


def test_texts_of_several_lines_are_sent_as_they_are() -> None:
    source = 'X = """\n# not a comment\n"""\ndef f() -> None:\n    """Doc."""\n'
    assert packages.bare(source) == source


def write(home: Path, name: str, text: str) -> None:
    path = home / (name.replace(".", "/") + ".py")
    path.parent.mkdir(exist_ok=True)
    path.write_text(text, encoding="utf-8")


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(packages, "_HOME", str(tmp_path))
    for cached in (packages.package, packages.source, packages.shipped):
        monkeypatch.setattr(packages, cached.__wrapped__.__name__, cached.__wrapped__)
    return tmp_path


def test_every_form_of_import_is_followed(home: Path) -> None:
    write(
        home,
        "_one.main",
        "from . import a, b as other\nfrom .c import (\n    x,  # why\n    y,\n)\ndef later():\n    from .._two import d\n",
    )
    write(home, "_one.a", "import os\nfrom os import path\n")
    write(home, "_one.b", "from .._two.e import (z)\n")
    write(home, "_one.c", "from . import main\nx = y = 1\n")
    write(home, "_one.unused", "")
    write(home, "_two.d", "")
    write(home, "_two.e", "z = 1\n")
    assert packages.package("_one").files == ("_one.a", "_one.b", "_one.c", "_one.main", "_two.d", "_two.e")


def test_what_only_types_need_is_not_sent(home: Path) -> None:
    write(
        home,
        "_one.main",
        "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from . import shapes\n\n    from .._two import shapes as others\n"
        "from . import a\ndef later():\n    from . import b\n",
    )
    write(home, "_one.a", "if TYPE_CHECKING:\n    from . import shapes\n")
    write(home, "_one.b", "")
    assert packages.package("_one").files == ("_one.a", "_one.b", "_one.main")


def test_an_import_that_leads_nowhere_is_not_sent_half(home: Path) -> None:
    write(home, "_one.main", "from . import gone\n")
    with pytest.raises(OSError, match="gone"):
        packages.package("_one")


def test_the_digest_is_of_the_sources(home: Path) -> None:
    write(home, "_one.main", "A = 1\n")
    first = packages.shipped(packages.package("_one"))
    assert packages.shipped(packages.package("_one")) == first
    write(home, "_one.main", "A = 2\n")
    assert packages.shipped(packages.package("_one")).digest != first.digest
