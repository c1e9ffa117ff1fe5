# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import os
import stat
from pathlib import Path

from ansible_collections.echodiary.infra.plugins.module_utils._host import fingerprints


def test_they_say_whether_contents_are_the_same_and_only_with_the_key() -> None:
    one, other = (fingerprints.fingerprint(key, b"hunter22") for key in (b"a" * 32, b"b" * 32))
    assert fingerprints.fingerprint(b"a" * 32, b"hunter22") == one
    assert fingerprints.fingerprint(b"a" * 32, b"hunter23") != one != other


def test_the_host_s_key_is_made_once_and_private(tmp_path: Path) -> None:
    file = tmp_path / "state" / "key"
    first = fingerprints.ensure_key(str(file))
    assert fingerprints.ensure_key(str(file)) == first == fingerprints.read_key(str(file))
    assert stat.S_IMODE(os.stat(file).st_mode) == 0o600
    assert stat.S_IMODE(os.stat(file.parent).st_mode) == 0o700


def test_looking_makes_no_key(tmp_path: Path) -> None:
    assert len(fingerprints.read_key(str(tmp_path / "key"))) >= 16
    assert list(tmp_path.iterdir()) == []
