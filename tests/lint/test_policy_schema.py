# SPDX-License-Identifier: GPL-3.0-or-later
"""The policy's schema is what the model says, and what makes it costs no ordinary run a second."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from gitops import schema
from tests.lint.yaml_files import load

ROOT = Path(__file__).resolve().parents[2]
PLUGINS = ROOT / "collections/ansible_collections/echodiary/infra/plugins"
NAME = "ansible_collections.echodiary.infra.plugins"
DOORS = [f"{NAME}.{kind}.{path.stem}" for kind in ("callback", "action", "filter") for path in sorted((PLUGINS / kind).glob("[!_]*.py"))]
#: pydantic alone takes a fifth of a second
HEAVY = ("pydantic", "gitops")


def loaded(names: list[str]) -> set[str]:
    """Top-level packages that a fresh Python has after it imported these."""
    program = f"import importlib, sys\nfor name in {names!r}: importlib.import_module(name)\nprint(*sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", program],
        cwd=ROOT,
        env={"PYTHONPATH": f"{ROOT}:{ROOT}/collections"},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return {name.partition(".")[0] for name in done.stdout.split()}


def test_the_schema_is_what_the_model_says() -> None:
    assert schema.FILE.read_text(encoding="utf-8") == schema.text(), "python -m gitops.schema writes it"


@pytest.mark.parametrize("path", sorted((ROOT / "gitops/environments").glob("*.yml")), ids=lambda path: path.stem)
def test_editors_are_told_of_it(path: Path) -> None:
    assert load(path)
    assert "yaml-language-server: $schema=../policy.schema.json" in path.read_text(encoding="utf-8").splitlines()[1]


def test_an_ordinary_run_does_not_pay_for_it() -> None:
    assert len(DOORS) > 25
    assert loaded(DOORS).isdisjoint(HEAVY)


def test_who_does_is_found() -> None:
    assert loaded(["gitops.policy"]) >= set(HEAVY)
