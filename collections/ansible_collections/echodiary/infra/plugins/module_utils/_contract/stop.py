# SPDX-License-Identifier: GPL-3.0-or-later
"""How it ends when Docker says so: in its grace, and not before what is under way is answered."""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING, Any, NamedTuple

from .._gate import probes
from .._host import docker
from .._release import declared

if TYPE_CHECKING:
    from .._kinds.documents import RequestSpec
    from .shapes import Ending

#: an answer has to take that long to be under way for sure when the signal comes (s)
SLOW = 0.15
#: of its usual time, when the signal comes
_PART = 0.3


class Slow(NamedTuple):
    """The request that takes longest, and how long (s)."""

    request: RequestSpec
    seconds: float


def ended(container: str, slow: Slow | None, port: int) -> Ending:
    grace = int(_inspected(container)["Config"].get("StopTimeout") or 10)
    asking = _Asking(slow.request, port) if slow and slow.seconds >= SLOW else None
    if asking and slow:
        time.sleep(slow.seconds * _PART)
    began = time.monotonic()
    docker.post(f"/containers/{container}/stop", timeout=grace + 30.0)
    seconds = time.monotonic() - began
    return {
        "seconds": round(seconds, 1),
        "grace": grace,
        "code": int(_inspected(container)["State"].get("ExitCode") or 0),
        "request": slow.request["name"] if asking and slow else "",
        "cut": asking.trouble() if asking else "",
    }


def _inspected(container: str) -> dict[str, Any]:
    found: dict[str, Any] = docker.get(f"/containers/{container}/json").json() or {"Config": {}, "State": {}}
    return found


class _Asking:
    def __init__(self, request: RequestSpec, port: int) -> None:
        self._request, self._port = request, port
        self._said = "no answer"
        self._thread = threading.Thread(target=self._ask, daemon=True)
        self._thread.start()

    def _ask(self) -> None:
        asked = declared.probe(self._request, self._port)
        self._said = declared.judge(self._request, probes.ask(asked, asked["timeout"]))

    def trouble(self) -> str:
        self._thread.join(declared.TIMEOUT)
        return self._said
