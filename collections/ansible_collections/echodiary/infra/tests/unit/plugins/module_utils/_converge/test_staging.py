# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest
from ansible_collections.echodiary.infra.plugins.module_utils._converge import staging
from ansible_collections.echodiary.infra.plugins.module_utils._kinds import model

FILES = {"/etc/x/config": model.File(b"port = 80", 0o640, os.getuid(), os.getgid())}


@pytest.fixture(autouse=True)
def base(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(staging, "BASE", str(tmp_path))
    return tmp_path


def check(script: str, *, lenient: bool = False, **more: object) -> list[str]:
    validator = {"command": ["sh", "-c", script], **more}
    return staging.validate([validator], FILES, lenient)


def test_a_validator_reads_the_new_files_with_their_modes(base: Path) -> None:
    assert check("test \"$(cat {staging}/etc/x/config)\" = 'port = 80' && test $(stat -c %a {staging}/etc/x/config) = 640") == []
    assert list(base.iterdir()) == []


def test_a_rejection_carries_the_validator_s_words_without_the_mirror_s_path(base: Path) -> None:
    with pytest.raises(model.ConvergeError) as caught:
        check("echo {staging}/etc/x/config line 1: bad port; exit 3")
    assert "/etc/x/config line 1: bad port" in str(caught.value)
    assert str(base) not in str(caught.value)
    assert "nothing was touched" in str(caught.value)
    assert list(base.iterdir()) == []


def test_what_is_wrong_may_stand_among_much_that_is_well() -> None:
    with pytest.raises(model.ConvergeError, match="FAILED: missing closing"):
        check("echo FAILED: missing closing; for i in $(seq 40); do echo SUCCESS $i; done; exit 1")


def test_the_mirror_is_private() -> None:
    check("test $(stat -c %a {staging}) = 700")


def test_an_endless_validator_is_ended() -> None:
    with pytest.raises(model.ConvergeError, match="no end after"):
        check("sleep 30", timeout=0.2)


def test_a_validator_that_is_not_here_yet() -> None:
    absent = [{"command": ["no-such-validator"]}]
    assert "no-such-validator" in staging.validate(absent, FILES, lenient=True)[0]
    with pytest.raises(model.ConvergeError, match="no-such-validator"):
        staging.validate(absent, FILES, lenient=False)


def test_one_that_is_given_an_environment_is_noted_as_missing_all_the_same() -> None:
    absent = [{"command": ["no-such-validator"], "environment": {"A": "1"}}]
    assert "no-such-validator" in staging.validate(absent, FILES, lenient=True)[0]


def test_a_validator_is_given_an_environment_beside_its_own() -> None:
    given = {"AT": "{staging}/etc/x/config", "SAID": "a b"}
    assert check('test "$(cat $AT)" = "port = 80" && test "$SAID" = "a b" && test -n "$PATH"', environment=given) == []


def test_files_of_the_mirror_never_escape_their_modes(tmp_path: Path) -> None:
    root = tmp_path / "root"
    root.mkdir()
    staging.build(str(root), {"/secret": model.File(b"x", 0o600, os.getuid(), os.getgid())})
    assert stat.S_IMODE((root / "secret").stat().st_mode) == 0o600
