# SPDX-License-Identifier: GPL-3.0-or-later
"""The power fails in the middle of a change: what was not written to the disk by then is gone.

An ext4 in a file, on a loop device with direct I/O: a copy of the file is the disk as it would be found after the power has come back.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.echodiary.infra.plugins.module_utils._converge import state
from ansible_collections.echodiary.infra.plugins.module_utils._converge.transaction import Transaction
from ansible_collections.echodiary.infra.plugins.module_utils._host import fingerprints
from ansible_collections.echodiary.infra.plugins.module_utils._kinds import model
from ansible_collections.echodiary.infra.plugins.module_utils._ledger import files, journal
from ansible_collections.echodiary.infra.plugins.module_utils._release import slots

SIZE = 24 * 2**20
#: calls of a transaction after each of which the power may fail
STEPS = ("rename", "mkdir", "chmod", "chown", "fchmod", "symlink", "unlink", "fsync", "rmdir")
WORDS = {"changed": "old" * 3000, "removed": "bye" * 3000, "long": "l" * 9000}


class Disk:
    """``place`` is where it is mounted; ``fail`` keeps it as a power cut at this moment would."""

    def __init__(self, place: Path) -> None:
        self.file, self.place, self.cuts = place / "disk", place / "mounted", place / "cuts"
        for directory in (self.place, self.cuts):
            directory.mkdir()
        with self.file.open("wb") as handle:
            handle.truncate(SIZE)
        command(["mkfs.ext4", "-q", "-F", str(self.file)])
        self.device = command(["losetup", "-f", "--show", "--direct-io=on", str(self.file)])

    def fail(self, name: str) -> Path:
        cut = self.cuts / name
        subprocess.run(["cp", "--sparse=always", str(self.file), str(cut)], check=True)
        return cut


def command(words: list[str]) -> str:
    try:
        return subprocess.run(words, check=True, capture_output=True, text=True).stdout.strip()
    except (OSError, subprocess.CalledProcessError) as error:
        pytest.skip(f"needs loop devices and ext4: {error}")


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Disk]:
    if os.getuid() != 0:
        pytest.skip("needs the right to mount")
    made = Disk(tmp_path)
    try:
        # nothing but what is asked for is written in between
        command(["mount", "-o", "commit=600", made.device, str(made.place)])
        yield made
    finally:
        subprocess.run(["umount", "-l", str(made.place)], check=False)
        subprocess.run(["losetup", "-d", made.device], check=True)


@contextmanager
def powered_on(cut: Path, place: Path) -> Iterator[Path]:
    """The machine boots: the file system replays its journal."""
    command(["mount", "-o", "loop", str(cut), str(place)])
    try:
        yield place
    finally:
        subprocess.run(["umount", str(place)], check=True)
        cut.unlink()


def prepare(root: Path) -> None:
    (root / "tree/deep").mkdir(parents=True)
    (root / "tree/deep/file").write_text("t" * 9000)
    for name, text in WORDS.items():
        (root / name).write_text(text)
    (root / "link").symlink_to("one")
    os.sync()


def run(place: Path) -> Transaction:
    root = place / "root"
    moving = Transaction(str(place / "state"), "demo")
    moving.recover()
    new = {name: model.File(text.encode(), 0o640, 0, 0) for name, text in {"changed": "new" * 3000, "made/x": "x" * 9000}.items()}
    if (root / "tree").exists():
        moving.keep_tree(str(root / "tree"))
    moving.apply(
        {str(root / name): file for name, file in new.items()},
        {str(root / "long"): {"kind": "file", "mode": "0600", "uid": 0, "gid": 0}},
        {},
        {str(root / "link"): "two"},
        [str(root / "removed"), str(root / "tree")],
    )
    return moving


def seen(root: Path) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for path in sorted(root.rglob("*")):
        content = os.readlink(path) if path.is_symlink() else path.read_text() if path.is_file() else None
        found[str(path.relative_to(root))] = (oct(path.lstat().st_mode), content)
    return found


def moved(cut: Path, disk: Disk, look: Callable[[Path], None]) -> None:
    """Look at it under the paths it had: the journal names them."""
    subprocess.run(["umount", "-l", str(disk.place)], check=True)
    with powered_on(cut, disk.place):
        look(disk.place)


def test_after_a_power_cut_the_way_back_is_whole(disk: Disk) -> None:
    root = disk.place / "root"
    root.mkdir()
    prepare(root)
    before = seen(root)
    run(disk.place)

    def look(place: Path) -> None:
        again = Transaction(str(place / "state"), "demo")
        assert again.recover()
        assert again.take_back() == []
        assert seen(place / "root") == before

    moved(disk.fail("applied"), disk, look)


def test_what_was_committed_and_recorded_stays_so(disk: Disk) -> None:
    root, kept = disk.place / "root", disk.place / "state"
    root.mkdir()
    prepare(root)
    key = fingerprints.ensure_key(str(kept / "fingerprint.key"))
    run(disk.place).commit()
    state.save(str(kept), "demo", {**state.empty(), "resources": {"path:/x": {"kind": "file"}}})
    slots.save(str(kept), "demo", {**slots.empty(), "active": "blue"})
    with files.locked(str(kept / "history/history.jsonl")):
        journal.append(str(kept / "history/history.jsonl"), {"id": "one"})
    after = seen(root)

    def look(place: Path) -> None:
        assert seen(place / "root") == after
        assert not Transaction(str(place / "state"), "demo").recover()
        assert fingerprints.read_key(str(place / "state/fingerprint.key")) == key
        assert slots.load(str(place / "state"), "demo")["active"] == "blue"
        assert state.recorded(str(place / "state")) == ["demo"]
        assert journal.read(str(place / "state/history/history.jsonl")).records == [{"id": "one"}]

    moved(disk.fail("committed"), disk, look)


def test_what_was_taken_back_stays_so(disk: Disk) -> None:
    root = disk.place / "root"
    root.mkdir()
    prepare(root)
    before = seen(root)
    assert run(disk.place).take_back() == []

    def look(place: Path) -> None:
        assert not Transaction(str(place / "state"), "demo").recover()
        assert seen(place / "root") == before

    moved(disk.fail("taken-back"), disk, look)


@pytest.mark.full
def test_the_power_may_fail_after_any_step(disk: Disk, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whole files only, and a way back to before from everywhere, until the change is done with."""
    root = disk.place / "root"
    root.mkdir()
    prepare(root)
    before, cuts = seen(root), []

    def cutting(function: Callable[..., Any]) -> Callable[..., Any]:
        def step(*arguments: Any, **more: Any) -> Any:
            value = function(*arguments, **more)
            cuts.append(disk.fail(f"{len(cuts):03d}"))
            return value

        return step

    with monkeypatch.context() as patched:
        for name in STEPS:
            patched.setattr(os, name, cutting(getattr(os, name)))
        moving = run(disk.place)
        applied = len(cuts)
        moving.commit()
    after = seen(root)
    assert applied > 40
    subprocess.run(["umount", "-l", str(disk.place)], check=True)
    for number, cut in enumerate(cuts):
        with powered_on(cut, disk.place):
            again = Transaction(str(disk.place / "state"), "demo")
            if again.recover():
                assert again.take_back() == [], f"after step {number}"
                assert seen(root) == before, f"after step {number}"
            else:
                assert seen(root) == (before if number < applied else after), f"after step {number}"
    shutil.rmtree(disk.cuts)
