# SPDX-License-Identifier: GPL-3.0-or-later
"""On a real directory: everything or nothing, also when the run is killed at any step, also when the disk is full."""

from __future__ import annotations

import os
import shutil
import stat
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.echodiary.infra.plugins.module_utils._converge import file_ops
from ansible_collections.echodiary.infra.plugins.module_utils._converge.transaction import Transaction
from ansible_collections.echodiary.infra.plugins.module_utils._kinds import model

UID, GID = os.getuid(), os.getgid()


def snapshot(root: Path) -> dict[str, Any]:
    """Every path below: kind, mode, and content or target."""
    seen: dict[str, Any] = {}
    for path in sorted(root.rglob("*")):
        info = path.lstat()
        body = os.readlink(path) if path.is_symlink() else path.read_bytes() if stat.S_ISREG(info.st_mode) else None
        seen[str(path.relative_to(root))] = (stat.filemode(info.st_mode), body)
    return seen


def new(content: str, mode: int = 0o644) -> model.File:
    return model.File(content.encode(), mode, UID, GID)


def attributes(mode: str) -> dict[str, Any]:
    return {"kind": "file", "mode": mode, "uid": UID, "gid": GID}


@pytest.fixture
def root(tmp_path: Path) -> Path:
    root = tmp_path / "root"
    for name, content in {"changed": "old", "moded": "same", "removed": "bye", "is_link": "", "area/kept": "k", "area/tree/a": "t"}.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content)
    (root / "is_link").unlink()
    (root / "is_link").symlink_to("/etc/passwd")
    (root / "old_link").symlink_to("one")
    (root / "dir").mkdir(mode=0o700)
    (root / "empty").mkdir()
    return root


@pytest.fixture
def journal(tmp_path: Path) -> str:
    return str(tmp_path / "state")


def work(root: Path) -> dict[str, Any]:
    """One change of every kind."""
    return {
        "files": {
            f"{root}/changed": new("new"),
            f"{root}/is_link": new("a file now"),
            f"{root}/deep/er/created": new("c", 0o600),
            f"{root}/empty": new("in place of an empty directory"),
        },
        "attributes": {f"{root}/moded": attributes("0600")},
        "directories": {f"{root}/dir": attributes("0755"), f"{root}/made": attributes("0750")},
        "links": {f"{root}/old_link": "two", f"{root}/new_link": "three"},
        "removals": [f"{root}/removed", f"{root}/area/tree"],
    }


def run(journal: str, root: Path) -> Transaction:
    moving = Transaction(journal, "demo")
    moving.recover()
    if (root / "area/tree").exists():
        moving.keep_tree(f"{root}/area/tree")
    moving.apply(**work(root))
    return moving


def assert_applied(root: Path) -> None:
    assert (root / "changed").read_text() == "new"
    assert not (root / "is_link").is_symlink() and (root / "is_link").read_text() == "a file now"
    assert stat.S_IMODE((root / "deep/er/created").stat().st_mode) == 0o600
    assert (root / "empty").is_file()
    assert stat.S_IMODE((root / "moded").stat().st_mode) == 0o600
    assert stat.S_IMODE((root / "dir").stat().st_mode) == 0o755
    assert stat.S_IMODE((root / "made").stat().st_mode) == 0o750
    assert (os.readlink(root / "old_link"), os.readlink(root / "new_link")) == ("two", "three")
    assert not (root / "removed").exists() and not (root / "area/tree").exists()
    assert (root / "area/kept").read_text() == "k"
    assert not [path for path in root.rglob("*") if path.name.endswith(file_ops.SUFFIX)]


def test_apply_and_commit(root: Path, journal: str) -> None:
    run(journal, root).commit()
    assert_applied(root)
    assert Path("/etc/passwd").stat().st_size > 0
    assert not Transaction(journal, "demo").recover()


def test_take_back_leaves_no_difference(root: Path, journal: str) -> None:
    before = snapshot(root)
    assert run(journal, root).take_back() == []
    assert snapshot(root) == before
    assert not Path(journal, "journal", "demo").exists()


def test_take_back_restores_modification_times_so_that_nothing_seems_stale(root: Path, journal: str) -> None:
    os.utime(root / "changed", (1000, 1000))
    run(journal, root).take_back()
    assert (root / "changed").stat().st_mtime == 1000


def test_backups_are_private(root: Path, journal: str) -> None:
    run(journal, root)
    kept = [path for path in Path(journal).rglob("*") if path.is_file() and "tree" not in path.parts]
    assert stat.S_IMODE(Path(journal, "journal", "demo").stat().st_mode) == 0o700
    assert kept


def test_a_link_in_place_of_a_directory_can_be_taken_back(root: Path, journal: str) -> None:
    before = snapshot(root)
    moving = Transaction(journal, "demo")
    moving.apply({}, {}, {f"{root}/is_link": attributes("0755")}, {}, [])
    assert (root / "is_link").is_dir() and not (root / "is_link").is_symlink()
    assert moving.take_back() == []
    assert snapshot(root) == before


def test_a_file_in_place_of_a_directory_that_was_filled_can_be_taken_back(root: Path, journal: str) -> None:
    before = snapshot(root)
    moving = Transaction(journal, "demo")
    moving.apply({f"{root}/changed/a/b": new("x")}, {}, {f"{root}/changed": attributes("0755")}, {}, [])
    assert moving.take_back() == []
    assert snapshot(root) == before


def test_a_filled_directory_where_a_file_has_to_be_is_refused_and_kept(root: Path, journal: str) -> None:
    before = snapshot(root)
    moving = Transaction(journal, "demo")
    with pytest.raises(OSError, match="not empty"):
        moving.apply({f"{root}/area": new("x"), f"{root}/changed": new("y")}, {}, {}, {}, [])
    assert moving.take_back() == []
    assert snapshot(root) == before


def test_a_reader_sees_the_old_or_the_new_content_and_nothing_between(root: Path, journal: str) -> None:
    """The path keeps its inode until it gets another one: it is renamed over, never written into."""
    with open(root / "changed", encoding="utf-8") as reader:
        inode = os.fstat(reader.fileno()).st_ino
        run(journal, root)
        assert reader.read() == "old"
    assert (root / "changed").stat().st_ino != inode


# -- killed ------------------------------------------------------------------------------------------------------------

#: calls after each of which a run may be killed; the name within the module that ``placing`` sees
STEPS = ("os.rename", "os.open", "os.mkdir", "os.chmod", "os.symlink", "os.unlink", "os.makedirs", "shutil.copy2", "os.rmdir")


def killed_after(count: int, journal: str, root: Path) -> bool:
    """Runs the same transaction in a child that dies, without any clean-up, after ``count`` file system calls; False: it came through."""
    child = os.fork()
    if child == 0:
        calls = 0

        def dying(function: Any) -> Any:
            def wrapper(*args: Any, **more: Any) -> Any:
                nonlocal calls
                value = function(*args, **more)
                calls += 1
                if calls == count:
                    os._exit(9)
                return value

            return wrapper

        for step in STEPS:
            module, name = step.split(".")
            holder = getattr(file_ops, module)
            setattr(holder, name, dying(getattr(holder, name)))
        try:
            run(journal, root)
        except BaseException:
            os._exit(1)
        os._exit(0)
    _, status = os.waitpid(child, 0)
    code = os.waitstatus_to_exitcode(status)
    assert code in (0, 9), "the run failed by itself"
    return code == 9


def rebuild(root: Path, factory: pytest.TempPathFactory) -> tuple[Path, str]:
    place = factory.mktemp("killed")
    shutil.copytree(root, place / "root", symlinks=True)
    return place / "root", str(place / "state")


def test_killed_anywhere_the_next_run_finishes_and_still_knows_the_way_back(
    root: Path, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "fsync", lambda _descriptor: None)  # the process dies here, not the machine
    before = snapshot(root)
    for count in range(1, 200):
        here, journal = rebuild(root, tmp_path_factory)
        if not killed_after(count, journal, here):
            break
        for path, allowed in {"changed": ("old", "new"), "moded": ("same",)}.items():
            assert (here / path).read_text() in allowed, f"half-written after step {count}"
        finishing = run(journal, here)
        assert_applied(here)
        if count % 2:
            assert finishing.take_back() == [], f"after step {count}"
            assert snapshot(here) == before, f"after step {count}"
        else:
            finishing.commit()
            assert_applied(here)
    assert count > 20, "the transaction has more steps than that"


def test_a_journal_that_was_cut_off_before_its_index_is_no_way_back_to_trust(root: Path, journal: str) -> None:
    """Killed while it kept the first backup: nothing had been touched, and the remains must not pose as backups of other paths."""
    first = Transaction(journal, "demo")
    first.keep_tree(f"{root}/area/tree")
    before = snapshot(root)
    moving = Transaction(journal, "demo")
    assert not moving.recover()
    moving.apply({f"{root}/changed": new("new")}, {}, {}, {}, [])
    assert moving.take_back() == []
    assert snapshot(root) == before


# -- a full disk -------------------------------------------------------------------------------------------------------


@pytest.fixture
def small(tmp_path: Path) -> Iterator[Path]:
    place = tmp_path / "small"
    place.mkdir()
    if os.geteuid() != 0 or subprocess.run(["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", str(place)], check=False).returncode:
        pytest.skip("needs the right to mount a tmpfs")
    yield place
    subprocess.run(["umount", str(place)], check=True)


def test_a_full_disk_leaves_nothing_half_written(small: Path, journal: str) -> None:
    (small / "first").write_text("old")
    before = snapshot(small)
    moving = Transaction(journal, "demo")
    with pytest.raises(OSError, match="space") as caught:
        moving.apply({f"{small}/first": new("new"), f"{small}/big": new("x" * 200_000)}, {}, {}, {}, [])
    assert str(small) in str(caught.value.filename)
    assert moving.take_back() == []
    assert snapshot(small) == before


def test_a_full_disk_below_the_journal_touches_nothing(small: Path, root: Path) -> None:
    (small / "filler").write_bytes(b"x" * 50_000)
    (root / "changed").write_text("o" * 100_000)
    before = snapshot(root)
    moving = Transaction(str(small), "demo")
    with pytest.raises(OSError, match="space"):
        moving.apply({f"{root}/changed": new("new")}, {}, {}, {}, [])
    assert moving.take_back() == []
    assert snapshot(root) == before
