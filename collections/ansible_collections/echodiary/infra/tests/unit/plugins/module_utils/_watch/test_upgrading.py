# SPDX-License-Identifier: GPL-3.0-or-later
"""What a package is in the middle of is passed over; what was left half done, and all that is somebody else's, is not."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from ansible_collections.echodiary.infra.plugins.module_utils._host import dpkg
from ansible_collections.echodiary.infra.plugins.module_utils._kinds.model import Resource
from ansible_collections.echodiary.infra.plugins.module_utils._watch import upgrading

STATUS = "Package: tool\nStatus: install reinstreq half-installed\n\nPackage: other\nStatus: install ok installed\n"
LIST = "/usr/bin/tool\n/usr/lib/systemd/system/tool@.service\n/etc/tool.conf\n"


@pytest.fixture
def root(tmp_path: Path) -> Iterator[Path]:
    for name in ("info", "updates", "tmp.ci"):
        (tmp_path / name).mkdir()
    (tmp_path / "status").write_text(STATUS)
    (tmp_path / "info/tool.list").write_text(LIST)
    (tmp_path / "info/other.list").write_text("/usr/bin/other\n")
    (tmp_path / "tmp.ci/md5sums").write_text(f"{'0' * 32}  bin/tool2\n")
    (tmp_path / "tmp.ci/conffiles").write_text("/etc/cron.d/tool\n")
    for listed in (tmp_path / "info").iterdir():
        os.utime(listed, (1, 1))
    dpkg.forget()
    yield tmp_path
    dpkg.forget()


@contextmanager
def held(file: Path) -> Iterator[None]:
    """By another process."""
    ready, done = os.pipe(), os.pipe()
    child = os.fork()
    if child == 0:
        with file.open("w") as lock:
            fcntl.lockf(lock, fcntl.LOCK_EX)
            os.write(ready[1], b"x")
            os.read(done[0], 1)
        os._exit(0)
    os.read(ready[0], 1)
    try:
        yield
    finally:
        os.write(done[1], b"x")
        os.waitpid(child, 0)


THEIRS = [
    "package:tool", "unit:tool@a.service", "process:tool@a.service", "file:/etc/tool.conf", "package_file:/usr/bin/tool",
    "stranger:/usr/bin/tool.dpkg-tmp", "stranger:/usr/bin/tool2.dpkg-new", "stranger:/usr/bin/tool2", "stranger:/etc/cron.d/tool",
    "file:/etc/ssl/certs/ca-certificates.crt",
]  # fmt: skip
OTHERS = ["package:other", "unit:other.service", "stranger:/usr/bin/hand.dpkg-new", "stranger:/usr/bin/hand", "file:/etc/hosts", "key:a:b"]


def passed(seen: upgrading.Upgrading) -> list[str]:
    concerned = seen.concerned(map(Resource.parse, [*THEIRS, *OTHERS]))
    return [name for name in [*THEIRS, *OTHERS] if Resource.parse(name) in concerned]


@pytest.mark.parametrize("lock", upgrading.LOCKS)
def test_all_of_a_package_that_is_half_done_is_passed_over_and_nothing_else(root: Path, lock: str) -> None:
    notes: list[str] = []
    with held(root / lock):
        assert passed(upgrading.Upgrading(notes, str(root))) == THEIRS
    assert notes == ["dpkg is at work on tool: looked at when it is through"]


def test_what_was_left_half_done_is_told(root: Path) -> None:
    notes: list[str] = []
    (root / "lock").touch()
    assert passed(upgrading.Upgrading(notes, str(root))) == []
    assert notes == []


def test_what_ended_while_it_was_looked_at_was_met_half_done(root: Path) -> None:
    with held(root / "lock"):
        seen = upgrading.Upgrading([], str(root))
    assert passed(seen) == THEIRS


def test_what_began_and_ended_while_it_was_looked_at_has_a_new_list(root: Path) -> None:
    seen = upgrading.Upgrading([], str(root))
    (root / "info/tool.list").write_text(LIST + "/usr/bin/tool2\n")
    assert "stranger:/usr/bin/tool2" in passed(seen)
    assert not set(passed(seen)) & set(OTHERS)


def test_to_ask_who_works_keeps_nobody_from_it(root: Path) -> None:
    (root / "lock").touch()
    with (root / "lock").open("r+b") as mine:
        upgrading.in_transit(str(root))
        fcntl.lockf(mine, fcntl.LOCK_EX | fcntl.LOCK_NB)
