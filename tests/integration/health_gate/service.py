# SPDX-License-Identifier: GPL-3.0-or-later
"""A service whose health and figures a test decides, and a real Prometheus that scrapes it."""

from __future__ import annotations

import http.server
import json
import socket
import subprocess
import threading
import time
import urllib.parse
import urllib.request
import uuid
from collections import Counter
from pathlib import Path
from typing import Any

IMAGE = "echodiary-lab/prometheus:trixie"

#: requests per scrape, answered with 200 and with 500: ``good`` never had an error, so it has no such series at all
TRAFFIC = {"good": {"200": 50}, "bad": {"200": 50, "500": 50}, "quiet": {"200": 0, "500": 0}}


class Handler(http.server.BaseHTTPRequestHandler):
    server: Service

    def do_GET(self) -> None:
        self.server.asked[self.path] += 1
        status, body = self.server.answer(self.path, self.server.asked[self.path])
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: Any) -> None:
        pass


class Service(http.server.ThreadingHTTPServer):
    """``/after/3`` is ready from the third request on, ``/flaps`` at every other one; ``/<name>/metrics`` counts requests."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.asked: Counter[str] = Counter()
        self.url = f"http://127.0.0.1:{self.server_port}"
        threading.Thread(target=self.serve_forever, daemon=True).start()

    def answer(self, path: str, times: int) -> tuple[int, bytes]:
        if path.endswith("/metrics"):
            return 200, self._metrics(path.split("/")[1], times).encode()
        ready = times >= int(path.rpartition("/")[2]) if path.startswith("/after/") else times % 2 == 0
        body = {"checks": {"database": "ok" if ready else "down"}, "password": "hunter22"}
        return (200 if ready else 503), json.dumps(body).encode()

    @staticmethod
    def _metrics(name: str, times: int) -> str:
        return "".join(f'http_requests_total{{status="{status}"}} {count * times}\n' for status, count in TRAFFIC[name].items())

    def handle_error(self, *_: Any) -> None:
        """Whoever asked has gone."""


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
        return port


class Prometheus:
    """On the machine's own network, so that it reaches the service on the loopback."""

    def __init__(self, service: Service, place: Path) -> None:
        self.name, port = f"gate-test-{uuid.uuid4().hex[:8]}", free_port()
        self.url = f"http://127.0.0.1:{port}"
        scrape = [
            {"job_name": name, "metrics_path": f"/{name}/metrics", "static_configs": [{"targets": [service.url.removeprefix("http://")]}]}
            for name in TRAFFIC
        ]
        config = {"global": {"scrape_interval": "500ms", "scrape_timeout": "400ms"}, "scrape_configs": scrape}
        (place / "prometheus.yml").write_text(json.dumps(config))
        place.chmod(0o755)
        docker("create", "--name", self.name, "--network", "host", IMAGE, "--config.file=/etc/prometheus/prometheus.yml",
               "--storage.tsdb.path=/prometheus", f"--web.listen-address=127.0.0.1:{port}")  # fmt: skip
        docker("cp", str(place / "prometheus.yml"), f"{self.name}:/etc/prometheus/prometheus.yml")
        docker("start", self.name)

    def wait(self) -> None:
        """Until rates can be computed for every job."""
        end = time.monotonic() + 40
        while self._known() < len(TRAFFIC):
            assert time.monotonic() < end, docker("logs", "--tail", "20", self.name)
            time.sleep(0.3)

    def _known(self) -> int:
        query = urllib.parse.urlencode({"query": 'count(count_over_time(http_requests_total{status="200"}[1m]) > 5)'})
        try:
            with urllib.request.urlopen(f"{self.url}/api/v1/query?{query}", timeout=2) as answer:
                result = json.load(answer)["data"]["result"]
        except OSError:
            return 0
        return int(result[0]["value"][1]) if result else 0

    def remove(self) -> None:
        docker("rm", "--force", "--volumes", self.name)


def docker(*words: str) -> str:
    done = subprocess.run(["docker", *words], capture_output=True, text=True, timeout=60, check=False)
    return done.stdout + done.stderr
