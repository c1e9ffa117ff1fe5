# SPDX-License-Identifier: GPL-3.0-or-later
"""What the digest says of given series, how much it fits into one message, and who has it already."""

from __future__ import annotations

import importlib.machinery
import importlib.util
import json
import time
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from tests.rendering import ROOT

SCRIPT = ROOT / "roles/alertmanager/tree/usr/local/lib/echodiary/digest"
NOW = 1_800_000_000
OPTIONS = SimpleNamespace(prometheus="", seconds=86400, interval=15)


@pytest.fixture
def digest() -> Any:
    loader = importlib.machinery.SourceFileLoader("digest", str(SCRIPT))
    spec = importlib.util.spec_from_loader("digest", loader)
    assert spec is not None
    module = importlib.util.module_from_spec(spec)
    loader.exec_module(module)
    return module


def series(name: str, *times: int, **labels: str) -> dict[str, Any]:
    common = {"__name__": "ALERTS", "alertname": name, "alertstate": "firing", "severity": "warning", "job": "node"}
    return {"metric": {**common, **labels}, "values": [[moment, "1"] for moment in times]}


def said(digest: Any, monkeypatch: pytest.MonkeyPatch, *found: dict[str, Any]) -> list[str]:
    monkeypatch.setattr(digest, "query", lambda *_: list(found))
    return str(digest.digest(OPTIONS, NOW)).splitlines()


def test_a_quiet_day_says_none(digest: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    assert said(digest, monkeypatch) == ["Warnings of the last 24 h: none."]


def test_minutes_episodes_and_what_still_fires(digest: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    gone = [*range(NOW - 7200, NOW - 6900, 15), *range(NOW - 3600, NOW - 3300, 15)]
    lasting = range(NOW - 600, NOW, 15)
    lines = said(digest, monkeypatch, series("HostCpu", *gone, instance="app1"), series("ApiSlow", *lasting))
    assert lines[0] == "Warnings of the last 24 h: 2, of which 1 still fire."
    assert lines[1].startswith("• ApiSlow: 10 min, from ")
    assert lines[1].endswith(", STILL FIRING")
    until = time.strftime("%d %b %H:%M UTC", time.gmtime(NOW - 3315))
    assert lines[2].startswith("• HostCpu (app1): 10 min, 2 times, from ")
    assert lines[2].endswith(f", until {until}, resolved")


def test_more_than_a_message_holds_is_counted(digest: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    many = [series("HostDisk", NOW - 15, instance=f"host{number}", device="/dev/sda1") for number in range(200)]
    lines = said(digest, monkeypatch, *many)
    assert len("\n".join(lines)) <= 4096
    shown = len(lines) - 2
    assert 0 < shown < 200
    assert lines[-1] == f"… and {200 - shown} more: ALERTS in Prometheus has them."


def test_who_has_it_does_not_get_it_again(digest: Any, tmp_path: Path) -> None:
    class Once:
        name = "slack"
        sent = 0

        def send(self, *_: str) -> None:
            self.sent += 1

    receiver, file = Once(), tmp_path / "sent.json"
    today = digest.Sent(file, 1)
    assert today.deliver(receiver, "t", "x") == ""
    assert digest.Sent(file, 1).has("slack")
    assert not digest.Sent(file, 1).done()
    assert not digest.Sent(file, 1).has("discord")
    assert not digest.Sent(file, 2).has("slack")
    today.finish()
    assert digest.Sent(file, 1).done()
    assert json.loads(file.read_text())["receivers"] == ["slack"]
