# SPDX-License-Identifier: GPL-3.0-or-later
"""The payload is complete, in order, and needs nothing of what the host or the controller may lack."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest
from ansible_collections.echodiary.infra.plugins.module_utils import _alembic
from ansible_collections.echodiary.infra.plugins.module_utils._alembic import launch, main
from ansible_collections.echodiary.infra.plugins.module_utils._alembic.inside import main as inside
from ansible_collections.echodiary.infra.plugins.plugin_utils import _alembic_remote as remote

HOME = Path(str(_alembic.__file__)).parent
FILES = [*HOME.glob("*.py"), *(HOME / "inside").glob("*.py")]


@pytest.mark.parametrize(("folder", "names"), [(HOME, remote.HOST), (HOME / "inside", remote.INSIDE)], ids=["host", "inside"])
def test_a_file_only_imports_what_stands_before_it_and_none_is_forgotten(folder: Path, names: tuple[str, ...]) -> None:
    assert sorted(names) == sorted(path.stem for path in folder.glob("*.py") if path.stem != "__init__")
    for at, name in enumerate(names):
        for node in ast.parse((folder / f"{name}.py").read_text(encoding="utf-8")).body:
            if isinstance(node, ast.ImportFrom) and node.level == 1:
                wanted = {node.module} if node.module else {alias.name for alias in node.names}
                assert wanted <= set(names[:at]), name


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_what_a_file_imports_at_once_is_in_every_python(path: Path) -> None:
    for node in ast.parse(path.read_text(encoding="utf-8")).body:
        names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
        if isinstance(node, ast.ImportFrom) and node.level == 0:
            names = [str(node.module)]
        assert {one.partition(".")[0] for one in names} <= sys.stdlib_module_names


def test_both_halves_agree_on_the_marker() -> None:
    assert main.MARKER == inside.MARKER


def test_it_runs_in_a_bare_interpreter_and_answers() -> None:
    place = {"image": None, "virtualenv": "/absent", "python": None, "directory": "/", "env_file": None}
    run = {"place": place, "environment": {"DATABASE_URL": "postgresql://a:hunter22@b/c"}, "request": {}, "timeout": 10}
    done = subprocess.run(
        ["sh", "-c", remote.command(sys.executable)], input=remote.payload([run]), capture_output=True, check=False, env={}
    )
    answer = remote.parse(done.stdout.decode())
    assert done.stderr == b""
    assert answer is not None and answer["failed"] and "/absent/bin/python" in answer["msg"]


def test_the_bootstrap_is_one_line_without_secrets() -> None:
    assert "\n" not in launch.BOOTSTRAP and '"' not in launch.BOOTSTRAP


def test_the_payload_is_small() -> None:
    assert len(remote.payload([])) < 30_000
