# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

from pathlib import Path

import pytest
from ansible_collections.echodiary.infra.plugins.module_utils._kinds import begun

COMMAND = "/usr/sbin/haproxy\0-Ws\0-f\0/etc/x\0"
ENVIRONMENT = "CONFIG=/etc/x\0INVOCATION_ID=one\0LANG=C\0HAPROXY_MWORKER=1\0"


@pytest.fixture
def as_it_was(tmp_path: Path) -> str:
    return word(tmp_path)


def word(place: Path, command: str = COMMAND, environment: str = ENVIRONMENT) -> str:
    process = place / "7"
    process.mkdir(exist_ok=True)
    (process / "cmdline").write_text(command)
    (process / "environ").write_text(environment)
    return begun.word(7, "one", str(place))


@pytest.mark.parametrize(
    ("command", "environment", "same"),
    [
        (COMMAND, ENVIRONMENT, True),
        # what it tells itself, and what systemd and the machine tell everybody
        (COMMAND, ENVIRONMENT.replace("LANG=C", "LC_ALL=C") + "HAPROXY_NEW=1\0SYSTEMD_EXEC_PID=9\0", True),
        (f"{COMMAND}-sf\0{12}\0-x\0sockpair@4\0", ENVIRONMENT, True),
        (f"{COMMAND}-d\0", ENVIRONMENT, False),
        (COMMAND.replace("/etc/x", "/etc/y"), ENVIRONMENT, False),
        (COMMAND, ENVIRONMENT + "LD_PRELOAD=/x.so\0", False),
    ],
)
def test_who_began_as_before(tmp_path: Path, as_it_was: str, command: str, environment: str, same: bool) -> None:
    assert (word(tmp_path, command, environment) == as_it_was) is same


def test_a_title_that_counts_is_the_same_title(tmp_path: Path) -> None:
    title = "sshd: /usr/sbin/sshd -D [listener] {} of 10-100 startups"
    assert word(tmp_path, title.format(0), "garbage") == word(tmp_path, title.format(3), "other garbage")
    assert word(tmp_path, title.format(0)) != word(tmp_path, title.format(0).replace("-D", "-D -o X=yes"))


def test_nothing_is_known_of_who_is_not_there(tmp_path: Path) -> None:
    assert begun.word(8, "one", str(tmp_path)) == ""
    assert word(tmp_path, "") == "", "a thread of the kernel"
