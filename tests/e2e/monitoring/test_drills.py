# SPDX-License-Identifier: GPL-3.0-or-later
"""Real causes, end to end: from the cause to the message, and from the cure to the message that it is over. Nothing else is told."""

from __future__ import annotations

import json
import time
from typing import Any

import pytest

from tests.e2e.monitoring import watched
from tests.e2e.monitoring.drills import WAVES, Drill, Visitors
from tests.e2e.monitoring.receiver import Receiver
from tests.waiting import eventually

pytestmark = pytest.mark.full

#: All hosts of a lab share the machine's processors and disk: what others do on it is seen here too.
AMBIENT = {"Watchdog", "HostCpu"}
RESULTS = watched.LEFT / "drills.json"


def messages(receiver: Receiver, drill: Drill, since: float, state: str) -> dict[str, float]:
    """Receiver -> when it was told, of those that were."""
    wanted = [m for m in receiver.messages if m.at > since and m.title.startswith(f"[{state}") and f" {drill.told} " in m.title]
    return {m.to: m.at for m in reversed(wanted)}


def told(receiver: Receiver, drill: Drill, since: float) -> float | None:
    """Seconds until both receivers knew; of a warning, until it fired: the digest tells it."""
    if drill.severity == "warning":
        fires = any(name == drill.told for name, _, _ in watched.firing())
        return time.time() - since if fires else None
    found = messages(receiver, drill, since, "FIRING")
    return max(found.values()) - since if set(found) == {"slack", "discord"} else None


def over(receiver: Receiver, drill: Drill, since: float) -> float | None:
    if drill.severity == "warning" and drill.told not in AMBIENT:
        return None if any(name == drill.told for name, _, _ in watched.firing()) else time.time() - since
    if drill.severity == "warning":
        return 0.0
    found = messages(receiver, drill, since, "RESOLVED")
    return max(found.values()) - since if set(found) == {"slack", "discord"} else None


def await_all(what: Any, receiver: Receiver, since: dict[str, float], wave: list[Drill], seconds: float) -> dict[str, float]:
    done: dict[str, float] = {}
    end = time.monotonic() + seconds
    while len(done) < len(wave):
        assert time.monotonic() < end, (
            f"{what.__name__} within {seconds} s: {[d.name for d in wave if d.name not in done]} {watched.firing()}"
        )
        for drill in wave:
            if drill.name not in done and (took := what(receiver, drill, since[drill.name])) is not None:
                done[drill.name] = round(took, 1)
        time.sleep(2)
    return done


@pytest.mark.parametrize("name", WAVES)
def test_drills(name: str, receiver: Receiver, visitors: Visitors) -> None:
    wave = WAVES[name]
    allowed = AMBIENT.union(*({drill.told} | drill.along for drill in wave))
    eventually(lambda: {alert for alert, _, _ in watched.firing()} <= AMBIENT, 900, "calm before the drill", 1)
    began, since = time.time(), {}
    try:
        for drill in wave:
            if drill.prepare is not None:
                drill.prepare()
            since[drill.name] = time.time()
            drill.cause()
        heard = await_all(told, receiver, since, wave, 900)
        _write({drill.name: {"alert": drill.told, "told": heard[drill.name]} for drill in wave})
        assert {alert for alert, _, _ in watched.firing()} <= allowed
    finally:
        cured = {}
        for drill in wave:
            cured[drill.name] = time.time()
            drill.cure()
    calmed = await_all(over, receiver, cured, wave, 1200)
    others = {m.title for m in receiver.messages if m.at > began and not any(f" {alert} " in m.title for alert in allowed)}
    assert others == set()
    assert {m.status for m in receiver.messages} == {200}
    _write({drill.name: {"alert": drill.told, "told": heard[drill.name], "over": calmed[drill.name]} for drill in wave})


def _write(results: dict[str, Any]) -> None:
    known = json.loads(RESULTS.read_text()) if RESULTS.exists() else {}
    RESULTS.write_text(json.dumps({**known, **results}, indent=1))


def test_the_digest_tells_it_once_and_says_none_on_a_quiet_day(receiver: Receiver) -> None:
    """The day of the drills, asked for twice; and a day of five seconds, in which nothing was."""
    watched.on("mon1", "rm -rf /run/drill; install -d /run/drill; cp /etc/alertmanager/secrets/* /run/drill")
    command = "STATE_DIRECTORY=/run/drill CREDENTIALS_DIRECTORY=/run/drill /usr/local/lib/echodiary/digest --title=Day --seconds="
    began = time.time()
    for _ in range(2):
        watched.on("mon1", f"{command}86400")
    days = [m for m in receiver.messages if m.at > began and m.title == "Day"]
    assert sorted(m.to for m in days) == ["discord", "slack"]
    assert all("HostDisk" in m.text and "ApiSlow" in m.text and "resolved" in m.text for m in days), days
    watched.on("mon1", f"{command}5")
    quiet = [m.text for m in receiver.messages if m.at > began and m.title == "Day"][2:]
    assert len(quiet) == 2
    assert all(text.startswith("Warnings of the last 0 min: none.") or "HostCpu" in text for text in quiet), quiet
    watched.on("mon1", "rm -rf /run/drill")
