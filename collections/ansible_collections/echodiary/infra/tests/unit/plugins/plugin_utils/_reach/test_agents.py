# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import time
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import pytest
from ansible_collections.echodiary.infra.plugins.plugin_utils._reach import agents
from ansible_collections.echodiary.infra.plugins.plugin_utils._reach.hosts import Host

HOSTS = [Host("app1", "i-1", ()), Host("app2", "i-2", ()), Host("app3", "i-3", ())]
ONLINE = {"InstanceId": "i-1", "PingStatus": "Online", "LastPingDateTime": datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)}
LOST = {**ONLINE, "InstanceId": "i-2", "PingStatus": "ConnectionLost"}


@pytest.fixture
def aws(monkeypatch: pytest.MonkeyPatch) -> Any:
    """An account, and a clock that goes on when somebody sleeps."""
    now = [0.0]
    monkeypatch.setattr(time, "monotonic", lambda: now[0])
    monkeypatch.setattr(time, "sleep", lambda seconds: now.__setitem__(0, now[0] + seconds))
    login = SimpleNamespace(region="eu-central-1")
    return SimpleNamespace(login=login, forget=lambda: None, find=lambda *_, **__: [ONLINE, LOST], now=now)


def test_who_is_waited_for_and_why_is_said_at_once_and_after_a_minute_what_to_look_at(aws: Any) -> None:
    said: list[tuple[float, str]] = []
    why = agents.waited_for(aws, HOSTS, 200.0, lambda line: said.append((aws.now[0], line)))
    assert set(why) == {"i-2", "i-3"} and "last heard at 2026-01-02T03:04:05" in why["i-2"] and "never heard" in why["i-3"]
    assert aws.now[0] == 200.0 and said[0][0] == 0.0
    assert all(one in said[0][1] for one in ("app2 (i-2): its agent was last heard", "app3 (i-3): its agent was never heard"))
    hints = [(at, line) for at, line in said if "aws ec2 get-console-output" in line]
    assert [at for at, _ in hints] == [agents.HINT] * 2
    assert [host.id in line for host, (_, line) in zip(HOSTS[1:], hints, strict=True)] == [True, True]


def test_whoever_comes_ends_it(aws: Any) -> None:
    aws.find = lambda *_, **__: [ONLINE] if aws.now[0] < 20 else [ONLINE, {**LOST, "PingStatus": "Online"}]
    assert agents.waited_for(aws, HOSTS[:2], 200.0, lambda _: None) == {} and aws.now[0] == 20.0


def test_nobody_is_asked_for_nobody(aws: Any) -> None:
    aws.find = None
    assert agents.waited_for(aws, [], 200.0, lambda _: None) == {}
