# SPDX-License-Identifier: GPL-3.0-or-later
"""What a host keeps compiled: used again, renewed when the sources are others, and never believed when others could have written it."""

from __future__ import annotations

import json
import marshal
import os
import sys
import threading
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from ansible_collections.echodiary.infra.plugins.module_utils import _loader

SOURCES = {"_demo.words": "WORD = 'old'\n", "_demo.main": "from . import words\ndef run(manifest):\n    return {'word': words.WORD}\n"}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "cache" / "echodiary"


@pytest.fixture(autouse=True)
def forgotten() -> Iterator[None]:
    yield
    for name in [name for name in sys.modules if name.partition(".")[0] == _loader.ROOT]:
        del sys.modules[name]


def load(folder: Path, digest: str = "one", keep: bool = True, sources: dict[str, str] = SOURCES) -> dict[str, Any]:
    about = {"package": "_demo", "digest": digest, "keep": keep}
    found = _loader.load(about, zlib.compress(json.dumps(sources).encode()), str(folder))
    assert found is not None
    return found


def said(codes: dict[str, Any]) -> str:
    """What the package answers."""
    _loader.install(codes)
    word: str = sys.modules[f"{_loader.ROOT}._demo.main"].run({})["word"]
    return word


def poison(folder: Path) -> Path:
    """A kept file that answers something else, right in form: what somebody who could write there would leave."""
    other = {name: source.replace("old", "poison") for name, source in SOURCES.items()}
    load(folder, sources=other)
    return folder / "_demo"


def test_check_mode_leaves_nothing(folder: Path) -> None:
    assert said(load(folder, keep=False)) == "old"
    assert not folder.exists()


def test_what_is_kept_is_readable_by_its_owner_only_and_is_used(folder: Path) -> None:
    assert said(load(folder)) == "old"
    assert (folder.stat().st_mode & 0o777, (folder / "_demo").stat().st_mode & 0o777) == (0o700, 0o600)
    assert [path.name for path in folder.iterdir()] == ["_demo"]
    assert said(load(folder, sources={})) == "old"
    assert said(load(folder, sources={}, keep=False)) == "old"


def test_other_sources_take_the_place_of_the_old_ones(folder: Path) -> None:
    load(folder)
    new = {**SOURCES, "_demo.words": "WORD = 'new'\n"}
    assert said(load(folder, "two", keep=False, sources=new)) == "new"
    assert said(load(folder, "two", sources=new)) == "new"
    assert said(load(folder, "two", sources={})) == "new"
    assert [path.name for path in folder.iterdir()] == ["_demo"]


def test_the_poison_works_where_nothing_forbids_it(folder: Path) -> None:
    poison(folder)
    assert said(load(folder)) == "poison"


@pytest.mark.parametrize("mode", [0o620, 0o602, 0o666])
def test_a_file_that_others_may_write_is_not_believed(folder: Path, mode: int) -> None:
    poison(folder).chmod(mode)
    assert said(load(folder, keep=False)) == "old"


def test_a_directory_that_others_may_write_is_not_believed_and_not_written_to(folder: Path) -> None:
    before = poison(folder).read_bytes()
    folder.chmod(0o777)
    assert said(load(folder)) == "old"
    assert (folder / "_demo").read_bytes() == before


def test_a_link_is_not_followed(folder: Path, tmp_path: Path) -> None:
    poison(folder).rename(tmp_path / "elsewhere")
    (folder / "_demo").symlink_to(tmp_path / "elsewhere")
    assert said(load(folder, keep=False)) == "old"
    away = folder.with_name("away")
    folder.rename(away)
    folder.symlink_to(away)
    assert said(load(folder)) == "old"


def test_somebody_elses_file_is_not_believed(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    poison(folder)
    monkeypatch.setattr(os, "geteuid", lambda: os.getuid() + 1)
    assert said(load(folder)) == "old"


@pytest.mark.parametrize("spoil", [lambda whole: whole[:-1], lambda whole: whole[:-1] + b"\x00", lambda _: b"", lambda _: b"\xff\n"])
def test_a_spoilt_file_is_written_anew(folder: Path, spoil: Any) -> None:
    load(folder)
    path = folder / "_demo"
    whole = path.read_bytes()
    path.write_bytes(spoil(whole))
    assert said(load(folder)) == "old"
    assert path.read_bytes() == whole


def test_another_python_compiles_for_itself(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    load(folder)
    monkeypatch.setattr(sys, "hexversion", sys.hexversion + 1)
    assert said(load(folder, sources={**SOURCES, "_demo.words": "WORD = 'mine'\n"})) == "mine"


def test_where_nothing_can_be_kept_all_goes_on(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    assert said(load(tmp_path / "file" / "echodiary")) == "old"
    assert list(tmp_path.iterdir()) == [tmp_path / "file"]


def test_nothing_is_run_before_it_is_asked_for() -> None:
    _loader.install({"_demo.broken": marshal.dumps(compile("1 / 0", "x", "exec"))})
    with pytest.raises(ZeroDivisionError):
        _ = sys.modules[f"{_loader.ROOT}._demo.broken"].anything


def test_two_threads_that_ask_for_a_file_at_once_both_have_all_of_it(folder: Path) -> None:
    slow = {**SOURCES, "_demo.words": "import time\nFIRST = 1\ntime.sleep(0.2)\nWORD = 'old'\n"}
    _loader.install(load(folder, sources=slow))
    words, found = sys.modules[f"{_loader.ROOT}._demo.words"], []
    threads = [threading.Thread(target=lambda: found.append(words.WORD)) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == ["old"] * 4


def test_a_tuple_with_names_is_what_typing_makes_of_it() -> None:
    class Told(NamedTuple):
        """Words."""

        first: int
        second: tuple[str, ...] = ()
        third: dict[str, str] = {}  # noqa: RUF012 - a tuple field, never mutated

        @property
        def twice(self) -> int:
            return 2 * self.first

        @classmethod
        def of(cls) -> Told:
            return cls(1)

    space = {key: value for key, value in vars(Told).items() if key in ("__doc__", "__module__", "twice", "of")}
    names = {"first": "int", "second": "tuple[str, ...]", "third": "dict[str, str]"}
    made = _loader.Fields("Told", (), {**space, "__qualname__": "Told", "__annotations__": names, "second": (), "third": {}})
    assert (made._fields, made._field_defaults, made.__module__) == (Told._fields, Told._field_defaults, Told.__module__)
    one = made(3, third={"a": "b"})
    assert (one, one.twice, one._replace(first=4).twice, made.of(), repr(made.of())) == (
        Told(3, third={"a": "b"}), 6, 8, Told.of(), "Told(first=1, second=(), third={})",
    )  # fmt: skip
    with pytest.raises(TypeError):
        made()
