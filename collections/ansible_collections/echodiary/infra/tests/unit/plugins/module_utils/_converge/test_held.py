# SPDX-License-Identifier: GPL-3.0-or-later
"""A change that is held is decided once, also where a run before was killed in the middle of its own decision."""

from __future__ import annotations

import subprocess
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from ansible_collections.echodiary.infra.plugins.module_utils._converge import held
from ansible_collections.echodiary.infra.plugins.module_utils._kinds import nftables

TABLE = "table inet echodiary {\n}\n"


@pytest.fixture
def holding(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> held.Held:
    """Without systemd and nft: a timer that nobody has, and a table that is what it was."""
    monkeypatch.setattr(held, "must", lambda *_words: None)
    monkeypatch.setattr(held, "run", lambda words: subprocess.run(words, check=False) if words[0] == "/bin/sh" else None)
    monkeypatch.setattr(nftables, "NFT", "true")
    monkeypatch.setattr(nftables, "listed", lambda _table: TABLE)
    rules = tmp_path / "rules.nft"
    rules.write_text("before")
    wanted = SimpleNamespace(files={str(rules): SimpleNamespace(content=TABLE.encode())})
    plan = SimpleNamespace(paths=[], units=[], processes=[])
    view: Any = SimpleNamespace(
        host=SimpleNamespace(state_dir=str(tmp_path)), name="firewall", plan=plan, want=wanted, spec={"nftables": [str(rules)]}
    )
    return held.Held(view)


def left(holding: held.Held, suffix: str) -> None:
    """As a run leaves it that is killed between the rename and what follows."""
    Path(holding.folder + suffix).mkdir(parents=True)
    (Path(holding.folder + suffix) / "0.file").write_text("of long ago")


@pytest.mark.parametrize("suffix", ["", ".done"], ids=["nothing is left", "a killed run left its own"])
def test_who_came_by_a_new_connection_has_decided(holding: held.Held, tmp_path: Path, suffix: str) -> None:
    if suffix:
        left(holding, suffix)
    holding.arm()
    (tmp_path / "rules.nft").write_text("after")
    assert holding.release()
    holding.restore()
    assert (tmp_path / "rules.nft").read_text() == "after"
    assert not holding.release(), "once"


@pytest.mark.parametrize("suffix", ["", ".back"], ids=["nothing is left", "a killed run left its own"])
def test_what_was_there_comes_back(holding: held.Held, tmp_path: Path, suffix: str) -> None:
    if suffix:
        left(holding, suffix)
    holding.arm()
    (tmp_path / "rules.nft").write_text("after")
    holding.restore()
    assert (tmp_path / "rules.nft").read_text() == "before"
    assert not holding.release(), "taken back already"
    assert not list((tmp_path / "held").glob("*")), "nothing is left"
