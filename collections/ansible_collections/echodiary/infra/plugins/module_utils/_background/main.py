# SPDX-License-Identifier: GPL-3.0-or-later
"""The entry on the host. Each work is a transient unit of systemd, so it outlives the connection that began it, and what it said is a file
in memory that only root reads. A unit leaves nothing in systemd once it has ended: the last line of that file says how.
"""

from __future__ import annotations

import base64
import contextlib
import os
import re
import shutil
import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from .._host import answers
from .._host.errors import ConvergeError
from .._host.run import must
from .._host.run import run as run_command
from .._ledger import files

if TYPE_CHECKING:
    from .shapes import Told, Wanted

PLACE = "/run/echodiary/background"
BEGUN, BUSY, RUNNING, DONE, FAILED, UNKNOWN = "begun", "busy", "running", "done", "failed", "unknown"
#: what it was given is kept no longer than it takes to open it
_SCRIPT = 'rm -f -- "$0"; "$@"; code=$?; printf "\\nexit %s\\n" "$code"; exit "$code"'
_EXIT = re.compile(r"^exit (\d+)\n?\Z", re.MULTILINE)
_ALIVE = ("active", "activating", "deactivating", "reloading")
_POLL = 0.1
_STOP = 10
_LONGEST_LINE = 400


def run(manifest: Wanted) -> Told:
    works: dict[str, Callable[[Wanted], Told]] = {"begin": begin, "look": look, "end": end}
    try:
        return works[manifest["do"]](manifest)
    except (ConvergeError, files.LedgerError, OSError) as error:
        return {"failed": True, "changed": False, "msg": str(error)}


def begin(wanted: Wanted) -> Told:
    if _alive(wanted["unit"]):
        return {"failed": False, "changed": False, "state": BUSY}
    program = wanted["command"][0]
    if not shutil.which(program):
        raise ConvergeError(f"{program} is not on this host; converge the component that brings it along")
    files.make_directories(PLACE, 0o700)
    files.write_bytes(_given(wanted["unit"]), base64.b64decode(wanted["given"]), 0o600)
    must(command(wanted), 30)
    return {"failed": False, "changed": True, "state": BEGUN}


def command(wanted: Wanted) -> list[str]:
    """Pure. Nothing secret is in it. It gives way to whatever serves on the host."""
    given, said = _given(wanted["unit"]), _said(wanted["unit"])
    properties = (
        f"RuntimeMaxSec={wanted['longest']}", f"TimeoutStopSec={_STOP}", "Nice=10", "UMask=0077", f"StandardInput=file:{given}",
        f"StandardOutput=truncate:{said}", "StandardError=inherit",
    )  # fmt: skip
    words = ["systemd-run", "--quiet", "--collect", f"--unit={wanted['unit']}", f"--description={wanted['about']}"]
    return [*words, *(f"--property={one}" for one in properties), "sh", "-c", _SCRIPT, given, *wanted["command"]]


def look(wanted: Wanted) -> Told:
    end_of_wait = time.monotonic() + wanted["wait"]
    while _alive(wanted["unit"]):
        if time.monotonic() >= end_of_wait:
            return {"failed": False, "changed": False, "state": RUNNING}
        time.sleep(_POLL)
    said = _read(_said(wanted["unit"]))
    _forget(wanted["unit"])
    return told(said)


def told(said: str | None) -> Told:
    """Pure. ``said``: all that it said; None where nothing is left of it, after a boot for example."""
    found: Told = {"failed": False, "changed": False, "state": UNKNOWN, "said": ""}
    if said is None:
        return found
    ended = _EXIT.search(said)
    text = said[: ended.start()] if ended else said
    answer = answers.found(text)
    last = "" if answer else ([line.strip() for line in text.splitlines() if line.strip()] or ["without a word"])[-1][:_LONGEST_LINE]
    found["state"] = DONE if ended and ended[1] == "0" else FAILED
    found["said"] = last if ended else f"it was ended before it was done: {last}"
    if answer is not None:
        found["answer"] = answer
    return found


def end(wanted: Wanted) -> Told:
    if not _alive(wanted["unit"]):
        return {"failed": False, "changed": False, "state": UNKNOWN}
    must(["systemctl", "stop", f"{wanted['unit']}.service"], _STOP + 10)
    _forget(wanted["unit"])
    return {"failed": False, "changed": True, "state": DONE}


def _alive(unit: str) -> bool:
    return run_command(["systemctl", "is-active", f"{unit}.service"], 10).output in _ALIVE


def _given(unit: str) -> str:
    return f"{PLACE}/{unit}.given"


def _said(unit: str) -> str:
    return f"{PLACE}/{unit}.said"


def _read(path: str) -> str | None:
    try:
        with open(path, encoding="utf-8", errors="replace") as handle:
            return handle.read()
    except FileNotFoundError:
        return None


def _forget(unit: str) -> None:
    for path in (_given(unit), _said(unit)):
        with contextlib.suppress(FileNotFoundError):
            os.unlink(path)
