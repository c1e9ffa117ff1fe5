# SPDX-License-Identifier: GPL-3.0-or-later
"""`gitops logs` over the real command, ssh and store: what was said is found by what may be asked, also when the store is down."""

from __future__ import annotations

import json
import os
import select
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from gitops import exits
from tests.integration.converge.machine import ROOT
from tests.integration.logs.machine import Machine, eventually

HOSTILE = ['say "it" | limit 1', "a*b", "'or' _msg:*", "오늘은 비가 왔다", "C:\\temp\\(x)", "$(id); `id`"]


class Command:
    """The command, of a checkout that has this one host."""

    def __init__(self, host: Machine, place: Path) -> None:
        self.inventory = place / "inventory.json"
        known = json.loads(host._inventory({}).read_text(encoding="utf-8"))
        known["all"]["hosts"] = {"app1": {"components": ["logs", "log_shipper"]}}
        self.inventory.write_text(json.dumps(known), encoding="utf-8")
        self.state = str(place / "state")

    def start(self, *words: str) -> subprocess.Popen[str]:
        """Beside the test."""
        command, environment = self._command(words), self._environment()
        return subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)

    def __call__(self, *words: str) -> subprocess.CompletedProcess[str]:
        command, environment = self._command(words), self._environment()
        return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=120, check=False)

    def _command(self, words: tuple[str, ...]) -> list[str]:
        place = ("-i", str(self.inventory), "--environment", "test", "--state", self.state)
        return [sys.executable, "-m", "gitops", *place, "logs", *words]

    def _environment(self) -> dict[str, str]:
        return {key: value for key, value in os.environ.items() if not key.startswith("ANSIBLE_")}

    def lines(self, *words: str) -> list[dict[str, str]]:
        done = self(*words, "--json")
        assert done.returncode == exits.GOOD, done.stderr
        return [json.loads(line) for line in done.stdout.splitlines()]


@pytest.fixture
def logs(host: Machine, tmp_path: Path) -> Command:
    return Command(host, tmp_path)


def test_what_was_said_is_found_by_what_is_asked(host: Machine) -> None:
    """Each by the module, in one run."""
    for text in HOSTILE:
        host.line(json.dumps({"level": "ERROR", "message": f"asked {text}", "request_id": "q-1"}, ensure_ascii=False))
    host.line("asked of nobody")
    eventually(lambda: host.number('"asked"') == len(HOSTILE) + 1)
    asked: list[dict[str, Any]] = [{"text": text, "hosts": ["app1"]} for text in HOSTILE]
    asked += [{"request": "q-1", "level": "warning", "store": "errors"}, {"text": "asked", "components": ["nobody"]}]
    span = {"since": "2026-01-01", "until": "2096-01-01"}
    done = host.play(*({"action": {"echodiary.infra.log_lines": {**span, **one}}} for one in asked))
    found = [[line["_msg"] for line in one.result["lines"]] for one in done.tasks["machine"]]
    assert found[: len(HOSTILE)] == [[f"asked {text}"] for text in HOSTILE]
    assert [len(lines) for lines in found[len(HOSTILE) :]] == [len(HOSTILE), 0]


@pytest.mark.full
def test_people_get_a_line_each_and_the_next_command(host: Machine, logs: Command) -> None:
    host.line(json.dumps({"level": "ERROR", "message": "it broke\nhere", "request_id": "q-2"}))
    eventually(lambda: host.found("request_id:q-2"))
    done = logs("--grep", "it broke")
    (line, last) = done.stdout.splitlines()
    assert line.split()[1:] == ["app1", *line.split()[2:3], "ERROR", "it", "broke", "…", "+1", "lines"]
    assert last == f"1 lines; next: python -m gitops -i {logs.inventory} logs --since 15m --request q-2"
    assert done.stderr == ""


def test_the_store_is_down_and_the_host_tells_its_own(host: Machine, logs: Command) -> None:
    host.line(json.dumps({"level": "ERROR", "message": "still {{ 1 + 1 }} here password=hunter22x", "request_id": "q-3"}))
    host.sh("logger -t somebody 'still {{ 1 + 1 }} here, too'")
    by_store = eventually(lambda: len(found := logs.lines("--grep", "still {{ 1 + 1 }} here")) == 2 and found)
    host.sh("docker stop logs-all-1")
    try:
        done = logs("--grep", "still {{ 1 + 1 }} here", "--json")
    finally:
        host.sh("docker start logs-all-1")
    assert done.returncode == exits.GOOD, done.stderr
    (said,) = done.stderr.splitlines()
    assert "store all at 127.0.0.1:9428" in said
    assert said.endswith("; asking the hosts themselves")
    by_host = [json.loads(line) for line in done.stdout.splitlines()]
    names = ("_msg", "host", "source", "component", "level", "request_id", "container", "unit", "release", "stream")
    assert [[line.get(name) for name in names] for line in by_host] == [[line.get(name) for name in names] for line in by_store]
    assert "hunter22x" not in done.stdout + done.stderr


@pytest.mark.full
def test_what_is_followed_goes_on_after_the_store_was_away(host: Machine, logs: Command) -> None:
    """Also with a line that was said meanwhile. Ctrl-C ends it well."""
    with logs.start("--since", "1s", "--grep", "followed", "--follow") as running:
        host.sh("logger -t somebody followed one")
        seen = [read(running)]
        host.sh("docker stop logs-all-1; logger -t somebody followed two; sleep 5; docker start logs-all-1")
        seen.append(read(running))
        host.sh("logger -t somebody followed three")
        seen.append(read(running))
        running.send_signal(signal.SIGINT)
        out, err = running.communicate(timeout=60)
    assert [line.split()[-1] for line in seen] == ["one", "two", "three"]
    (said,) = err.splitlines()
    assert said.endswith("; waiting for it")
    assert out.startswith("next: python -m gitops")
    assert running.returncode == exits.GOOD


def read(running: subprocess.Popen[str]) -> str:
    """A line, in time."""
    assert running.stdout
    ready, _, _ = select.select([running.stdout], [], [], 60)
    assert ready
    return running.stdout.readline()
