# SPDX-License-Identifier: GPL-3.0-or-later
"""What runs in a release's own Python gets there, works beside the application's own packages, and answers."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from ansible_collections.echodiary.infra.plugins.module_utils import _alembic
from ansible_collections.echodiary.infra.plugins.module_utils._alembic import launch
from ansible_collections.echodiary.infra.plugins.module_utils._host import answers
from ansible_collections.echodiary.infra.plugins.plugin_utils._calls import host, packages
from ansible_collections.echodiary.infra.plugins.plugin_utils._inside import remote

HOME = Path(str(_alembic.__file__)).parent


def test_no_file_is_forgotten() -> None:
    for name in (remote.HOST, remote.INSIDE):
        files = {f"{name}.{path.stem}" for path in (HOME.parent / name).glob("*.py") if path.stem not in ("__init__", "shapes")}
        assert files <= set(packages.package(name).files)


def call(*runs: dict[str, Any]) -> dict[str, Any]:
    sent = host.payload(packages.package(remote.HOST), remote.manifest(list(runs)))
    done = subprocess.run(["sh", "-c", host.command(sys.executable)], input=sent, capture_output=True, check=False, env={})
    assert done.stderr == b""
    answer = answers.found(done.stdout.decode())
    assert answer is not None
    return answer


def run_in(virtualenv: Path, **request: Any) -> dict[str, Any]:
    place = {"image": None, "virtualenv": str(virtualenv), "python": None, "directory": "/", "env_file": None}
    return {"place": place, "environment": {"DATABASE_URL": "postgresql://a:hunter22@b/c"}, "request": request, "timeout": 10}


def test_the_hosts_half_runs_in_a_bare_interpreter_and_answers() -> None:
    answer = call(run_in(Path("/absent")))
    assert answer["failed"] and "/absent/bin/python" in answer["msg"]


def test_a_release_without_alembic_says_so_through_both_halves(tmp_path: Path) -> None:
    """Its Python is this one without site packages; it prints what it likes before."""
    python = tmp_path / "bin" / "python"
    python.parent.mkdir()
    python.write_text(f'#!/bin/sh\necho welcome\nexec {sys.executable} -IS "$@"\n')
    python.chmod(0o755)
    answer = call(run_in(tmp_path), run_in(tmp_path))
    assert (answer["failed"], len(answer["answers"])) == (False, 2)
    assert answer["answers"][0]["error"]["kind"] == "environment"
    assert "Alembic has to be installed" in answer["answers"][0]["error"]["text"]


def begin(place: Path, sources: dict[str, str], **more: Any) -> subprocess.CompletedProcess[bytes]:
    document = {"loader": packages.source("_loader"), "sources": sources, **more}
    command = [sys.executable, "-c", launch.BOOTSTRAP]
    environment = {**os.environ, "PYTHONPATH": str(place)}
    return subprocess.run(command, input=json.dumps(document).encode(), capture_output=True, check=False, cwd=place, env=environment)


def test_the_applications_package_of_the_projects_name_is_not_hidden(tmp_path: Path) -> None:
    (tmp_path / "echodiary").mkdir()
    (tmp_path / "echodiary" / "__init__.py").write_text("WORD = 'theirs'\n")
    done = begin(tmp_path, {"_inside.main": "def run(document):\n    import echodiary\n    print(echodiary.WORD)\n"})
    assert (done.stdout, done.stderr) == (b"theirs\n", b"")


def test_all_is_loaded_before_a_thread_could_ask_for_it(tmp_path: Path) -> None:
    main = "from . import slow\ndef run(document):\n    from . import seen\n    print(seen.LOADED)\n"
    sources = {"_inside.main": main, "_inside.seen": "LOADED = []\n", "_inside.slow": "from .seen import LOADED\nLOADED.append('slow')\n"}
    assert begin(tmp_path, sources).stdout == b"['slow']\n"


def test_the_bootstrap_is_one_line_without_secrets() -> None:
    assert "\n" not in launch.BOOTSTRAP and '"' not in launch.BOOTSTRAP


def test_the_payload_is_small() -> None:
    assert len(host.payload(packages.package(remote.HOST), remote.manifest([]))) < 30_000
