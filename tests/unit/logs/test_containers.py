# SPDX-License-Identifier: GPL-3.0-or-later
"""Whose a file of Docker's is, and which file of a container comes next."""

from __future__ import annotations

import os
import shutil
from importlib.machinery import SourceFileLoader
from importlib.util import module_from_spec, spec_from_loader
from pathlib import Path
from typing import Any

import pytest

PROGRAM = Path(__file__).parents[3] / "roles/log_shipper/tree/usr/local/lib/echodiary/log-containers"


@pytest.fixture(scope="module")
def program() -> Any:
    loader = SourceFileLoader("log_containers", str(PROGRAM))
    spec = spec_from_loader("log_containers", loader)
    assert spec
    module = module_from_spec(spec)
    loader.exec_module(module)
    return module


@pytest.mark.parametrize(
    ("files", "read", "done"),
    [
        ([(10, 5)], (10, 4), 0),
        ([(10, 5)], (10, 5), 1),
        ([(10, 5), (20, 5), (30, 5)], (10, 5), 1),
        ([(10, 5), (20, 5), (30, 5)], (10, 4), 0),
        ([(10, 5), (20, 5)], (0, 0), 0),  # none was begun
        ([(10, 5), (20, 5)], (20, 5), 0),  # what was read before is no longer among them
        ([(10, 0), (20, 5)], (0, 0), 1),  # of an empty one nothing is read
        ([(10, 5), (20, 0)], (10, 5), 2),
        ([], (0, 0), 0),
    ],
)
def test_files_that_were_read_to_their_end(program: Any, files: list[tuple[int, int]], read: tuple[int, int], done: int) -> None:
    assert program.whole(files, program.Read(*read)) == done


class Docker:
    """Files of one container, rotated as Docker does it."""

    def __init__(self, place: Path) -> None:
        self.place = place / "c1"
        self.place.mkdir()
        (self.place / "config.v2.json").write_text('{"Name": "/c1", "Config": {"Image": "one:1"}}')

    def path(self, number: int) -> Path:
        return self.place / ("c1-json.log" + (f".{number}" if number else ""))

    def writes(self, text: str, keeps: int = 5) -> None:
        for number in range(keeps, 0, -1):
            if self.path(number - 1).exists():
                self.path(number - 1).rename(self.path(number))
        self.path(0).write_text(text)


@pytest.fixture
def docker(program: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Docker:
    for name in ("containers", "links"):
        (tmp_path / name).mkdir()
        monkeypatch.setattr(program, name.upper(), str(tmp_path / name))
    return Docker(tmp_path / "containers")


def led_to(program: Any) -> str:
    return Path(program.LINKS, "c1").read_text()


def held(known: dict[str, Any]) -> list[bytes]:
    return [os.pread(file, 9, 0) for file in known["c1"].files]


def test_every_file_is_read_from_the_oldest_though_docker_removed_it(program: Any, docker: Docker, monkeypatch: pytest.MonkeyPatch) -> None:
    """The shipper has read one whenever it is asked how far it is."""
    known: dict[str, Any] = {}
    for text in ("one", "two", "three", "four"):
        docker.writes(text, keeps=1)
        program.see(known, {})
    shutil.rmtree(docker.place)
    program.see(known, {})
    read: dict[str, Any] = {}
    monkeypatch.setattr(program, "last_read", lambda: read)
    found = []
    program.go_on(known)
    while known:
        found.append(led_to(program))
        state = Path(program.LINKS, "c1").stat()
        read["c1"] = program.Read(state.st_ino, state.st_size)
        program.go_on(known)
    assert found == ["one", "two", "three", "four"]
    assert not os.path.lexists(f"{program.LINKS}/c1")


def test_it_goes_on_in_the_file_in_which_the_shipper_stopped(program: Any, docker: Docker, monkeypatch: pytest.MonkeyPatch) -> None:
    for text in ("one", "two", "three"):
        docker.writes(text)
    read = {"c1": program.Read(docker.path(1).stat().st_ino, 1)}
    monkeypatch.setattr(program, "last_read", lambda: read)
    known: dict[str, Any] = {}
    program.see(known, read)
    for _ in range(2):
        program.go_on(known)
        assert led_to(program) == "two"
    assert held(known) == [b"two", b"three"]


def test_while_docker_renames_no_file_is_missed_or_met_twice(program: Any, docker: Docker) -> None:
    for text in ("one", "two", "three"):
        docker.writes(text)
    docker.path(2).rename(docker.path(3))
    known: dict[str, Any] = {}
    program.see(known, {})
    assert held(known) == [b"one", b"two", b"three"]
    docker.path(1).rename(docker.path(2))
    docker.path(0).rename(docker.path(1))
    program.see(known, {})
    docker.path(0).write_text("four")
    program.see(known, {})
    assert held(known) == [b"one", b"two", b"three", b"four"]


def test_what_is_removed_and_waits_does_not_fill_the_disk(program: Any, docker: Docker, monkeypatch: pytest.MonkeyPatch) -> None:
    known: dict[str, Any] = {}
    for second, text in enumerate(("one", "two", "three", "four", "five")):
        docker.writes(text, keeps=1)
        os.utime(docker.path(0), (second, second))
        program.see(known, {})
    monkeypatch.setattr(program, "HELD_BYTES", 9)
    program.give_up(known)
    assert held(known) == [b"two", b"three", b"four", b"five"]


def project(name: str, directory: str) -> dict[str, str]:
    return {"com.docker.compose.project": name, "com.docker.compose.project.working_dir": directory}


@pytest.mark.parametrize(
    ("labels", "found"),
    [
        (project("echodiary-blue", "/opt/echodiary/echodiary/blue"), ("echodiary", "blue")),
        (project("prometheus", "/opt/echodiary/prometheus"), ("prometheus", "")),
        (project("redis-exporter", "/opt/echodiary/redis_exporter"), ("redis_exporter", "")),
        (project("web-shop-green", "/opt/echodiary/web-shop/green"), ("web-shop", "green")),
        (project("mine", "/home/ann/work"), ("mine", "")),
        ({}, ("a-name", "")),
    ],
)
def test_component_and_slot(program: Any, labels: dict[str, str], found: tuple[str, str]) -> None:
    assert program.place(labels, "a-name") == found


def test_what_a_name_holds_means_nothing_in_the_configuration(program: Any) -> None:
    told = program.words("abc", {"name": 'a"); exec("x', "component": "`y`", "slot": "", "release": "r@sha256:0"})
    assert told == 'id("abc") name("a____exec__x") component("_y_") slot("") release("r@sha256:0")'


@pytest.mark.parametrize("key", ["affile_sd_curpos({})", "affile_sd.841411138.curpos({})"])
def test_what_the_shipper_remembers_of_a_file(program: Any, key: str) -> None:
    """As syslog-ng 3.38 and 4.8 name it. It is 0x12f bytes into what it read from 0x15fb on."""
    value = (
        "00 00 00 00 2F 01 00 00 00 00 00 00 00 00 04 00 00 00 00 00 00 00 00 00 FB 15 00 00 00 00 00 00 2A 17 00 00 00 00 00 00 "
        "2F 01 00 00 00 00 00 00 00 00 00 00 00 00 00 00 FB 15 00 00 00 00 00 00 52 A1 17 00 00 00 00 00 "
    )
    dumped = f'run_id = {{ "value": "00 " }}\n{key.format(program.LINKS + "/c1")} = {{ "value": "{value}" }}\n'
    assert dict(program.states(dumped)) == {"c1": program.Read(0x17A152, 0x15FB + 0x12F)}
