# SPDX-License-Identifier: GPL-3.0-or-later
"""The playbook itself, on an inventory of two hosts: the one with Prometheus answers, the one that serves is away."""

from __future__ import annotations

import http.server
import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from ansible_collections.echodiary.infra.plugins.plugin_utils._report import model

from tests import warm
from tests.integration.report import weeks

ROOT = Path(__file__).parents[3]
DEFAULTS = "shop_slo_availability_percent: 99.5\nshop_slo_latency_percent: 99\nshop_slo_latency_seconds: '1.0'\n"
RELEASE = "release: {service: shop, slots: {blue: 8001, green: 8002}}\n"


class Receiver(http.server.BaseHTTPRequestHandler):
    told: list[dict[str, Any]] = []  # noqa: RUF012 (one receiver, one list)

    def do_POST(self) -> None:
        self.told.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
        self.send_response(200)
        self.end_headers()

    def log_message(self, *_said: Any) -> None:
        pass


@pytest.fixture
def receiver() -> Iterator[str]:
    """A webhook that listens."""
    Receiver.told.clear()
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Receiver)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()
    server.server_close()


def inventory(place: Path, prometheus: str, receiver: str) -> None:
    local = {"ansible_connection": "local", "ansible_become": False, "ansible_python_interpreter": sys.executable}
    away = {"ansible_host": "127.0.0.1", "ansible_port": 1, "ansible_ssh_timeout": 2}
    shared = {
        "echodiary_environment": "production",
        # nobody has them: whoever asks Secrets Manager here gets no answer
        "echodiary_aws": {"region": "ap-northeast-2", "endpoint_url": "http://127.0.0.1:1"},
        "deploy_prometheus_url": prometheus,
        "deploy_webhook_url": receiver,
    }
    kept = {"components": ["logs"], "logs_password": "{{ echodiary_secrets.logs_password }}"}
    hosts = {"app": {"app1": {**away, "components": ["shop"]}}, "monitoring": {"mon1": {**local, **kept}}}
    groups = {group: {"hosts": members} for group, members in hosts.items()}
    (place / "hosts.yml").write_text(yaml.safe_dump({"all": {"children": groups, "vars": shared}}))
    role = place / "roles/shop"
    (role / "defaults").mkdir(parents=True)
    (role / "component.yml").write_text(RELEASE)
    (role / "defaults/main.yml").write_text(DEFAULTS)


@pytest.mark.full
def test_what_is_away_is_told_and_the_rest_is_there(tmp_path: Path, prometheus: str, receiver: str, bad: model.Report) -> None:
    inventory(tmp_path, prometheus, receiver)
    words = ["echodiary.infra.report", "-i", "hosts.yml", "-e", "report_end=2026-11-29", "-e", "report_notify=true"]
    environment = {**os.environ, "ANSIBLE_CONFIG": str(ROOT / "ansible.cfg"), "PWD": str(tmp_path), "NO_COLOR": "1"}
    command = [warm.PLAYBOOK, *words]
    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    written = json.loads((tmp_path / ".report/production/2026-11-29/report.json").read_text())
    for one in bad.sections:
        if one.key not in ("deploys", "security", "logs"):
            assert written["sections"][one.key]["figures"] == json.loads(json.dumps(dict(one.figures))), one.key
    assert written["sections"]["deploys"]["state"] == "unknown"
    assert "app1" in written["sections"]["deploys"]["said"]
    assert written["sections"]["logs"]["state"] == "unknown"
    (told,) = Receiver.told
    assert told["report"] == written and told["text"].startswith(f"Week of production until 2026-11-29: {written['headline']}")
    assert weeks.section(bad, "availability").said in told["text"]
