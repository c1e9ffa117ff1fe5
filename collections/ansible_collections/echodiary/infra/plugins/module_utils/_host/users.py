# SPDX-License-Identifier: GPL-3.0-or-later
"""Asks as users do: at the address and port where they ask, by name and path. All at the same time, and not for long."""

from __future__ import annotations

import re
import threading
import time
from typing import NamedTuple, TypedDict

from . import http

#: for all questions together, and between two attempts at one (s)
PATIENCE, PAUSE = 2.0, 0.2
#: what people look at where no answer came, or a bad one
LOOK = "systemctl status haproxy; nft list ruleset"
#: by which an edge tells that people said what it answers
SAID = "X-Edge-Said"


class Question(TypedDict):
    """``name``: the host's name in the request; ``host`` and ``component``: whose answer it is."""

    url: str
    name: str
    host: str
    component: str


class Answer(NamedTuple):
    """``status`` 0: nobody answered; ``said``: what people said of the edge that answers."""

    status: int
    why: str = ""
    said: str = ""

    @property
    def is_wanted(self) -> bool:
        """What an application refuses is an answer; what the edge was told to say, people know of."""
        return 0 < self.status < 500 or bool(self.said)


def troubles(questions: list[Question], patience: float = PATIENCE) -> list[tuple[Question, str]]:
    """Those that users would not be content with, and why. One that fails is asked again while there is time."""
    end = time.monotonic() + patience
    found: dict[int, Answer] = {}
    asking = [threading.Thread(target=_until, args=(one, end, number, found), daemon=True) for number, one in enumerate(questions)]
    for thread in asking:
        thread.start()
    for thread in asking:
        thread.join(max(0.0, end - time.monotonic()) + PAUSE)
    answers = [found.get(number, Answer(0, f"nothing came within {patience:g} s")) for number in range(len(questions))]
    return [(one, told(one, answer)) for one, answer in zip(questions, answers) if not answer.is_wanted]


def told(question: Question, answer: Answer) -> str:
    """Pure."""
    where = f"{question['url']}{' as ' + question['name'] if question['name'] else ''}"
    return f"users get {answer.status} at {where}" if answer.status else f"users get no answer at {where} ({answer.why})"


def _until(question: Question, end: float, number: int, found: dict[int, Answer]) -> None:
    while True:
        left = end - time.monotonic()
        if left <= PAUSE and number in found:
            return
        found[number] = ask(question, max(left, PAUSE))
        if found[number].is_wanted:
            return
        time.sleep(PAUSE)


def ask(question: Question, timeout: float) -> Answer:
    try:
        status, headers = http.head(question["url"], timeout, question["name"])
    except (OSError, ValueError) as error:
        return Answer(0, f"{type(error).__name__}: {error}")
    said = re.search(rf"(?im)^{SAID}: *(.*?)\s*$", headers)
    return Answer(status, "", said[1] if said else "")
