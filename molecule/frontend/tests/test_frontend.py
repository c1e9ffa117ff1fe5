# SPDX-License-Identifier: GPL-3.0-or-later
"""A host without a release hands out nothing; one with a release is looked at, and put right, with its component."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from testinfra.host import Host

FRONT, EDGE = "http://127.0.0.1:8095", "http://127.0.0.1"
PAGE = "<!doctype html><title>of a test</title><script type=module src=/assets/x-12345678.js></script>"
SERVED = "/opt/echodiary/frontend"


def played(*words: str) -> str:
    command = ["ansible-playbook", "-i", os.environ["MOLECULE_INVENTORY_FILE"], *words]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture
def released(tmp_path: Path) -> None:
    (tmp_path / "assets").mkdir()
    (tmp_path / "index.html").write_text(PAGE)
    (tmp_path / "assets/x-12345678.js").write_text("1")
    played("echodiary.infra.frontend", "-e", f"source={tmp_path}")


def test_without_a_release_there_is_nothing(fetch: Callable[..., Any]) -> None:
    assert fetch(f"{FRONT}/-/healthy").status == 200
    assert [fetch(f"{FRONT}{path}").status for path in ("/", "/assets/x.js", "/compose.yaml")] == [404, 404, 404]


def test_a_configuration_it_rejects_is_refused_untouched(converge: Callable[..., Any]) -> None:
    refused = converge(frontend_headers={"X-Said": "a ${b"})
    assert refused["failed"]
    assert "without a dollar" in refused["output"]


@pytest.mark.usefixtures("released")
def test_what_somebody_changed_is_found_and_put_back(host: Host, fetch: Callable[..., Any], converge: Callable[..., Any]) -> None:
    assert fetch(f"{EDGE}/").text == PAGE
    before = converge("--check")
    assert (before["components"][0]["changes"], before["remote_calls"]) == ([], 1)
    with host.sudo():
        host.check_output(f"echo defaced > {SERVED}/current/index.html && mkdir {SERVED}/releases/x && ln -s /etc {SERVED}/pool/assets/out")
    found = {(one["resource"].rpartition("/")[2], one["action"], one["origin"]) for one in converge("--check")["components"][0]["changes"]}
    assert found == {("index.html", "update", "corrective"), ("x", "remove", "corrective"), ("out", "remove", "corrective")}
    assert fetch(f"{EDGE}/").text == "defaced\n"
    assert not converge()["failed"]
    assert fetch(f"{EDGE}/").text == PAGE
    assert converge("--check")["components"][0]["changes"] == []


@pytest.mark.usefixtures("released")
def test_the_edge_in_front_is_as_its_file_says(host: Host) -> None:
    command = ["ansible", "all", "-i", os.environ["MOLECULE_INVENTORY_FILE"], "-b", "--check", "-m", "echodiary.infra.converge"]
    done = subprocess.run([*command, "-a", '{"components": ["haproxy"]}'], capture_output=True, text=True, timeout=120, check=False)
    assert (done.returncode, '"changed": false' in done.stdout) == (0, True), done.stdout + done.stderr
