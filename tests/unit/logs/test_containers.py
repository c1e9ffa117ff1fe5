# SPDX-License-Identifier: GPL-3.0-or-later
"""Whose a file of Docker's is, and which file of a container comes next."""

from __future__ import annotations

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
    ("files", "read", "begins", "after"),
    [
        ([30], 30, 0, 0),
        ([30, 20, 10], 30, 0, 0),
        ([30, 20, 10], 20, 1, 0),
        ([30, 20, 10], 10, 2, 1),
        ([30, 20], 5, 0, 0),  # Docker has it no more
        ([30, 20], None, 0, 0),
        ([], 20, 0, 0),
    ],
)
def test_the_file_that_comes_next(program: Any, files: list[int], read: int | None, begins: int, after: int) -> None:
    assert program.begins_with(files, read) == begins
    assert program.comes_after(files, read) == after


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
    """As syslog-ng 3.38 and 4.8 name it."""
    dumped = f'run_id = {{ "value": "00 " }}\n{key.format(program.LINKS + "/c1")} = {{ "value": "00 00 85 62 26 00 00 00 00 00 " }}\n'
    ((name, state),) = program.states(dumped)
    assert (name, int.from_bytes(bytes.fromhex(state)[-8:], "little")) == ("c1", 0x266285)
