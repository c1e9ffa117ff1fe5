# SPDX-License-Identifier: GPL-3.0-or-later
"""What was mistyped is an error of whoever typed it, and no verdict on the hosts."""

from __future__ import annotations

import pytest

from gitops import cli, exits


@pytest.mark.parametrize("words", [[], ["statu"], ["status", "--detail-please"], ["-o", "xml", "status"], ["pause", "--for"]])
def test_what_nobody_understands_never_looks_like_drift(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        cli.main(words)
    said = capsys.readouterr().err.splitlines()
    assert ended.value.code == exits.ERROR
    assert len(said) == 1
    assert said[0].startswith("gitops: ")
    assert said[0].rstrip().endswith("--help")
