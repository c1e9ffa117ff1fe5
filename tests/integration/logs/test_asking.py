# SPDX-License-Identifier: GPL-3.0-or-later
"""`gitops logs` over the real command, ssh and store: what was said is found by what may be asked, also when the store is down."""

from __future__ import annotations

import json
import select
import signal
import subprocess
from typing import Any

import pytest

from gitops import exits
from tests.integration.logs.command import Command
from tests.integration.logs.machine import PASSWORD, Machine, eventually

HOSTILE = ['say "it" | limit 1', "a*b", "'or' _msg:*", "오늘은 비가 왔다", "C:\\temp\\(x)", "$(id); `id`"]
#: command lines of every process, as long as nobody says that it is enough
LOOK = """
rm -f /tmp/enough
while [ ! -e /tmp/enough ]; do
  for one in /proc/[0-9]*; do tr '\\0' ' ' < $one/cmdline; echo; done >> /tmp/seen 2>/dev/null
done
"""


def test_what_was_said_is_found_by_what_is_asked(host: Machine) -> None:
    """Each by the module, in one run."""
    for text in HOSTILE:
        host.line(json.dumps({"level": "ERROR", "message": f"asked {text}", "request_id": "q-1"}, ensure_ascii=False))
    host.line("asked of nobody")
    # lines of a container that is new are counted at once, and told a second or two later
    eventually(lambda: len(host.found('"asked"')) == len(HOSTILE) + 1)
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
    assert last == f"1 line; next: python -m gitops -i {logs.inventory} logs --since 15m --request q-2"
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


@pytest.mark.full
def test_no_secret_is_in_a_process_list(host: Machine, logs: Command) -> None:
    """Of the host, every process that begins while it is asked."""
    host.sh(f"cat > /tmp/look <<'END'\n{LOOK}END")
    watch = host.start("timeout 60 sh /tmp/look")
    assert logs("--grep", "anything").returncode == exits.GOOD
    host.sh("touch /tmp/enough")
    watch.wait(60)
    assert "zlib.decompress" in host.sh("sort -u /tmp/seen")
    assert PASSWORD not in host.sh("sort -u /tmp/seen")
