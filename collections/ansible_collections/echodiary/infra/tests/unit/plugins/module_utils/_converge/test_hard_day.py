# SPDX-License-Identifier: GPL-3.0-or-later
"""Paths that will not be changed: long names, read-only mounts, immutable files. Nothing wedges, and people read what is in the way."""

from __future__ import annotations

import errno
import os
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.echodiary.infra.plugins.module_utils._converge import file_ops
from ansible_collections.echodiary.infra.plugins.module_utils._converge.transaction import Transaction
from ansible_collections.echodiary.infra.plugins.module_utils._run import main
from ansible_collections.echodiary.infra.tests.unit.plugins.module_utils._converge.builders import file, spec
from ansible_collections.echodiary.infra.tests.unit.plugins.module_utils._converge.directory_host import (
    Host,
    host,
    immutable,
    mounted,
    probe_that_fails,
    remounted,
    told,
)

__all__ = ["host"]
LONG = "n" * 250


def killed(host: Host, *specs: dict[str, Any], at: str = "commit") -> None:
    """A run that dies without any clean-up: before its journal is done with, or in the middle of its renames."""
    child = os.fork()
    if child == 0:
        if at == "commit":
            Transaction.commit = lambda _self: os._exit(9)  # type: ignore[method-assign]
        else:
            file_ops.clear_directory = lambda _path: os._exit(9)
        host.run(*specs)
        os._exit(0)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 9


def left(root: Path) -> list[str]:
    return sorted(path.name for path in root.rglob("*") if path.name.endswith(file_ops.SUFFIX))


@pytest.mark.parametrize("name", [LONG, "n" * 255, "ü" * 125])
def test_the_longest_name_there_may_be_is_a_name_like_any_other(host: Host, name: str) -> None:
    assert host.component(spec(files={host.path(name): file("one")}))["status"] == "changed"
    assert (host.root / name).read_text() == "one"
    assert host.component(spec(files={host.path(name): file("two")}, health=probe_that_fails()))["status"] == "taken_back"
    assert (host.root / name).read_text() == "one"
    assert host.component(spec(files={}, links={host.path(name): "/etc"}))["status"] == "changed"
    assert left(host.root) == []


def test_two_long_names_with_one_beginning_do_not_meet(host: Host) -> None:
    names = ["n" * 254 + last for last in "ab"]
    assert host.component(spec(files={host.path(name): file(name[-1]) for name in names}))["status"] == "changed"
    assert [(host.root / name).read_text() for name in names] == ["a", "b"]


def test_a_name_that_no_file_system_takes_is_refused_each_time_and_harms_nobody(host: Host) -> None:
    """Also after a run that was killed at it: nothing has to be deleted by hand."""
    (host.root / "a").write_text("old")
    wanted = spec(files={host.path("a"): file("new"), host.path("n" * 300): file("x")})
    for _ in range(2):
        done = host.component(wanted)
        assert done["status"] in ("failed", "taken_back")
        assert "n" * 300 in done["msg"]
        assert file_ops.SUFFIX not in done["msg"]
        assert (host.root / "a").read_text() == "old"
    assert host.component(spec(files={host.path("a"): file("new")}))["status"] == "changed"


def test_a_journal_with_names_that_were_too_long_is_taken_up(host: Host) -> None:
    """As the version before has left it: its temporary names had no room for theirs."""
    attempt = spec(files={host.path("a"): file("new")})
    killed(host, attempt)
    index = host.state / "journal/demo/index.json"
    index.write_text(index.read_text().replace('"temporary": [', f'"temporary": ["{host.path("." + LONG + file_ops.SUFFIX)}", '))
    assert host.component(attempt)["status"] in ("ok", "changed")
    assert not (host.state / "journal/demo").exists()


def test_what_could_not_be_taken_back_from_a_read_only_mount_is_told_and_is_done_later(host: Host) -> None:
    with mounted(host.root / "m") as mount:
        (mount / "a").write_text("old")
        wanted = spec(files={str(mount / "a"): file("new"), host.path("b"): file("b")})
        killed(host, wanted, at="rename")
        assert left(mount), "its new contents lie beside it"
        remounted(mount, "ro")
        for _ in range(2):
            done = host.component(wanted)
            assert done["status"] == "taken_back", "each run gets as far as it can"
            assert str(mount / "a") in done["msg"]
            assert f"{mount} is mounted read-only" in done["msg"]
            assert file_ops.SUFFIX not in done["msg"] + str(done["notes"])
            assert not (host.root / "b").exists()
        elsewhere = spec(files={host.path("b"): file("b")})
        assert host.component(elsewhere)["status"] == "changed", "what git wants elsewhere is made all the same"
        remounted(mount, "rw")
        assert host.component(wanted)["status"] == "changed"
        assert ((mount / "a").read_text(), left(mount)) == ("new", [])
        assert not (host.state / "journal/demo").exists()


def test_an_immutable_file_is_named_with_what_lifts_it(host: Host) -> None:
    host.run(spec(files={host.path("a"): file("old"), host.path("b"): file("old")}))
    wanted = spec(files={host.path("a"): file("new"), host.path("b"): file("new")})
    with immutable(host.root / "b"):
        for _ in range(2):
            done = host.component(wanted)
            assert done["status"] == "taken_back"
            assert f"{host.path('b')} is immutable" in done["msg"]
            assert f"chattr -i {host.path('b')}" in done["msg"]
            assert file_ops.SUFFIX not in done["msg"]
            assert [(host.root / name).read_text() for name in "ab"] == ["old", "old"]
    assert host.component(wanted)["status"] == "changed"


def test_a_directory_that_takes_nothing_is_named_with_what_lifts_it(host: Host) -> None:
    (host.root / "d").mkdir()
    with immutable(host.root / "d"):
        done = host.component(spec(files={host.path("d/a"): file("new")}))
        assert done["status"] == "taken_back"
        assert done["msg"].startswith(host.path("d/a"))
        assert f"chattr -i {host.path('d')}" in done["msg"]


def test_what_a_killed_attempt_brought_and_cannot_be_withdrawn_is_kept_in_mind(host: Host) -> None:
    """Git has dropped it, somebody made it immutable: everything else goes on, and it goes as soon as it can."""
    killed(host, spec(files={host.path("a"): file("a"), host.path("brought"): file("x")}))
    wanted = spec(files={host.path("a"): file("a2")})
    with immutable(host.root / "brought"):
        for _ in range(2):
            done = host.component(wanted)
            assert (done["status"], done["sync"]) == ("changed", "OutOfSync")
            assert any(f"chattr -i {host.path('brought')}" in note for note in done["notes"])
        assert (host.root / "a").read_text() == "a2"
    done = host.component(wanted)
    assert done["sync"] == "Synced"
    assert not (host.root / "brought").exists()
    assert not (host.state / "journal/demo").exists()


def test_a_backup_that_waits_is_not_written_over_by_later_ones(host: Host) -> None:
    (host.root / "z").write_text("before")
    killed(host, spec(files={host.path("a"): file("a"), host.path("z"): file("attempt")}))
    with immutable(host.root / "z"):
        host.run(spec(files={host.path("a"): file("b")}))
        host.run(spec(files={host.path("a"): file("c"), host.path("b"): file("b")}))
    host.run(spec(files={host.path("a"): file("c"), host.path("b"): file("b")}))
    assert (host.root / "z").read_text() == "before"


@pytest.mark.parametrize("failing", ["unlink", "rename", "rmdir", "chown", "listdir"])
def test_nothing_on_the_way_back_raises(host: Host, monkeypatch: pytest.MonkeyPatch, failing: str) -> None:
    (host.root / "dir").mkdir()
    (host.root / "changed").write_text("old")
    (host.root / "removed").symlink_to("x")
    moving = Transaction(str(host.state), "demo")
    new = main.component.model.File(b"new", 0o644, os.getuid(), os.getgid())
    moving.apply({host.path("changed"): new, host.path("made/x"): new}, {}, {}, {}, [host.path("removed")])

    def refused(path: Any, *_args: Any, **_more: Any) -> None:
        raise OSError(errno.EIO, "Input/output error", path)

    with monkeypatch.context() as broken:
        broken.setattr(os, failing, refused)
        again = Transaction(str(host.state), "demo")
        assert again.recover()
        again.withdraw(set())
        assert again.take_back(), "told"
    last = Transaction(str(host.state), "demo")
    assert last.recover(), "the way back is still known"
    assert last.take_back() == []
    assert (host.root / "changed").read_text() == "old"
    assert os.readlink(host.root / "removed") == "x"
    assert not (host.root / "made").exists()


def test_a_fault_in_the_middle_of_a_change_is_taken_back_like_a_failure(host: Host, monkeypatch: pytest.MonkeyPatch) -> None:
    host.run(spec(files={host.path("a"): file("old")}))

    def fault(*_: Any) -> None:
        raise TypeError("nobody thought of this")

    monkeypatch.setattr(main.component.apply, "freshen", fault)
    done = host.component(spec(files={host.path("a"): file("new")}))
    assert done["status"] == "taken_back"
    assert "nobody thought of this" in done["msg"]
    assert (host.root / "a").read_text() == "old"


def test_logs_that_cannot_be_had_do_not_keep_anything_from_being_taken_back(host: Host, monkeypatch: pytest.MonkeyPatch) -> None:
    host.run(spec(files={host.path("a"): file("old")}))

    def fault(*_: Any) -> str:
        raise OSError(errno.EIO, "Input/output error")

    monkeypatch.setattr(main.component.component_health, "log_tail", fault)
    done = host.component(spec(files={host.path("a"): file("new")}, health=probe_that_fails()))
    assert done["status"] == "taken_back"
    assert (host.root / "a").read_text() == "old"


def test_one_component_s_fault_stays_its_own(host: Host, monkeypatch: pytest.MonkeyPatch) -> None:
    def fault(view: Any, _seen: bool) -> dict[str, str]:
        if view.name == "first":
            raise KeyError("odd")
        return {}

    monkeypatch.setattr(main.component.component_health, "of_processes", fault)
    answer = host.run(spec("first"), spec("second"), check=True)
    assert not answer.get("failed")
    assert [(one["name"], one["status"]) for one in answer["components"]] == [("first", "failed"), ("second", "ok")]
    assert "odd" in answer["components"][0]["msg"]


def test_a_half_finished_change_is_out_of_sync_and_a_check_says_so(host: Host) -> None:
    wanted = spec(files={host.path("a"): file("new")})
    killed(host, wanted)
    check = host.component(wanted, check=True)
    assert (check["sync"], told(check)) == ("OutOfSync", [("change:demo", "finish", "corrective")])
    done = host.component(wanted)
    assert (done["status"], done["sync"], told(done)) == ("changed", "Synced", told(check))
    check = host.component(wanted, check=True)
    assert (check["sync"], told(check)) == ("Synced", [])


def test_a_journal_that_had_only_begun_is_no_change_that_was_cut_off(host: Host) -> None:
    wanted = spec(files={host.path("a"): file("new")})
    host.run(wanted)
    (host.state / "journal/demo").mkdir(parents=True)
    (host.state / "journal/demo/0").write_text("half a backup")
    assert host.component(wanted, check=True)["sync"] == "Synced"
    assert host.component(wanted)["status"] == "ok"
    assert not (host.state / "journal/demo").exists()


def test_a_directory_by_the_temporary_name_is_no_hindrance(host: Host) -> None:
    Path(file_ops.beside(host.path("a")), "in it").mkdir(parents=True)
    assert host.component(spec(files={host.path("a"): file("new")}))["status"] == "changed"
