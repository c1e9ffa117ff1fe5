# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

from pathlib import Path

import pytest
from ansible_collections.echodiary.infra.plugins.module_utils._host import distribution

DEBIAN = 'PRETTY_NAME="Debian GNU/Linux 13 (trixie)"\nNAME="Debian GNU/Linux"\nVERSION_ID="13"\nVERSION="13 (trixie)"\nID=debian\n'


@pytest.mark.parametrize(
    ("text", "name", "title"),
    [
        (DEBIAN, "debian 13", "Debian GNU/Linux 13 (trixie)"),
        ("# a comment\n\nID=ubuntu\nVERSION_ID='24.04'\n", "ubuntu 24.04", "ubuntu 24.04"),
        ('ID="amzn"\nID_LIKE="fedora"\nVERSION_ID="2023"\nPRETTY_NAME="Amazon Linux 2023"\n', "amzn 2023", "Amazon Linux 2023"),
        # a rolling release has no version
        ('ID=debian\nPRETTY_NAME="Debian GNU/Linux forky/sid"\n', "debian", "Debian GNU/Linux forky/sid"),
        ("", "", "a system without /etc/os-release"),
    ],
)
def test_what_a_host_says_it_has(text: str, name: str, title: str) -> None:
    assert distribution.parse(text) == {"name": name, "title": title}


def test_the_administrators_file_comes_before_the_vendors(tmp_path: Path) -> None:
    own, vendors = tmp_path / "etc", tmp_path / "usr"
    vendors.write_text(DEBIAN)
    assert distribution.read((str(own), str(vendors)))["name"] == "debian 13"
    own.write_text("ID=mine\n")
    assert distribution.read((str(own), str(vendors)))["name"] == "mine"
    assert distribution.read((str(tmp_path / "none"),))["name"] == ""
