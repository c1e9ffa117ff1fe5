# SPDX-License-Identifier: GPL-3.0-or-later
"""What the canary was watched for is in the history, whatever batches come after it."""

from __future__ import annotations

import http.server
import json
import threading
import urllib.parse
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.integration.deploy_flow.test_role import Deploys


@contextmanager
def prometheus() -> Iterator[int]:
    """Its port. 42 is its answer to everything, but no alert fires; it serves as the edge of a host, too."""

    class Handler(http.server.BaseHTTPRequestHandler):
        def _answer(self, query: str) -> None:
            value = [0, "0" if "ALERTS" in query else "42"]
            self.send_response(200)
            self.end_headers()
            result = {"resultType": "vector", "result": [{"metric": {}, "value": value}]}
            self.wfile.write(json.dumps({"status": "success", "data": result}).encode())

        def do_GET(self) -> None:
            self._answer(urllib.parse.unquote(self.path))

        def do_POST(self) -> None:
            self._answer(urllib.parse.unquote(self.rfile.read(int(self.headers["Content-Length"])).decode()))

        def log_message(self, *_: Any) -> None:
            """Quiet."""

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield server.server_port
    finally:
        server.shutdown()
        server.server_close()


def gates(fleet: Deploys, host: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((fleet.state / f"history.{host}").read_text().splitlines()[-1]).get("gates", {})
    return found


def test_a_batch_after_the_canary_does_not_make_history_forget_how_the_canary_did(tmp_path: Path) -> None:
    fleet = Deploys(tmp_path)
    local = '"ansible_connection": "local"'
    fleet.inventory.write_text(fleet.inventory.read_text().replace(local, f'{local}, "private_address": "127.0.0.1"'))
    with prometheus() as port:
        fleet.deploy(
            deploy_canary=1,
            deploy_prometheus_host="app1",
            deploy_prometheus_url=f"http://127.0.0.1:{port}",
            deploy_edge_port=port,
            deploy_gate_error_rate=100,
            deploy_gate_p95=100,
            deploy_gate_hold=0,
        )
    assert fleet.outcomes() == ["succeeded"] * 2, fleet.output
    for host in ("app1", "app2"):
        assert gates(fleet, host).items() >= {"error rate": "42", "p95 (s)": "42"}.items(), fleet.output
