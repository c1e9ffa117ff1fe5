# SPDX-License-Identifier: GPL-3.0-or-later
"""Without generators: what is refused, and whose rows are removed. With them: tests/integration/load."""

from __future__ import annotations

import fcntl
import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
import yaml
from ansible_collections.echodiary.infra.plugins.action import load_run
from ansible_collections.echodiary.infra.plugins.modules import load_run as documented
from ansible_collections.echodiary.infra.tests.unit.plugins.action.rig import Rig


class Site(ThreadingHTTPServer):
    status = 200
    asked = 0


class Handler(BaseHTTPRequestHandler):
    server: Site

    def do_GET(self) -> None:
        self.server.asked += 1
        self.send_response(self.server.status)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_said: Any) -> None:
        pass


@pytest.fixture
def site() -> Iterator[Site]:
    with Site(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
        yield server
        server.shutdown()


def plan(site: Site, **changed: Any) -> dict[str, Any]:
    edge = {"name": "app1", "url": f"http://127.0.0.1:{site.server_port}", "host": ""}
    return {
        "environment": "local", "component": "shop", "edges": [edge], "parts": ["journey"], "seconds": 0, "users": 1, "rate": 1.0,
        "stop_errors": 0.2, "paths": ["/"], "locustfile": "", "rows": "", "hey": "", "locust": "", "objectives": None, **changed,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("status", "said"), [(503, "answers 503 already, and a site that fails is not loaded"), (404, "-e load_paths=<path>")]
)
def test_a_site_that_fails_already_is_not_loaded(site: Site, tmp_path: Path, status: int, said: str) -> None:
    site.status = status
    refused = Rig(load_run).refused(plan=plan(site), directory=str(tmp_path))
    assert refused.startswith("nothing was sent: ") and said in refused


def test_one_that_does_not_answer_from_here_is_told(site: Site, tmp_path: Path) -> None:
    nobody = plan(site)
    nobody["edges"] = [{"name": "app1", "url": "http://127.0.0.1:1", "host": ""}]
    assert "does not answer from here" in Rig(load_run).refused(plan=nobody, directory=str(tmp_path))


def test_a_second_one_is_refused(site: Site, tmp_path: Path) -> None:
    (tmp_path / "local").mkdir()
    with (tmp_path / "local" / "lock").open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        assert "another load test runs from here" in Rig(load_run).refused(plan=plan(site), directory=str(tmp_path))
    assert site.asked == 0
    assert Rig(load_run).run(plan=plan(site), directory=str(tmp_path))["samples"] == []


def test_a_preview_sends_nothing(site: Site, tmp_path: Path) -> None:
    Rig(load_run).run(check=True, plan=plan(site), directory=str(tmp_path))
    assert site.asked == 0 and list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("program", "left", "said"),
    [
        ('import json, os; print(json.dumps({"found": 3, "removed": 3, "left": 0}))', 0, "3 removed, 0 left"),
        (
            'import json, sys; print(json.dumps({"found": 3, "removed": 1, "left": 2})); sys.exit("no")',
            1,
            "1 removed, 2 left; not all could",
        ),
        ("raise SystemExit('no way')", 1, "not all could be removed: no way"),
    ],
)
def test_rows_of_a_run_that_was_cut_off_are_removed_by_the_next(site: Site, tmp_path: Path, program: str, left: int, said: str) -> None:
    """And it stays known until they are."""
    rows, register = tmp_path / "rows.py", tmp_path / "local" / "open.json"
    rows.write_text(program)
    register.parent.mkdir()
    register.write_text(json.dumps([{"run": "abc", "since": 1.0}]))
    found = Rig(load_run).run(plan=plan(site, rows=str(rows)), directory=str(tmp_path))
    assert said in found["msg"]
    assert len(json.loads(register.read_text())) == left


def test_the_documentation_says_the_same_as_the_arguments() -> None:
    assert list(yaml.safe_load(documented.DOCUMENTATION)["options"]) == list(load_run.ActionModule.ARGUMENTS)
