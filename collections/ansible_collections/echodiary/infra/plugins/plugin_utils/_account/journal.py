# SPDX-License-Identifier: GPL-3.0-or-later
"""What runs did to an account, line by line, durably, on the machine that ran them.

Nothing is decided by it: what is there is read from the account. It tells the next run, and people, where one was cut off.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, TypedDict, cast

from ...module_utils._ledger import files, journal
from .._common import identity, timestamps

if TYPE_CHECKING:
    from .declaration import Environment
    from .model import Change, Resource

BEGIN, STEP, DONE, END = "begin", "step", "done", "end"


class Line(TypedDict, total=False):
    """``event``: one of the four above; ``resource`` and ``action`` of a step, ``verdict`` of an end."""

    event: str
    at: str
    who: str
    resource: str
    action: str
    verdict: str


def place(env: Environment) -> Path:
    home = Path(os.environ.get("XDG_STATE_HOME") or Path.home() / ".local/state")
    return home / "echodiary" / f"account-{env.account}-{env.region}-{env.prefix}.jsonl"


class Journal:
    def __init__(self, path: Path) -> None:
        self._path = path
        #: in this run: nothing else was changed by it
        self.begun: set[Resource] = set()

    def cut_off(self) -> Line | None:
        """The last step of a run that did not come to its end."""
        lines = cast("list[Line]", journal.read(str(self._path)).records)
        last: Line | None = None
        for line in lines:
            last = None if line["event"] == END else line
        return last

    def opens(self) -> None:
        self._path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._write({"event": BEGIN, "who": identity.owner(os.environ)})

    def begins(self, change: Change) -> None:
        self.begun.add(change.resource)
        self._write({"event": STEP, "resource": str(change.resource), "action": change.action})

    def ends(self, change: Change) -> None:
        self._write({"event": DONE, "resource": str(change.resource), "action": change.action})

    def closes(self, verdict: str) -> None:
        self._write({"event": END, "verdict": verdict})

    def is_well(self) -> None:
        """A run that was cut off had come so far that nothing was left to do."""
        if self.cut_off():
            self.closes("as declared")

    def _write(self, line: Line) -> None:
        with files.locked(str(self._path)):
            journal.append(str(self._path), {**line, "at": timestamps.now()})
