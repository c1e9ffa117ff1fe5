# SPDX-License-Identifier: GPL-3.0-or-later
"""The release's pending migrations on a copy, one after the other, each in a run of its own, in the release's own Python."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from .._alembic import main as alembic
from . import tables, watch
from .errors import RehearsalError

if TYPE_CHECKING:
    from .._alembic.shapes import Run
    from .._inside.shapes import Step
    from .._throwaway.copies import Copy
    from .._throwaway.server import Server
    from .shapes import Measured, Rehearsed, Wanted

#: label of the containers in which a release migrates here, with the component behind it
LABEL = "echodiary.rehearsal"


class Rehearsal:
    def __init__(self, wanted: Wanted, server: Server, copy: Copy) -> None:
        self.wanted, self.server, self.copy = wanted, server, copy

    def run(self) -> Rehearsed:
        """Up to the first migration that fails."""
        read: Run = self._asked("read")
        found = self._release(read)
        if "error" in found:
            return {"failed": False, "measured": [], "current": [], "unknown": [], "tables": 0, "rows": 0, "error": found["error"]}
        rows = self._counted()
        answer: Rehearsed = {
            "failed": False, "measured": [], "current": found["current"], "unknown": found["unknown"], "tables": len(rows),
            "rows": sum(count for _name, count in rows.values()), "error": None,
        }  # fmt: skip
        for step in [] if found["unknown"] else found["steps"]:
            one = self._measured(step, rows)
            answer["measured"].append(one)
            if one["error"]:
                break
            rows = self._counted()
        return answer

    def _asked(self, name: str) -> Any:
        """The release joins the server's network, in which there is nobody else, and is told of the copy in place of its own database."""
        run: Run = self.wanted[name]  # type: ignore[literal-required]
        place = run["place"]
        options = [
            *place["docker_options"],
            "--label",
            f"{LABEL}={self.wanted['component']}",
            "--memory",
            self.wanted["container"]["memory"],
        ]
        environment = {**run["environment"], self.wanted["variable"]: self.copy.url(self.wanted["driver"])}
        return {
            **run,
            "environment": environment,
            "place": {**place, "network": f"container:{self.server.name}", "docker_options": options},
        }

    def _release(self, run: Run) -> Any:
        """What the release answers, or its ``error``. RehearsalError where it says nothing."""
        said = alembic.run({"loader": self.wanted["loader"], "sources": self.wanted["sources"], "runs": [run]})
        if said["failed"]:
            raise RehearsalError(said["msg"])
        return said["answers"][0]

    def _migrated(self, run: Run) -> Any:
        """One that does not end in its time is one that failed."""
        try:
            return self._release(run)
        except RehearsalError as error:
            return {"error": {"kind": "ended", "text": str(error)}}

    def _measured(self, step: Step, before: dict[int, tuple[str, int]]) -> Measured:
        run: Run = self._asked("migrate")
        run = {**run, "request": {**run["request"], "target": step["revision"], "expected": [step["revision"]]}}
        with self.server.session(self.copy.database) as session:
            session.wait(self.wanted["timeout"])
            found = tables.tables(session)
        with watch.Watch(self.server, self.copy, found, self.wanted["timeout"]) as watched:
            began = time.monotonic()
            answer = self._migrated(run)
            whole = time.monotonic() - began
        seen = watched.seen()
        failed = answer.get("error")
        took: float = answer.get("took", {}).get(step["revision"], round(whole, 3))
        return {
            "revision": step["revision"], "message": step["message"], "seconds": took,
            "reader": seen.reader, "writer": seen.writer, "reads": seen.reads, "writes": seen.writes, "lock": seen.lock,
            "changed": [] if failed else tables.changed(before, self._counted()), "error": failed,
        }  # fmt: skip

    def _counted(self) -> dict[int, tuple[str, int]]:
        with self.server.session(self.copy.database) as session:
            session.wait(self.wanted["timeout"])
            return tables.counts(session, tables.tables(session))
