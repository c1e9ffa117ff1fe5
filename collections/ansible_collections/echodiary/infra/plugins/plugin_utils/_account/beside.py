# SPDX-License-Identifier: GPL-3.0-or-later
"""Work of a task that goes on while the play does, and is heard at its end: an account is read in the time in which hosts are.

Ansible has this for modules (``async``), and not for what works on the controller.
"""

from __future__ import annotations

import contextlib
import json
import os
import signal
import tempfile
import time
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, NoReturn

from ...module_utils._ledger import files

if TYPE_CHECKING:
    from pathlib import Path

#: seconds after which it ends unheard: what takes longer than this answers nobody
DEADLINE = 120
_POLL = 0.02
_ANSWER = "answer.json"
_DESCRIPTORS = 4096

Work = Callable[[], Mapping[str, Any]]


def begun(work: Work, directory: str | Path) -> str:
    """Where the answer of ``work`` will be: a directory of its own below ``directory``. ``work`` raises nothing that matters to anybody."""
    place = tempfile.mkdtemp(prefix="beside-", dir=directory)
    child = os.fork()
    if not child:
        _away(place, work)
    os.waitpid(child, 0)
    return place


def _away(place: str, work: Work) -> NoReturn:
    """In a process that is nobody's child: whoever began it may end, and waits for nothing that it holds open."""
    os.setsid()
    if os.fork():
        os._exit(0)
    nowhere = os.open(os.devnull, os.O_RDWR)
    for descriptor in range(3):
        os.dup2(nowhere, descriptor)
    os.closerange(3, _DESCRIPTORS)
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    signal.alarm(DEADLINE)
    with contextlib.suppress(BaseException):
        files.write(os.path.join(place, _ANSWER), json.dumps(work()), 0o600)
    os._exit(0)


def heard(place: str, began: float) -> dict[str, Any] | None:
    """The answer; None where there is none in time. ``began``: by the monotonic clock, when it was begun at the latest."""
    path = os.path.join(place, _ANSWER)
    while True:
        with contextlib.suppress(FileNotFoundError), open(path, encoding="utf-8") as handle:
            found: dict[str, Any] = json.load(handle)
            return found
        if time.monotonic() - began > DEADLINE:
            return None
        time.sleep(_POLL)
