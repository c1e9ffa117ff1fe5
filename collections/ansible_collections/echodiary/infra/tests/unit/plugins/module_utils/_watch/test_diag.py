# SPDX-License-Identifier: GPL-3.0-or-later
"""The kernel's own answer is what its files say, and where it is not to be had the files are read."""

from __future__ import annotations

import os
import socket
import sys
from pathlib import Path

import pytest
from ansible_collections.echodiary.infra.plugins.module_utils._watch import diag, proc_net


def number(value: int, size: int) -> bytes:
    return value.to_bytes(size, sys.byteorder)


def message(kind: int, told: bytes, flags: int = 2) -> bytes:
    length = 16 + len(told)
    return number(length, 4) + number(kind, 2) + number(flags, 2) + bytes(8) + told + bytes(-length % 4)


def in_files() -> set[proc_net.Socket]:
    tables = ("tcp", "tcp6")
    return {one for table in tables for one in proc_net.parse(table, Path(f"/proc/net/{table}").read_text(encoding="ascii"))}


def test_it_is_what_the_files_say() -> None:
    with socket.create_server(("127.0.0.1", 0)), socket.create_server(("::1", 0), family=socket.AF_INET6):
        told = proc_net.told()
        if told is None:
            pytest.skip("this kernel does not answer")
        assert set(told) == in_files()
        assert {one.address for one in told} >= {"127.0.0.1", "::1"}


@pytest.mark.parametrize("error", [OSError("not permitted"), diag.DiagError("it does not answer")])
def test_where_it_cannot_be_asked_files_are_read(monkeypatch: pytest.MonkeyPatch, error: Exception) -> None:
    def refuse() -> list[diag.Listening]:
        raise error

    monkeypatch.setattr(diag, "is_there", lambda: True)
    monkeypatch.setattr(diag, "tcp", refuse)
    with socket.create_server(("127.0.0.1", 0)):
        assert {one for one in proc_net.listening() if one.protocol == "tcp"} == in_files() != set()


def test_no_module_is_loaded_for_it(tmp_path: Path) -> None:
    modules = tmp_path / "lib/modules" / os.uname().release
    assert diag.is_there(str(tmp_path)), "a kernel without modules has it or does not answer"
    modules.mkdir(parents=True)
    assert not diag.is_there(str(tmp_path))
    (tmp_path / "sys/module/tcp_diag").mkdir(parents=True)
    assert diag.is_there(str(tmp_path))


def test_messages_come_one_after_the_other() -> None:
    assert list(diag.messages(message(20, b"abcde") + message(3, b"1234"))) == [(20, b"abcde"), (3, b"1234")]


@pytest.mark.parametrize("data", [message(20, b"", flags=0x10), b"\0" * 16, b"\1"])
def test_a_list_that_is_not_whole_is_none(data: bytes) -> None:
    with pytest.raises(diag.DiagError):
        list(diag.messages(data))


@pytest.mark.parametrize(("kind", "told"), [(2, bytes(72)), (20, bytes(71))])
def test_a_refusal_is_no_socket(kind: int, told: bytes) -> None:
    with pytest.raises(diag.DiagError):
        diag.parse(socket.AF_INET, kind, told)
