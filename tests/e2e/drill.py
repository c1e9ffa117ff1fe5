# SPDX-License-Identifier: GPL-3.0-or-later
"""What the deploy tests ask of a fleet: playbooks, what runs where, who was told, and traffic that nobody may lose."""

from __future__ import annotations

import http.server
import json
import os
import re
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests import load, warm
from tests.e2e import fleet, releases

APPS = ("app1", "app2")
#: What a gate judges by. Probes are not counted: where most of a light load asks for those, its few slow bodies are the p95.
COUNTED = "/entries?limit=1"
REGISTRY = f"{fleet.SUBNET}.2:5000"
PUSH_TO = f"127.0.0.1:{5077 + fleet.PORT_OFFSET}"
REPOSITORY = f"{REGISTRY}/echodiary/echodiary"
TARGETS = tuple(f"http://{fleet.address(host)}" for host in APPS)


class Ran:
    """One finished playbook."""

    def __init__(self, code: int, output: str) -> None:
        self.code, self.output = code, output

    def seconds(self) -> float:
        """From the line that says how it ended."""
        found = re.search(r"\((\d+) s\)", self.output)
        assert found, self.output
        return float(found[1])


PLAYBOOK = str(Path(sys.executable).with_name("ansible-playbook"))


def start(playbook: str, *words: str, program: str = PLAYBOOK, **variables: Any) -> subprocess.Popen[str]:
    """Alerts of the last drill may still be firing: whether those block a deploy is a test of its own."""
    variables.setdefault("deploy_alerts_block", False)
    command = [program, f"playbooks/{playbook}.yml" if playbook != "site" else "site.yml", "-i", str(fleet.INVENTORY), *words]
    if variables:
        command += ["-e", json.dumps(variables)]
    environment = {**os.environ, **fleet.ENVIRONMENT, "ANSIBLE_FORCE_COLOR": "0"}
    return subprocess.Popen(
        command, cwd=fleet.ROOT, env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )


def finish(process: subprocess.Popen[str], timeout: float = 600) -> Ran:
    output, _ = process.communicate(timeout=timeout)
    return Ran(process.returncode, output)


def run(playbook: str, *words: str, **variables: Any) -> Ran:
    return finish(start(playbook, *words, program=warm.PLAYBOOK, **variables))


def slots(host: str) -> dict[str, Any]:
    """The host's own record of its slots."""
    found: dict[str, Any] = json.loads(fleet.on(host, "cat /var/lib/echodiary/slots/echodiary.json"))
    return found


def serving(host: str) -> tuple[str, str]:
    """(version, configuration) of what really answers behind the edge: the process's own word, and the record's fingerprint."""
    version = json.loads(
        fleet.on(
            host, "python3 -c \"import urllib.request as u; print(u.urlopen('http://127.0.0.1:8404/echodiary/version').read().decode())\""
        )
    )
    record = slots(host)
    return version["version"], record["releases"][record["active"]]["config"]


def everywhere() -> set[tuple[str, str]]:
    return {serving(host) for host in APPS}


def everywhere_again(seconds: float = 90) -> set[tuple[str, str]]:
    """Once every host serves: after what took one of them down for a while."""
    end = time.monotonic() + seconds
    while True:
        try:
            return everywhere()
        except (AssertionError, ValueError):
            if time.monotonic() > end:
                raise
            time.sleep(1)


def running_containers(host: str) -> list[str]:
    """Of releases: what saves the database beside a deploy may go on when that has ended."""
    found = fleet.on(host, "docker ps --filter name=echodiary- --format '{{.Names}}'").split()
    return sorted(name for name in found if not name.startswith("echodiary-backup-"))


def history(host: str = "app1") -> list[dict[str, Any]]:
    """Newest last."""
    lines = fleet.on(host, "cat /var/lib/echodiary/history.jsonl 2>/dev/null || true").splitlines()
    return [json.loads(line) for line in lines]


def lease() -> dict[str, Any] | None:
    files = fleet.on("app1", "cat /var/lib/echodiary/lease/deploy.json 2>/dev/null || echo '{}'")
    held: dict[str, Any] | None = json.loads(files).get("lease")
    return held


def revision() -> str:
    return fleet.sql("SELECT version_num FROM alembic_version")


def converge_at(schema: str, place: Path) -> None:
    """The fleet as it is released; booted anew where a deploy of other tests left a schema that none of these releases knows."""
    fleet.converge(place)
    if revision() != schema:
        fleet.boot()
        fleet.converge(place)


def publish(tag: str, lines: str = "", files: dict[str, str] | None = None) -> str:
    releases.build(base(), PUSH_TO, tag, lines, files)
    return tag


def base() -> str:
    """The lab's own image, by the address at which this machine reaches the registry."""
    text = (fleet.INVENTORY / "group_vars/all/lab.yml").read_text(encoding="utf-8")
    found = re.search(r"echodiary/echodiary@sha256:[0-9a-f]{64}", text)
    assert found, text
    return f"{PUSH_TO}/{found[0]}"


class Channel:
    """A webhook that really listens, and what it was told."""

    def __init__(self, url: str, told: list[dict[str, Any]]) -> None:
        self.url, self.told = url, told

    def events(self) -> list[str]:
        return [message["event"] for message in self.told]


@contextmanager
def channel() -> Iterator[Channel]:
    told: list[dict[str, Any]] = []

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            told.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(204)
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            """Quiet: pytest shows what was told."""

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield Channel(f"http://127.0.0.1:{server.server_port}/", told)
    finally:
        server.shutdown()
        server.server_close()


@contextmanager
def traffic(rate: float, **options: Any) -> Iterator[dict[str, Any]]:
    """Load on both hosts while the block runs; the result and the ledger are there afterwards."""
    found: dict[str, Any] = {}
    with load.running(*TARGETS, rate=rate, **options) as running:
        yield found
        found["result"] = running.stop()
    result = found["result"]
    found["ledger"] = load.settle(result, load.rows(load.lab_psql(fleet.NAME), result.run))


def nothing_lost(found: Mapping[str, Any]) -> None:
    result, ledger = found["result"], found["ledger"]
    assert result.failed == 0, result
    assert ledger.exact, ledger
