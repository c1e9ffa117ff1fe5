# SPDX-License-Identifier: GPL-3.0-or-later
"""Lines that were written as errors, counted by a real VictoriaLogs that asks for a password."""

from __future__ import annotations

import base64
import contextlib
import json
import socket
import subprocess
import time
import urllib.request
from collections.abc import Iterator
from typing import Any

import pytest
from ansible_collections.echodiary.infra.plugins.module_utils._gate import probes
from ansible_collections.echodiary.infra.plugins.plugin_utils._common import timestamps
from ansible_collections.echodiary.infra.plugins.plugin_utils._report.sections import logs

from tests.integration import lab_images
from tests.integration.report import weeks
from tests.waiting import eventually

USER, PASSWORD = "logs", "geheim"
DAY = 86_400


@pytest.fixture
def store() -> Iterator[str]:
    image = lab_images.service("victoria-logs")
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = int(taken.getsockname()[1])
    name, url = f"echodiary-test-report-logs-{port}", f"http://127.0.0.1:{port}"
    command = ["docker", "run", "--rm", "--detach", f"--name={name}", "--network=host", image, "-storageDataPath=/tmp/logs"]
    command += ["-retentionPeriod=30d", f"-httpListenAddr=127.0.0.1:{port}", f"-httpAuth.username={USER}", f"-httpAuth.password={PASSWORD}"]
    subprocess.run(command, check=True, capture_output=True, timeout=60)
    try:
        eventually(lambda: answers(url), 30, "VictoriaLogs answers")
        yield url
    finally:
        subprocess.run(["docker", "rm", "--force", name], check=True, capture_output=True, timeout=60)


def answers(url: str) -> bool:
    with contextlib.suppress(OSError), urllib.request.urlopen(f"{url}/health", timeout=5) as answer:
        return bool(answer.status == 200)
    return False


def put(url: str, lines: list[tuple[float, str, str]]) -> None:
    """When, level and text."""
    body = "\n".join(
        json.dumps({"_time": timestamps.to_text(at), "level": level, "_msg": text, "host": "app1"}) for at, level, text in lines
    )
    key = base64.b64encode(f"{USER}:{PASSWORD}".encode()).decode()
    headers = {"Authorization": f"Basic {key}", "Content-Type": "application/stream+json"}
    request = urllib.request.Request(f"{url}/insert/jsonline?_stream_fields=host", body.encode(), headers)
    urllib.request.urlopen(request, timeout=10).close()


def section(url: str, end: float, password: str = PASSWORD) -> Any:
    plan: Any = {**weeks.plan(int(end)), "logs": url}
    return logs.section(plan, probes.ask(logs.question(plan, logs.Store(user=USER, password=password)), 10))


def test_errors_of_the_week_are_counted_whatever_numbers_are_in_them(store: str) -> None:
    end = time.time()
    planted = [(end - 60 * number, "ERROR", f"no answer within {number} ms") for number in range(1, 13)]
    planted += [(end - 3600 * number, "CRITICAL", "the database refused") for number in range(1, 4)]
    others = [(end - 8 * DAY, "ERROR", "before the week"), (end - 60, "INFO", "all is well")]
    put(store, [*planted, *others])
    found = eventually(lambda: (one := section(store, end)).figures.get("errors") and one, 20, "what was written can be read")
    counted = [(one["text"], one["times"]) for one in found.figures["errors"]]
    assert counted == [("no answer within <N> ms", 12), ("the database refused", 3)]
    assert section(store, end, "wrong").state == "unknown"
    assert section(store, end - 20 * DAY).said == "no error was written"
