# SPDX-License-Identifier: GPL-3.0-or-later
"""What a host keeps is not sent again; one that lacks it says so before anything is done, and is sent all of it."""

from __future__ import annotations

import json
import os
import shlex
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from ansible import constants
from ansible_collections.echodiary.infra.plugins.module_utils import _loader
from ansible_collections.echodiary.infra.plugins.plugin_utils._calls import host, kept, pieces
from ansible_collections.echodiary.infra.plugins.plugin_utils._calls.packages import package
from hypothesis import given
from hypothesis import strategies as st

VARIABLES = {"inventory_hostname": "app1", "ansible_python_interpreter": sys.executable}
LONG = "a line of a configuration\n" * 40
#: of package _gate: it does nothing but wait for no probe, and its answer has a tick for each
ASKED = {"probes": [], "count": 2, "interval": 0.1, "delay": 0.0, "budget": 1.0, "age": 0.0, "stop_after": 0, "more": {"text": LONG}}


class Host:
    """This machine, as one that keeps what it is sent in ``folder``. ``sent``: the bytes of every call."""

    def __init__(self, folder: Path, check: bool = False) -> None:
        self.folder, self.check, self.sent = folder, check, list[int]()

    def ask(self, asked: dict[str, Any], secrets: list[str] | None = None, lasting: bool = True, name: str = "_gate") -> host.Heard:
        task: Any = SimpleNamespace(check_mode=self.check, any_errors_fatal=False, run_once=False, delegate_to=None)
        action: Any = SimpleNamespace(_task=task, _templar=SimpleNamespace(template=str), _low_level_execute_command=self._run)
        return host.exchange(action, package(name), asked, VARIABLES, (secrets or []) if lasting else None)

    def _run(self, command: str, in_data: bytes) -> dict[str, Any]:
        self.sent.append(len(in_data))
        there = command.replace(_loader.FOLDER, str(self.folder))
        done = subprocess.run(
            ["sh", "-c", there], input=in_data, capture_output=True, check=False, env={"PATH": os.environ["PATH"]}, cwd="/"
        )
        return {"rc": done.returncode, "stdout": done.stdout.decode(), "stderr": done.stderr.decode()}


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(constants, "ANSIBLE_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


@pytest.fixture
def there(tmp_path: Path) -> Host:
    return Host(tmp_path / "there")


def answered(heard: host.Heard, calls: int = 1) -> bool:
    return heard.calls == calls and [tick["answers"] for tick in heard.answer["ticks"]] == [[], []]


def test_what_is_there_is_sent_once(there: Host) -> None:
    assert answered(there.ask(ASKED)) and answered(there.ask(ASKED))
    assert there.sent[0] > 8000 and there.sent[1] < 600


def test_what_differs_is_sent(there: Host) -> None:
    there.ask(ASKED)
    other = os.urandom(2000).hex()
    assert answered(there.ask({**ASKED, "more": {"text": LONG, "other": other}}))
    assert 2000 < there.sent[1] < 3500


def test_a_check_finds_what_a_run_left_and_leaves_nothing(there: Host, home: Path) -> None:
    check = Host(there.folder, check=True)
    assert answered(check.ask(ASKED)) and answered(check.ask(ASKED))
    assert check.sent[1] == check.sent[0] and not there.folder.exists() and not home.exists()
    there.ask(ASKED)
    assert answered(check.ask(ASKED)) and check.sent[2] < 600


def test_a_check_that_found_nothing_there_does_not_ask_twice_the_next_time(there: Host) -> None:
    there.ask(ASKED)
    for path in there.folder.iterdir():
        path.unlink()
    check = Host(there.folder, check=True)
    assert answered(check.ask(ASKED), calls=2) and answered(check.ask(ASKED))


@pytest.mark.parametrize("what", ["loader-*", "_gate", "_gate.told", "*"])
def test_a_host_that_lacks_something_is_sent_all_of_it(there: Host, what: str) -> None:
    there.ask(ASKED)
    for path in there.folder.glob(what):
        path.unlink()
    assert answered(there.ask(ASKED), calls=2)
    assert answered(there.ask(ASKED)) and there.sent[-1] < 600


def test_nothing_is_done_before_all_is_there(there: Host, tmp_path: Path) -> None:
    there.ask(ASKED)
    memory = kept.of(SimpleNamespace(_task=SimpleNamespace(delegate_to=None)), "_gate", VARIABLES)  # type: ignore[arg-type]
    known = memory.read()
    told = pieces.folded({**ASKED, "more": {"text": "another\n" * 99}})
    thin = host.message(package("_gate"), told, kept.Kept(known.code, frozenset(told.pieces)), True, True)
    command = host.command(shlex.quote(sys.executable), str(there.folder))
    done = subprocess.run(["sh", "-c", command], input=thin, capture_output=True, check=False, cwd=tmp_path)
    assert (done.stdout.decode(), done.stderr) == (f"{_loader.MARKER}0{_loader.MARKER}", b"")


def spoil_owner(folder: Path) -> None:
    folder.chmod(0o777)


def spoil_file(folder: Path) -> None:
    for path in folder.iterdir():
        path.chmod(0o666)


def spoil_link(folder: Path) -> None:
    folder.rename(folder.with_name("away"))
    folder.symlink_to(folder.with_name("away"))


@pytest.mark.parametrize("spoil", [spoil_owner, spoil_file, spoil_link])
def test_what_others_may_have_written_is_not_believed(there: Host, spoil: Callable[[Path], None]) -> None:
    there.ask(ASKED)
    spoil(there.folder)
    assert answered(there.ask(ASKED), calls=2)
    # Mended, or known to be of no use.
    assert answered(there.ask(ASKED))
    if spoil is spoil_file:
        assert there.sent[-1] < 600


def test_a_host_that_cannot_keep_anything_is_not_asked_twice_again_and_again(there: Host) -> None:
    there.folder.write_text("no directory")
    assert answered(there.ask(ASKED)) and answered(there.ask(ASKED))
    assert there.sent[1] == there.sent[0]


def test_what_was_refused_is_not_kept(there: Host) -> None:
    refused = {"check": False, "components": [{"name": "demo", "no": "component"}], "claimed": [LONG], "declared": ["demo"]}
    assert there.ask(refused, name="_run").answer["failed"]
    assert sorted(path.name.partition("-")[0] for path in there.folder.iterdir()) == ["_run", "loader"]


SECRET = 'a "quoted" secret \n' + "x" * 300


@pytest.mark.parametrize(
    "where", [{"env": {"PASSWORD": SECRET}}, {"lines": [LONG, f"password={SECRET}"]}, {"deep": [{"a": {"b": SECRET}}]}]
)
def test_no_secret_is_kept_nor_a_digest_of_it(there: Host, home: Path, where: dict[str, Any]) -> None:
    asked = {**ASKED, "more": {**where, "text": LONG, "other": LONG * 2}}
    assert answered(there.ask(asked, [SECRET])) and answered(there.ask(asked, [SECRET]))
    assert 300 < there.sent[1] < 1000
    told = b"".join(path.read_bytes() for path in there.folder.iterdir())
    assert LONG.encode().splitlines()[0] in told and b"x" * 300 not in told
    there.ask({**asked, "more": {**asked["more"], "PASSWORD": SECRET}}, [SECRET])
    (file,) = (path for path in home.rglob("*") if path.is_file())
    known = set(json.loads(file.read_text())["_gate"]["pieces"])
    assert known == {pieces.digest(json.dumps(LONG).encode()), pieces.digest(json.dumps(LONG * 2).encode())}
    assert file.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("content", ["hunter22" * 50, "short"])
def test_what_is_marked_sensitive_is_not_kept(there: Host, content: str) -> None:
    files = {"/etc/a": {"content": content, "sensitive": True}, "/etc/b": {"content": LONG, "sensitive": False}}
    there.ask({**ASKED, "files": files})
    told = (there.folder / "_gate.told").read_bytes()
    assert content.encode() not in told and LONG.encode().splitlines()[0] in told


def test_only_the_last_of_what_lasts_is_kept_and_what_does_not_last_is_not(there: Host) -> None:
    def holding(text: str) -> list[tuple[str, int]]:
        found = [path for path in there.folder.iterdir() if text.encode() in path.read_bytes()]
        return [(path.name, path.stat().st_mode & 0o777) for path in found]

    text = "another" * 50
    there.ask(ASKED)
    there.ask({**ASKED, "own": text}, lasting=False)
    assert holding(text) == []
    there.ask({**ASKED, "own": text})
    assert holding(text) == [("_gate.told", 0o600)]
    there.ask(ASKED)
    assert holding(text) == []


@pytest.mark.parametrize("text", ["", "{", "[]", '{"_gate": 1}', '{"_gate": {"code": 5, "pieces": 1}}'])
def test_a_spoilt_memory_is_none(there: Host, home: Path, text: str) -> None:
    there.ask(ASKED)
    (file,) = (path for path in home.rglob("*") if path.is_file())
    file.write_text(text)
    assert answered(there.ask(ASKED))
    assert answered(there.ask(ASKED)) and there.sent[-1] < 600


def test_another_host_of_that_name_is_another_host(there: Host) -> None:
    one = kept.of(SimpleNamespace(_task=SimpleNamespace(delegate_to=None)), "_run", {**VARIABLES, "ansible_host": "10.0.0.1"})  # type: ignore[arg-type]
    two = kept.of(SimpleNamespace(_task=SimpleNamespace(delegate_to=None)), "_run", {**VARIABLES, "ansible_host": "10.0.0.2"})  # type: ignore[arg-type]
    one.write("code", ["a"])
    assert (one.read(), two.read()) == (kept.Kept("code", frozenset("a")), kept.Kept())


_JSON: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=400),
    lambda inner: (
        st.lists(inner, max_size=6) | st.dictionaries(st.text(max_size=40).filter(lambda name: name != _loader.PIECE), inner, max_size=6)
    ),
    max_leaves=40,
)


@given(st.dictionaries(st.text(min_size=2, max_size=8), _JSON, max_size=5))
def test_pieces_are_put_together_as_they_were(document: dict[str, Any]) -> None:
    told = pieces.folded(document)
    sent = json.loads(json.dumps({"root": told.root, "pieces": told.pieces}))
    assert _loader.Told("/nowhere", "_demo").whole(sent) == json.loads(json.dumps(document))


def test_a_change_in_one_place_leaves_the_other_pieces_as_they_are() -> None:
    before = {"components": [{"name": name, "files": {f"/{name}/{n}": LONG + str(n) + name for n in range(5)}} for name in ("one", "two")]}
    after = json.loads(json.dumps(before))
    after["components"][1]["files"]["/two/3"] = "short"
    fresh = pieces.folded(after).pieces.keys() - pieces.folded(before).pieces.keys()
    assert len(fresh) <= 3 and sum(len(pieces.folded(after).pieces[one]) for one in fresh) < 1200
