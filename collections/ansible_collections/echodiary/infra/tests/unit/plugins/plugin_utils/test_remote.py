# SPDX-License-Identifier: GPL-3.0-or-later
"""The payload: complete, in the right order, and it really runs where there is nothing but a Python."""

from __future__ import annotations

import ast
import os
import shlex
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.echodiary.infra.plugins.module_utils import _converge
from ansible_collections.echodiary.infra.plugins.plugin_utils import _remote

HOME = Path(str(_converge.__file__)).parent


def siblings(name: str) -> set[str]:
    """Modules of the package that this one imports when it is loaded (not inside functions)."""
    tree = ast.parse((HOME / f"{name}.py").read_text(encoding="utf-8"))
    found = set()
    for node in tree.body:
        if isinstance(node, ast.ImportFrom) and node.level == 1:
            found |= {node.module} if node.module else {alias.name for alias in node.names}
    return found


@pytest.mark.parametrize("name", _remote.MODULES)
def test_a_file_only_imports_what_stands_before_it(name: str) -> None:
    before = set(_remote.MODULES[: _remote.MODULES.index(name)])
    assert siblings(name) <= before


@pytest.mark.parametrize("name", _remote.MODULES)
def test_nothing_but_the_standard_library(name: str) -> None:
    for node in ast.walk(ast.parse((HOME / f"{name}.py").read_text(encoding="utf-8"))):
        names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
        if isinstance(node, ast.ImportFrom) and node.level == 0:
            names = [str(node.module)]
        assert {one.partition(".")[0] for one in names} <= sys.stdlib_module_names


def test_every_file_of_the_package_is_sent() -> None:
    assert sorted(_remote.MODULES) == sorted(path.stem for path in HOME.glob("*.py") if path.stem != "__init__")


def manifest(tmp_path: Path, **given: Any) -> dict[str, Any]:
    base = {"check": True, "components": [], "claimed": [], "declared": [], "state_dir": str(tmp_path / "state")}
    return {**base, **given}


def run(command: str, payload: bytes) -> subprocess.CompletedProcess[bytes]:
    """As ssh runs it: through a shell, with an empty environment, in a directory that is not ours."""
    return subprocess.run(["sh", "-c", command], input=payload, capture_output=True, check=False, env={"PATH": os.environ["PATH"]}, cwd="/")


def test_the_payload_runs_in_a_bare_interpreter_and_answers(tmp_path: Path) -> None:
    done = run(_remote.command(shlex.quote(sys.executable)), _remote.payload(manifest(tmp_path)))
    answer = _remote.parse(done.stdout.decode())
    assert done.stderr == b""
    assert answer is not None
    if os.geteuid() == 0:
        assert (answer["components"], answer["rest"]) == ([], [])
    else:
        assert "become" in answer["msg"]


def test_what_a_login_shell_says_around_it_does_not_matter(tmp_path: Path) -> None:
    command = f"echo Welcome; {_remote.command(sys.executable)}; echo bye"
    answer = _remote.parse(run(command, _remote.payload(manifest(tmp_path))).stdout.decode())
    assert answer is not None


def test_no_answer_is_none() -> None:
    assert _remote.parse("") is None
    assert _remote.parse("sudo: a password is required") is None
    assert _remote.parse(f"cut off {_remote.MARKER}{{") is None


def test_nothing_of_the_manifest_is_in_the_command() -> None:
    assert "hunter22" not in _remote.command("/usr/bin/python3")


def test_the_payload_is_small() -> None:
    assert len(_remote.payload({})) < 40_000
