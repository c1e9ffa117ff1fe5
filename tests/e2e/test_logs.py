# SPDX-License-Identifier: GPL-3.0-or-later
"""What a fleet says while it is deployed to and its files are rotated: each line is in the store, once."""

from __future__ import annotations

import json
import os
import time
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest

from tests.e2e import drill, fleet
from tests.waiting import eventually

pytestmark = [pytest.mark.e2e, pytest.mark.full, pytest.mark.usefixtures("shipping")]

RATE = 50.0
#: a file is full after a few seconds of that
ROTATED = {"echodiary_log_max_size": "200k", "echodiary_log_max_file": 3}
#: where it is asked, and what: one question on stdin
ASK = """
import base64, sys, urllib.parse, urllib.request
key = base64.b64encode(b"logs:" + open("/etc/echodiary/logs/password", "rb").read()).decode()
form = urllib.parse.urlencode({"query": QUERY}).encode()
asked = urllib.request.Request("http://127.0.0.1:9428/select/logsql/query", form, {"Authorization": f"Basic {key}"})
sys.stdout.write(urllib.request.urlopen(asked, timeout=60).read().decode())
"""
#: 16 bytes, so that Docker, which cuts after 16 KiB, cuts between two of them
CELL = "가나다라마x"
HEAD = '{"level": "INFO", "pad": "12", "message": "long '


@pytest.fixture(scope="module")
def shipping(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """A fleet that ships and keeps its logs, booted for this."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("LAB_LOGS", "1")
        if os.environ.get("KEEP_FLEET") != "again":
            fleet.boot()
        fleet.converge(tmp_path_factory.mktemp("converge"))
        yield
    if not os.environ.get("KEEP_FLEET"):
        fleet.lab("down", "--keep-images")


def found(query: str) -> list[dict[str, str]]:
    return [json.loads(line) for line in fleet.on("mon1", "python3 -", stdin=ASK.replace("QUERY", repr(query))).splitlines()]


def files(host: str) -> int:
    """That Docker has of the containers of releases."""
    names = "docker ps -aq --no-trunc --filter label=com.docker.compose.service=api"
    return int(fleet.on(host, f"for one in $({names}); do ls /var/lib/docker/containers/$one/*-json.log*; done | wc -l"))


def lines(run: str) -> list[dict[str, str]]:
    return found(f'component:echodiary logger:echodiary.access request_id:"{run}-"* | fields host, slot, request_id')


def test_each_request_of_a_deploy_has_one_line_though_files_are_rotated() -> None:
    release = drill.publish("logged", lines=f"ENV LOGGED={time.time_ns()}")
    rotated = drill.run("site", **ROTATED)
    assert rotated.code == 0, rotated.output
    with drill.traffic(RATE, paths=drill.COUNTED) as seen:
        ran = drill.run("deploy", release=release, **ROTATED)
    assert ran.code == 0, ran.output
    result = seen["result"]
    wanted = {f"{result.run}-{name.rpartition('.')[2]}-{number}" for name, one in result.hosts.items() for number in range(one["sent"])}
    assert len(wanted) == result.sent
    eventually(lambda: len(lines(result.run)) >= result.ok, 120)
    told = lines(result.run)
    number = Counter(one["request_id"] for one in told)
    # What nobody answered in time may have been served all the same, and what had to be sent again may have been served both times.
    assert set(number) <= wanted and len(wanted) - len(number) <= result.failed
    assert len(told) - len(number) <= result.retried
    slots = {(one["host"], one["slot"]) for one in told}
    assert slots == {(host, slot) for host in drill.APPS for slot in ("blue", "green")}, "before the swap and after it"
    assert all(files(host) > 2 for host in drill.APPS), "they were rotated"


def test_long_lines_and_korean_arrive_as_they_were_said() -> None:
    assert len(CELL.encode()) == 16 and len(HEAD.encode()) % 16 == 0
    whole: dict[str, Any] = {"level": "INFO", "pad": "12", "message": f"long {CELL * 2600}"}
    line = HEAD + CELL * 2600 + '", "request_id": "long-1"}'
    assert json.loads(line) == {**whole, "request_id": "long-1"} and len(line.encode()) > 2 * 16 * 1024
    short = '{"level": "ERROR", "message": "오늘은 비가 왔다. \\"정말\\" 좋았다.", "request_id": "short-1"}'
    image = fleet.on(
        "app1", "docker inspect -f '{{.Image}}' $(docker ps -q --filter label=com.docker.compose.service=api | head -1)"
    ).strip()
    say = f"docker run --rm -i --network none --entrypoint python {image} -c 'import sys; sys.stdout.write(sys.stdin.read())'"
    fleet.on("app1", say, stdin=f"{line}\n{short}\n")
    (long,) = eventually(lambda: found("request_id:long-1"), 60)
    assert long["_msg"] == whole["message"] and long["host"] == "app1"
    (korean,) = eventually(lambda: found("request_id:short-1"), 60)
    assert (korean["_msg"], korean["level"]) == ('오늘은 비가 왔다. "정말" 좋았다.', "ERROR")
