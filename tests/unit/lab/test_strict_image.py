# SPDX-License-Identifier: GPL-3.0-or-later
"""The imitation of AWS is one package: what tests import is what the lab's image holds."""

from __future__ import annotations

import ast
import sys
from pathlib import Path

from lab import topology

ROOT = Path(__file__).resolve().parents[3]
PACKAGE = ROOT / "lab" / "strict"
#: what moto itself needs
ALLOWED = {"boto3", "botocore", "moto", "werkzeug"}


def test_the_image_holds_the_package() -> None:
    extra = topology.service_recipe(ROOT, "aws").extra
    assert {name.removeprefix("strict/") for name in extra} == {str(path.relative_to(PACKAGE)) for path in PACKAGE.rglob("*.py")}
    assert extra["strict/server.py"] == (PACKAGE / "server.py").read_bytes()


def test_the_other_images_do_not() -> None:
    assert topology.service_recipe(ROOT, "redis").extra == {}


def test_it_needs_moto_and_what_moto_needs() -> None:
    """In the image there is no repository around it."""
    found: set[str] = set()
    for path in PACKAGE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                found |= {alias.name.split(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.level == 0:
                found.add(str(node.module).split(".")[0])
    assert found - set(sys.stdlib_module_names) <= ALLOWED
