# SPDX-License-Identifier: GPL-3.0-or-later
"""For how long the sockets of a process that ends are held: until the next one listens at them, or is up without them."""

from __future__ import annotations

import types
from importlib.machinery import SourceFileLoader
from pathlib import Path

import pytest

PLACE = Path(__file__).parents[4] / "roles/haproxy/tree/usr/local/lib/echodiary/haproxy-hold"
OLD, SAME = ("tcp6", ":0050"), ("tcp", ":20D4")


@pytest.fixture
def hold(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> types.ModuleType:
    module = types.ModuleType("haproxy_hold")
    SourceFileLoader("haproxy_hold", str(PLACE)).exec_module(module)
    for name, value in {"MIGRATE": str(tmp_path), "is_restarted": lambda: True, "ready": lambda: None, "end": lambda _: None}.items():
        monkeypatch.setattr(module, name, value)
    monkeypatch.setattr(module, "hold", lambda _: {"1": 101, "2": 102})
    return module


@pytest.mark.parametrize("state", ["active", "activating"])
def test_a_place_that_is_given_up_is_not_waited_for_once_the_next_one_is_up(
    hold: types.ModuleType, monkeypatch: pytest.MonkeyPatch, state: str
) -> None:
    waited: list[bool] = []
    closed: list[int] = []
    monkeypatch.setattr(hold, "listening", lambda: {"1": OLD, "2": SAME, "9": SAME})
    monkeypatch.setattr(hold, "asked", lambda *words: state if words[0] == "is-active" else "7")
    monkeypatch.setattr(hold, "until", lambda holds, _: waited.append(holds()))
    monkeypatch.setattr(hold, "hand_over", closed.extend)
    hold.main()
    assert waited == [state == "active"]
    assert closed == [101, 102]
