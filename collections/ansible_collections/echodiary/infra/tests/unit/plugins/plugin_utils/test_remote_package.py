# SPDX-License-Identifier: GPL-3.0-or-later
"""The packages that are sent: complete, in the right order, and they really run where there is nothing but a Python."""

from __future__ import annotations

import ast
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.echodiary.infra.plugins import module_utils
from ansible_collections.echodiary.infra.plugins.action import deploy_lock, health_gate, release_history
from ansible_collections.echodiary.infra.plugins.plugin_utils import _remote, _remote_package

HOME = Path(next(iter(module_utils.__path__)))
PACKAGES = [deploy_lock.PACKAGE, health_gate.PACKAGE, release_history.PACKAGE]
FILES = [(package, name) for package in PACKAGES for name in package.files]


def tree(name: str) -> ast.Module:
    return ast.parse((HOME / (name.replace(".", "/") + ".py")).read_text(encoding="utf-8"))


def imported(name: str) -> set[str]:
    """Files of ours that this one imports when it is loaded: ``_lease.clock``."""
    own, found = name.partition(".")[0], set()
    for node in tree(name).body:
        if isinstance(node, ast.ImportFrom) and node.level:
            parts = [own] if node.level == 1 else []
            base = ".".join([*parts, *([node.module] if node.module else [])])
            is_package = (HOME / base.replace(".", "/")).is_dir()
            found |= {f"{base}.{alias.name}" for alias in node.names} if is_package else {base}
    return found


@pytest.mark.parametrize(("package", "name"), FILES, ids=[f"{package.name}: {name}" for package, name in FILES])
def test_a_file_only_imports_what_is_sent_before_it(package: _remote_package.Package, name: str) -> None:
    assert imported(name) <= set(package.files[: package.files.index(name)])


@pytest.mark.parametrize("name", sorted({name for _, name in FILES}))
def test_nothing_but_the_standard_library(name: str) -> None:
    for node in ast.walk(tree(name)):
        names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
        if isinstance(node, ast.ImportFrom) and node.level == 0:
            names = [str(node.module)]
        assert {one.partition(".")[0] for one in names} <= sys.stdlib_module_names


def run(package: _remote_package.Package, manifest: dict[str, Any]) -> dict[str, Any]:
    """As ssh runs it: through a shell, with an empty environment, in a directory that is not ours."""
    command = ["sh", "-c", "echo Welcome; " + _remote.command(sys.executable)]
    payload = _remote_package.payload(package, manifest)
    done = subprocess.run(command, input=payload, capture_output=True, check=False, env={"PATH": os.environ["PATH"]}, cwd="/")
    assert done.stderr == b""
    answer = _remote.parse(done.stdout.decode())
    assert answer is not None
    return answer


def test_the_lock_runs_in_a_bare_interpreter(tmp_path: Path) -> None:
    asked = {"state": "acquired", "owner": "ann", "reason": "x", "run_url": "", "ttl": 900.0, "token": None, "force": False}
    asked.update(override_freeze="", until=None)
    answer = run(deploy_lock.PACKAGE, {"check": False, "name": "deploy", "asked": asked, "directory": str(tmp_path)})
    assert (answer["outcome"], answer["lease"]["token"]) == ("done", 1)


def test_the_history_runs_in_a_bare_interpreter(tmp_path: Path) -> None:
    manifest = {"check": False, "state": "appended", "path": str(tmp_path / "h"), "entry": {"id": "1"}, "limit": 0}
    assert run(release_history.PACKAGE, manifest) == {"changed": True}


def test_the_gate_runs_in_a_bare_interpreter() -> None:
    answer = run(health_gate.PACKAGE, {"probes": [], "count": 2, "interval": 0.1, "delay": 0.0, "budget": 1.0})
    assert [tick["answers"] for tick in answer["ticks"]] == [[], []]


@pytest.mark.parametrize("package", PACKAGES, ids=lambda package: package.name)
def test_payloads_are_small(package: _remote_package.Package) -> None:
    assert len(_remote_package.payload(package, {})) < 12_000
