# SPDX-License-Identifier: GPL-3.0-or-later
"""The packages that are sent: complete, standard library only, and they really run where there is nothing but a Python."""

from __future__ import annotations

import ast
import os
import shlex
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.echodiary.infra.plugins import module_utils
from ansible_collections.echodiary.infra.plugins.action import converge, deploy_lock, health_gate, release_history
from ansible_collections.echodiary.infra.plugins.plugin_utils import _remote

HOME = Path(next(iter(module_utils.__path__)))
PACKAGES = [converge.PACKAGE, deploy_lock.PACKAGE, health_gate.PACKAGE, release_history.PACKAGE]
FILES = sorted({(package.name, name) for package in PACKAGES for name in package.files})
BY_NAME = {package.name: package for package in PACKAGES}


def tree(name: str) -> ast.Module:
    return ast.parse((HOME / (name.replace(".", "/") + ".py")).read_text(encoding="utf-8"))


def imported(name: str) -> set[str]:
    """Files of ours that this one imports, as ``_lease.clock``."""
    own, found = name.partition(".")[0], set()
    for node in ast.walk(tree(name)):
        if isinstance(node, ast.ImportFrom) and node.level:
            parts = [own] if node.level == 1 else []
            base = ".".join([*parts, *([node.module] if node.module else [])])
            is_package = (HOME / base.replace(".", "/")).is_dir()
            found |= {f"{base}.{alias.name}" for alias in node.names} if is_package else {base}
    return found


@pytest.mark.parametrize(("package", "name"), FILES)
def test_what_a_file_imports_is_sent_with_it(package: str, name: str) -> None:
    assert imported(name) <= set(BY_NAME[package].files)


@pytest.mark.parametrize("name", sorted({name for _, name in FILES}))
def test_nothing_but_the_standard_library(name: str) -> None:
    for node in ast.walk(tree(name)):
        names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
        if isinstance(node, ast.ImportFrom) and node.level == 0:
            names = [str(node.module)]
        assert {one.partition(".")[0] for one in names} <= sys.stdlib_module_names


def run(package: _remote.Package, manifest: dict[str, Any], around: str = "{}") -> dict[str, Any]:
    """As ssh runs it: through a shell, with an empty environment, in a directory that is not ours."""
    command = ["sh", "-c", around.format(_remote.command(shlex.quote(sys.executable)))]
    payload = _remote.payload(package, manifest)
    done = subprocess.run(command, input=payload, capture_output=True, check=False, env={"PATH": os.environ["PATH"]}, cwd="/")
    assert done.stderr == b""
    answer = _remote.parse(done.stdout.decode())
    assert answer is not None
    return answer


def manifest(tmp_path: Path) -> dict[str, Any]:
    return {"check": True, "components": [], "claimed": [], "declared": [], "state_dir": str(tmp_path / "state")}


def test_converge_runs_in_a_bare_interpreter(tmp_path: Path) -> None:
    answer = run(converge.PACKAGE, manifest(tmp_path))
    if os.geteuid() == 0:
        assert (answer["components"], answer["rest"]) == ([], [])
    else:
        assert "become" in answer["msg"]


def test_the_lock_runs_in_a_bare_interpreter(tmp_path: Path) -> None:
    asked = {"state": "acquired", "owner": "ann", "reason": "x", "run_url": "", "ttl": 900.0, "token": None, "force": False}
    asked.update(override_freeze="", until=None, textfiles=None, environment="", outcome="")
    answer = run(deploy_lock.PACKAGE, {"check": False, "name": "deploy", "asked": asked, "directory": str(tmp_path)})
    assert (answer["outcome"], answer["lease"]["token"]) == ("done", 1)


def test_the_history_runs_in_a_bare_interpreter(tmp_path: Path) -> None:
    asked = {"check": False, "state": "appended", "path": str(tmp_path / "h"), "entry": {"id": "1"}, "limit": 0}
    assert run(release_history.PACKAGE, asked) == {"changed": True}


def test_the_gate_runs_in_a_bare_interpreter() -> None:
    answer = run(health_gate.PACKAGE, {"probes": [], "count": 2, "interval": 0.1, "delay": 0.0, "budget": 1.0, "age": 0.0})
    assert [tick["answers"] for tick in answer["ticks"]] == [[], []]


def test_what_a_login_shell_says_around_it_does_not_matter(tmp_path: Path) -> None:
    assert "components" in run(converge.PACKAGE, manifest(tmp_path), "echo Welcome; {}; echo bye")


def test_no_answer_is_none() -> None:
    assert _remote.parse("") is None
    assert _remote.parse("sudo: a password is required") is None
    assert _remote.parse(f"cut off {_remote.MARKER}{{") is None


def test_nothing_of_the_manifest_is_in_the_command() -> None:
    assert "hunter22" not in _remote.command("/usr/bin/python3")


@pytest.mark.parametrize("package", PACKAGES, ids=lambda package: package.name)
def test_payloads_are_small(package: _remote.Package) -> None:
    assert len(_remote.payload(package, {})) < 80_000
