# SPDX-License-Identifier: GPL-3.0-or-later
"""Packages import each other in one direction, and docs/architecture.md leads to what is there."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import pytest

from tests.lint import imports

ROOT = Path(__file__).parents[2]
PLUGINS = ROOT / "collections/ansible_collections/echodiary/infra/plugins"
PAGE = (ROOT / "docs/architecture.md").read_text(encoding="utf-8")
#: a file of the page's tables, and the functions that it names there
PLACES = re.findall(r"`((?:plugins|gitops)/[\w/]+\.py)`((?:,? `\w+`)*)", PAGE)
#: what a release's own Python has, where ``_inside`` works
INSIDE = frozenset({"sqlalchemy", "alembic", "psycopg"})
#: of which Python 3.12 has one more
STANDARD = sys.stdlib_module_names | {"_sha2"}
#: of all of module_utils
BIGGEST = 0.25


@pytest.mark.parametrize("part", ["module_utils", "plugin_utils"])
def test_packages_import_each_other_in_one_direction(part: str) -> None:
    graph = imports.rooms(imports.arrows(PLUGINS, part), part)
    assert len(graph) > 10
    assert imports.circles(graph) == []


def test_hosts_need_no_more_than_the_standard_library() -> None:
    found = imports.arrows(PLUGINS, "module_utils")
    assert imports.foreign(found, STANDARD | INSIDE, "module_utils") == []


@pytest.mark.parametrize("part", ["module_utils", "plugin_utils"])
def test_nothing_imports_the_doors(part: str) -> None:
    doors = {"action", "callback", "filter", "modules"}
    assert [arrow for arrow in imports.arrows(PLUGINS, part) if arrow.target.split(".")[0] in doors] == []


@pytest.mark.parametrize("part", ["module_utils", "plugin_utils"])
def test_everything_lies_in_a_package(part: str) -> None:
    assert [path.name for path in (PLUGINS / part).glob("*.py") if path.name not in ("__init__.py", "_loader.py")] == []


def test_no_package_is_the_house() -> None:
    lines = {path: len(path.read_text(encoding="utf-8").splitlines()) for path in (PLUGINS / "module_utils").rglob("*.py")}
    sizes: dict[str, int] = {}
    for path, count in lines.items():
        sizes[path.parent.name] = sizes.get(path.parent.name, 0) + count
    assert max(sizes.values()) <= BIGGEST * sum(sizes.values()), sorted(sizes.items(), key=lambda one: -one[1])[:3]


@pytest.mark.parametrize(("file", "names"), PLACES, ids=[file for file, _ in PLACES])
def test_the_page_leads_to_what_is_there(file: str, names: str) -> None:
    text = (ROOT / file).read_text(encoding="utf-8")
    assert [name for name in re.findall(r"\w+", names) if f"def {name}(" not in text] == []


def test_the_page_says_where_a_dozen_things_are() -> None:
    assert len(PLACES) >= 12


def test_the_page_names_every_package() -> None:
    named = set(re.findall(r"`(_\w+)`", PAGE))
    packages = {path.parent.name for part in ("plugin_utils", "module_utils") for path in (PLUGINS / part).glob("_*/*.py")}
    assert packages - named == set()


def test_circles_and_strangers_are_found(tmp_path: Path) -> None:
    for name, text in {"_a/one.py": "from .._b import two\nimport requests", "_b/two.py": "from .._a.one import x"}.items():
        path = tmp_path / "module_utils" / name
        path.parent.mkdir(parents=True)
        path.write_text(text)
    found = imports.arrows(tmp_path, "module_utils")
    assert imports.circles(imports.rooms(found, "module_utils")) == ["_a", "_b"]
    assert [arrow.target for arrow in imports.foreign(found, sys.stdlib_module_names, "module_utils")] == ["requests"]
