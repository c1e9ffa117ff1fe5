# SPDX-License-Identifier: GPL-3.0-or-later
"""What is sent really runs where there is nothing but a Python, and what comes back is told from what a shell says around it."""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.echodiary.infra.plugins.module_utils._host import answers
from ansible_collections.echodiary.infra.plugins.plugin_utils._calls import host
from ansible_collections.echodiary.infra.plugins.plugin_utils._calls.packages import Package, package
from ansible_collections.echodiary.infra.plugins.plugin_utils._component import manifest as component


def run(sent: Package, manifest: dict[str, Any], around: str = "{}") -> dict[str, Any]:
    """As ssh runs it: through a shell, with an empty environment, in a directory that is not ours."""
    command = ["sh", "-c", around.format(host.command(shlex.quote(sys.executable)))]
    done = subprocess.run(
        command, input=host.payload(sent, manifest), capture_output=True, check=False, env={"PATH": os.environ["PATH"]}, cwd="/"
    )
    assert done.stderr == b""
    answer = answers.found(done.stdout.decode())
    assert answer is not None
    return answer


def manifest(tmp_path: Path) -> dict[str, Any]:
    return {"check": True, "components": [], "claimed": [], "declared": [], "state_dir": str(tmp_path / "state")}


def test_converge_runs_in_a_bare_interpreter(tmp_path: Path) -> None:
    answer = run(package("_run"), manifest(tmp_path))
    if os.geteuid() == 0:
        assert (answer["components"], answer["rest"]) == ([], [])
    else:
        assert "become" in answer["msg"]


def test_releases_of_static_files_are_looked_at_in_the_same_call(tmp_path: Path) -> None:
    static = {"directory": str(tmp_path), "port": 8095, "paths": ["/"]}
    spec = component.build("front-of-a-test", {"static": static}, {})
    (tmp_path / "pool").mkdir()
    (tmp_path / "pool/of-nobody.js").write_text("x")
    answer = run(package("_run_static"), {**manifest(tmp_path), "components": [spec]})
    if os.geteuid() == 0:
        (one,) = answer["components"]
        assert ("OutOfSync", f"file:{tmp_path}/pool/of-nobody.js") == (one["sync"], one["changes"][-1]["resource"])


def test_the_lock_runs_in_a_bare_interpreter(tmp_path: Path) -> None:
    asked = {"state": "acquired", "owner": "ann", "reason": "x", "run_url": "", "ttl": 900.0, "token": None, "force": False}
    asked.update(override_freeze="", until=None, textfiles=None, environment="", outcome="")
    answer = run(package("_lease"), {"check": False, "name": "deploy", "asked": asked, "directory": str(tmp_path)})
    assert (answer["outcome"], answer["lease"]["token"]) == ("done", 1)


def test_the_history_runs_in_a_bare_interpreter(tmp_path: Path) -> None:
    asked = {"check": False, "state": "appended", "path": str(tmp_path / "h"), "entry": {"id": "1"}, "limit": 0}
    assert run(package("_history"), asked) == {"changed": True}


def test_the_gate_runs_in_a_bare_interpreter() -> None:
    answer = run(package("_gate"), {"probes": [], "count": 2, "interval": 0.1, "delay": 0.0, "budget": 1.0, "age": 0.0, "stop_after": 0})
    assert [tick["answers"] for tick in answer["ticks"]] == [[], []]


def test_what_a_login_shell_says_around_it_does_not_matter(tmp_path: Path) -> None:
    assert "components" in run(package("_run"), manifest(tmp_path), "echo Welcome; {}; echo bye")


def test_nothing_of_the_manifest_is_in_the_command() -> None:
    assert "hunter22" not in host.command("/usr/bin/python3")


@pytest.mark.parametrize("name", ["_run", "_dump", "_lease", "_alembic"])
def test_payloads_are_small(name: str) -> None:
    assert len(host.payload(package(name), {})) < 133_000
