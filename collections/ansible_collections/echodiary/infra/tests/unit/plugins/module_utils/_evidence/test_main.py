# SPDX-License-Identifier: GPL-3.0-or-later
"""What files still tell, on real files; and that what nobody knows is left out."""

from __future__ import annotations

import os
import pwd
from pathlib import Path

from ansible_collections.echodiary.infra.plugins.module_utils._evidence import main


def told(*resources: str) -> dict[str, dict[str, str]]:
    answer = main.run({"asked": [["", "", resource] for resource in resources]})
    assert answer["changed"] is False
    found: dict[str, dict[str, str]] = answer["evidence"]
    return found


def test_a_file_tells_its_time_and_its_owner(tmp_path: Path) -> None:
    path = tmp_path / "x"
    path.write_text("x")
    os.utime(path, (1_700_000_000, 1_700_000_000))
    found = told(f"file:{path}")[f"file:{path}"]
    assert found["modified"] == "2023-11-14T22:13:20Z"
    assert found["owner"] == pwd.getpwuid(os.getuid()).pw_name
    # the time of the content was set, the time of the change cannot be
    assert found["mode or owner changed"] > found["modified"]


def test_what_is_gone_is_told_by_its_directory(tmp_path: Path) -> None:
    found = told(f"file:{tmp_path}/gone")[f"file:{tmp_path}/gone"]
    assert found["missing"].startswith("directory last changed 20")


def test_a_link_tells_of_itself_and_not_of_what_it_names(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to("/etc/passwd")
    assert told(f"link:{tmp_path}/link")[f"link:{tmp_path}/link"]["modified"] > "2024"


def test_nothing_is_made_up() -> None:
    assert told("sysctl:net.core.somaxconn", "traffic:web", "file:/nowhere/at/all", "odd") == {}


def test_logins_are_read_from_what_sshd_says() -> None:
    said = "Accepted publickey for ann from 10.0.0.7 port 5022 ssh2: ED25519 SHA256:x\nnot a login\n"
    ((words, index),) = main._accepted(said)
    assert (words[index + 1], words[index + 3]) == ("ann", "10.0.0.7")
