# SPDX-License-Identifier: GPL-3.0-or-later
"""A run that is divided at its steps: a copy of the process goes on as if the step failed, and says what became of the copy's account.

So every step of a run can fail, and the run is made once. The copies come one after the other, and leave the account that is copied alone.
"""

from __future__ import annotations

import json
import os
import traceback
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, NamedTuple
from unittest import mock

from ansible_collections.echodiary.infra.plugins.module_utils._ledger import journal as ledger

from lab.strict.calls import Call
from lab.strict.faults import Fault
from tests.integration.account.inside import Inside
from tests.integration.local_play import Played

Answer = dict[str, Any]
#: which of the steps, by number and name
Chosen = Callable[[int, str], bool]


class Outcome(NamedTuple):
    """``step``: which one, and of what; ``answer``: what is wrong in its copy, by what was looked at; nothing where nothing is."""

    step: str
    answer: Answer


class Steps(Fault):
    """Of the imitation's faults the one that meets nothing, but copies the process before each write that is chosen."""

    def __init__(self, variants: Mapping[str, Mapping[str, Any]], chosen: Chosen) -> None:
        super().__init__()
        self._variants, self._chosen = variants, chosen
        self.number, self.told = 0, list[Outcome]()
        self.played: Played | None = None
        self._answers: int | None = None

    @property
    def is_copy(self) -> bool:
        return self._answers is not None

    def meets(self, call: Call) -> bool:
        if self.is_copy:
            return super().meets(call)
        if call.write:
            self.number += 1
            if self._chosen(self.number, call.operation):
                return any(self._copied(f"{self.number} {call.operation} {name}", call, fault) for name, fault in self._variants.items())
        return False

    def _copied(self, step: str, call: Call, fault: Mapping[str, Any]) -> bool:
        """Whether this is the copy, and the fault meets the call."""
        if self.copy(step):
            self.__dict__.update(Fault(**fault).__dict__)
            return super().meets(call)
        return False

    def copy(self, step: str) -> bool:
        """Whether this is the copy; the other one waits for what it says."""
        reads, writes = os.pipe()
        child = os.fork()
        if not child:
            os.close(reads)
            self._answers = writes
            return True
        os.close(writes)
        with os.fdopen(reads, encoding="utf-8") as said:
            text = said.read()
        os.waitpid(child, 0)
        self.told.append(Outcome(step, json.loads(text) if text else {"broken": "it said nothing"}))
        return False

    def whole(self, played: Played) -> Steps:
        """The run that was copied has to come to its end."""
        self.played = played
        if played.code:
            self.told.append(Outcome("undisturbed", {"broken": played.output}))
        return self

    @property
    def wrong(self) -> list[Outcome]:
        """Those whose answer says anything."""
        return [one for one in self.told if any(one.answer.values())]

    def tell(self, answer: Answer) -> None:
        """The last that a copy does."""
        with os.fdopen(self._answers or 0, "w", encoding="utf-8") as said:
            said.write(json.dumps(answer))
        os._exit(0)


def divided(env: Inside, faults: Mapping[str, Mapping[str, Any]], chosen: Chosen, judge: Callable[[Played], Answer]) -> Steps:
    """``faults``: by name; ``chosen``: of the writes, by their number and operation; ``judge`` is called in each copy."""
    steps = Steps(faults, chosen)
    env.aws.app.faults.all.append(steps)
    with _copies_end(steps):
        played = env.run()
        if steps.is_copy:
            env.aws.no_faults()
            steps.tell(judge(played))
    env.aws.no_faults()
    return steps.whole(played)


def killed(env: Inside, chosen: Chosen, judge: Callable[[], Answer]) -> Steps:
    """``chosen``: of the journal's lines, by their number and text. What a copy has in mind is lost there, as with the process."""
    steps = Steps({}, chosen)
    append = ledger.append

    def written(path: str, line: Mapping[str, Any]) -> None:
        append(path, line)
        steps.number += not steps.is_copy
        words = " ".join(str(line[key]) for key in ("event", "resource", "action") if key in line)
        if not steps.is_copy and chosen(steps.number, words) and steps.copy(f"{steps.number} {words}"):
            env.moves(f"killed-{steps.number}")
            steps.tell(judge())

    with _copies_end(steps), mock.patch.object(ledger, "append", written):
        played = env.run()
    return steps.whole(played)


@contextmanager
def _copies_end(steps: Steps) -> Iterator[None]:
    """Here, whatever happens in them."""
    try:
        yield
    except BaseException:
        if steps.is_copy:
            steps.tell({"broken": traceback.format_exc()})
        raise
