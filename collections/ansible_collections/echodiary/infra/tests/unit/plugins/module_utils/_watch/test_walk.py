# SPDX-License-Identifier: GPL-3.0-or-later
"""Directories as they are walked: what was noted is passed over, and nothing that changed since is."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from ansible_collections.echodiary.infra.plugins.module_utils._watch import files, memory, packaged, reading, roots
from ansible_collections.echodiary.infra.plugins.module_utils._watch.shapes import Known


class Host:
    """A directory with power: one file of a package, one of ours, one that nobody has."""

    def __init__(self, place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.place = place / "etc"
        self.place.mkdir()
        for name in ("theirs", "ours", "hand"):
            (self.place / name).write_text(name)
        self.reads = 0
        self.brought = packaged.Packaged({f"{self.place}/theirs": packaged.md5(b"theirs")}, frozenset([f"{self.place}/theirs"]))
        monkeypatch.setattr(roots, "ROOTS", (roots.Root(str(self.place)),))
        monkeypatch.setattr(roots, "homes", list)
        monkeypatch.setattr(files.links, "disabled", lambda known: iter(()))
        monkeypatch.setattr(files.packaged, "is_known", lambda: True)
        monkeypatch.setattr(files.packaged, "read", self._read)
        monkeypatch.setattr(files.dpkg, "owner", lambda path: "package")
        monkeypatch.setattr(files.dpkg, "again", lambda path: "bring it")
        self.memory = memory.Memory()

    def _read(self, prefixes: tuple[str, ...]) -> packaged.Packaged:
        self.reads += 1
        return self.brought

    def look(self) -> list[str]:
        """As in a call of its own."""
        reading.entries.cache_clear()
        known = Known(paths=frozenset([f"{self.place}/ours"]), memory=self.memory)
        self.seen = files.observe(known)
        return sorted(f"{one.resource.kind} {os.path.basename(one.resource.name)}" for one in files.plan(self.seen, known))

    def note(self) -> None:
        self.look()
        self.memory = memory.Memory(self.seen.noted)


@pytest.fixture
def host(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Host:
    return Host(tmp_path, monkeypatch)


def test_what_nobody_has_is_a_stranger(host: Host) -> None:
    assert host.look() == ["stranger hand"]


def test_noted_it_is_found_without_asking_packages(host: Host) -> None:
    host.note()
    reads = host.reads
    assert host.look() == ["stranger hand"]
    assert host.reads == reads


@pytest.mark.parametrize(
    ("name", "text", "found"),
    [
        ("theirs", "changed", ["file theirs", "stranger hand"]),
        ("ours", "changed", ["stranger hand"]),
        ("new", "new", ["stranger hand", "stranger new"]),
    ],
)
def test_what_changed_since_is_judged_anew(host: Host, name: str, text: str, found: list[str]) -> None:
    host.note()
    (host.place / name).write_text(text)
    assert host.look() == found


def test_a_time_that_was_set_back_hides_nothing(host: Host) -> None:
    host.note()
    before = os.stat(host.place / "theirs")
    (host.place / "theirs").write_text("THEIRS")
    os.utime(host.place / "theirs", ns=(before.st_atime_ns, before.st_mtime_ns))
    assert host.look() == ["file theirs", "stranger hand"]


def test_what_is_gone_is_missed(host: Host) -> None:
    host.brought = host.brought._replace(due=frozenset([f"{host.place}/theirs"]))
    host.note()
    (host.place / "theirs").unlink()
    assert host.look() == ["file theirs", "stranger hand"]
    host.note()
    assert host.look() == ["file theirs", "stranger hand"]


def test_an_empty_directory_is_asked_about_once_and_told_once_it_is_filled(host: Host) -> None:
    (host.place / "opt").mkdir()
    host.note()
    reads = host.reads
    assert host.look() == ["stranger hand"]
    assert host.reads == reads
    (host.place / "opt" / "new").write_text("")
    assert host.look() == ["stranger hand", "stranger new"]


def test_a_mode_that_lets_all_write_is_told_again_and_again(host: Host) -> None:
    (host.place / "ours2").write_text("")
    (host.place / "theirs").chmod(0o666)
    host.note()
    assert "file theirs" in host.look()


def test_a_strange_directory_is_named_once(host: Host) -> None:
    (host.place / "more").mkdir()
    for name in ("a", "b"):
        (host.place / "more" / name).write_text(name)
    assert host.look() == ["stranger hand", "stranger more"]
    host.note()
    before = host.seen.strangers
    (host.place / "more" / "b").write_text("other")
    assert host.look() == ["stranger hand", "stranger more"]
    assert host.seen.strangers != before, "what was let be is not what is there"


def test_what_goes_while_it_is_looked_at_is_not_there(host: Host, monkeypatch: pytest.MonkeyPatch) -> None:
    def scandir(path: str) -> list[os.DirEntry[str]]:
        found = list(listed(path))
        (host.place / "hand").unlink(missing_ok=True)
        return found

    listed = os.scandir
    monkeypatch.setattr(files.walk.os, "scandir", scandir)
    assert host.look() == []
