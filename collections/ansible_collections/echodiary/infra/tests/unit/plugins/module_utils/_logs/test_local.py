# SPDX-License-Identifier: GPL-3.0-or-later
"""What a host has itself is told as the store would tell it: Docker's real files, without secrets, the newest of what is asked."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.echodiary.infra.plugins.module_utils._logs import containers, history, journal, main

NOON = 1_796_126_400.0
ASKED: dict[str, Any] = {"source": "host", "store": "all", "query": "", "name": "app1", "since": NOON, "until": NOON + 3600,
                         "components": [], "levels": [], "request": "", "text": "", "last": 100}  # fmt: skip


class Host:
    """Its files, and nothing in its journal."""

    def __init__(self, place: Path) -> None:
        self.place = place

    def container(self, name: str, **labels: str) -> None:
        (self.place / name).mkdir()
        config = {"Name": f"/{name}", "Config": {"Image": "registry:5000/shop:7", "Labels": labels}}
        (self.place / name / "config.v2.json").write_text(json.dumps(config))

    def said(self, name: str, *records: tuple[int, str], number: str = "") -> None:
        """Seconds after noon, and what was written."""
        lines = [json.dumps({"log": text, "stream": "stdout", "time": f"2026-12-01T12:{second // 60:02d}:{second % 60:02d}.5Z"})
                 for second, text in records]  # fmt: skip
        path = self.place / name / f"{name}-json.log{number}"
        path.write_text("".join(f"{line}\n" for line in lines))
        os.utime(path, (NOON + records[-1][0] + 1,) * 2)


@pytest.fixture
def host(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Host:
    place = tmp_path / "containers"
    place.mkdir()
    monkeypatch.setattr(containers, "CONTAINERS", str(place))
    monkeypatch.setattr(history, "RECORDS", (str(tmp_path / "history.jsonl"),))
    monkeypatch.setattr(journal, "lines", lambda *_: iter(()))
    return Host(place)


def told(**asked: Any) -> list[dict[str, str]]:
    answer = main.run({**ASKED, **asked})  # type: ignore[typeddict-item]
    lines: list[dict[str, str]] = answer["lines"]
    return lines


def messages(**asked: Any) -> list[str]:
    return [line["_msg"] for line in told(**asked)]


def test_a_line_has_the_fields_of_the_store(host: Host) -> None:
    place = "com.docker.compose.project"
    host.container("one", **{place: "shop-blue", f"{place}.working_dir": "/opt/echodiary/shop/blue"})
    host.said("one", (5, json.dumps({"level": "warn", "message": "slow", "request_id": "r-1", "status": 200, "time": "x"}) + "\n"))
    (line,) = told()
    assert line == {"_time": "2026-12-01T12:00:05.5Z", "_msg": "slow", "host": "app1", "source": "container", "container": "one",
                    "component": "shop", "slot": "blue", "release": "shop:7", "level": "WARNING", "request_id": "r-1", "status": "200",
                    "stream": "stdout"}  # fmt: skip


def test_rotated_files_come_first_and_other_times_not_at_all(host: Host) -> None:
    host.container("one")
    host.said("one", (1, "a\n"), (2, "b\n"), number=".1")
    host.said("one", (3, "c\n"), (4, "d\n"))
    assert messages() == ["a", "b", "c", "d"]
    assert messages(since=NOON + 2, until=NOON + 4) == ["b", "c"]


def test_the_newest_of_all_containers_and_that_there_are_more(host: Host) -> None:
    host.container("one")
    host.container("two")
    host.said("one", (1, "a\n"), (4, "d\n"))
    host.said("two", (2, "b\n"), (3, "c\n"))
    answer = main.run({**ASKED, "last": 3})  # type: ignore[typeddict-item]
    assert ([line["_msg"] for line in answer["lines"]], answer["cut"]) == (["b", "c", "d"], True)
    assert main.run({**ASKED, "last": 4})["cut"] is False  # type: ignore[typeddict-item]


def test_secrets_stay_and_cannot_be_asked_for(host: Host) -> None:
    host.container("one")
    host.said("one", (1, "connect password=hunter22x now\n"), (2, '{"message": "m", "db_password": "hunter22x"}\n'))
    assert "hunter22x" not in json.dumps(told())
    assert messages() == ["connect password=«secret» now", "m"]
    assert messages(text="hunter22x") == []


def test_a_line_that_docker_cut_is_one_and_a_record_that_a_crash_cut_is_none(host: Host) -> None:
    host.container("one")
    host.said("one", (1, "be"), (1, "gin\n"), (2, "end\n"))
    path = host.place / "one/one-json.log"
    path.write_text(path.read_text() + '{"log":"half')
    os.utime(path, (NOON + 3,) * 2)
    assert messages() == ["begin", "end"]


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ({"levels": ["ERROR", "CRITICAL"]}, ["ERROR: no room"]),
        ({"store": "errors"}, ["ERROR: no room"]),
        ({"text": "(no"}, ["yes (no)"]),
        ({"request": "r-1"}, ["GET {r-1} 200", "said"]),
        ({"components": ["two"]}, ["said"]),
        ({"store": "audit"}, []),
    ],
)
def test_what_is_asked_is_what_is_told(host: Host, asked: dict[str, Any], found: list[str]) -> None:
    host.container("one")
    host.container("two")
    host.said("one", (1, "ERROR: no room\n"), (2, "yes (no)\n"), (3, "GET {r-1} 200\n"), (4, "GET {r-10} 200\n"))
    host.said("two", (5, json.dumps({"message": "said", "request_id": "r-1"}) + "\n"))
    assert messages(**asked) == found


def test_what_deploys_wrote_down_is_who_did_what(host: Host) -> None:
    Path(history.RECORDS[0]).write_text('{"at":"2026-12-01T12:00:09Z","kind":"deploy"}\nbroken\n{"at":"2026-11-01T00:00:00Z"}\n')
    (line,) = told(store="audit")
    assert (line["source"], line["component"], json.loads(line["_msg"])["kind"]) == ("history", "gitops", "deploy")


@pytest.mark.parametrize(
    ("entry", "line"),
    [
        ({"MESSAGE": "x", "PRIORITY": "3", "SYSLOG_IDENTIFIER": "sshd", "_SYSTEMD_UNIT": "ssh.service", "_PID": "7"},
         {"_msg": "x", "level": "ERROR", "component": "sshd", "unit": "ssh.service", "pid": "7"}),
        ({"MESSAGE": [237, 149, 156], "_COMM": "cat"}, {"_msg": "한", "level": "INFO", "component": "cat"}),
        ({"MESSAGE": None, "PRIORITY": "2"}, {"_msg": "", "level": "CRITICAL"}),
        ({"MESSAGE": ["a", "b"], "PRIORITY": "9"}, {"_msg": "a", "level": "INFO"}),
    ],
)  # fmt: skip
def test_an_entry_of_the_journal(entry: dict[str, Any], line: dict[str, str]) -> None:
    (moment, found) = journal.of_entry(json.dumps({"__REALTIME_TIMESTAMP": "1796126400000000", **entry}).encode())
    assert moment == NOON
    assert found == {"_time": "2026-12-01T12:00:00.000000Z", "source": "journal", **line}


def test_what_is_no_entry_is_passed_over() -> None:
    assert journal.of_entry(b"-- Reboot --") is None


@pytest.mark.parametrize(
    ("said", "level"),
    [("7 ann@diary ERROR:  deadlock detected", "ERROR"), ("FATAL:  the end", "CRITICAL"), ("LOG:  ERROR: is text", "WARNING")],
)
def test_what_postgresql_refused_is_an_error_though_syslog_calls_it_a_warning(said: str, level: str) -> None:
    entry = {"__REALTIME_TIMESTAMP": "1796126400000000", "PRIORITY": "4", "SYSLOG_IDENTIFIER": "postgres", "MESSAGE": said}
    assert journal.of_entry(json.dumps(entry).encode())[1]["level"] == level
    other = {**entry, "SYSLOG_IDENTIFIER": "shop"}
    assert journal.of_entry(json.dumps(other).encode())[1]["level"] == "WARNING"
