# SPDX-License-Identifier: GPL-3.0-or-later
"""What a new slot is asked before its first user, so that no user waits for what a process does only once (a pool, a cache, a compiler).

The answers decide nothing: whether a release is well is for its probes and declared requests to say.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from .._gate import probes

if TYPE_CHECKING:
    from .._gate.shapes import Answer, Probe
    from .._kinds import documents

TIMEOUT = 5.0
#: after which no further round begins (s)
LONGEST = 30.0


def warm(declared: list[documents.WarmingSpec], port: int) -> str:
    """Round after round, all of a round at the same time. What people are told: how many, how long, what was not answered."""
    if not declared:
        return ""
    began, answers = time.monotonic(), list[tuple[str, "Answer"]]()
    for wave in rounds(declared):
        if time.monotonic() - began > LONGEST:
            break
        answers += zip([one["path"] for one in wave], probes.ask_all([probe(one, port) for one in wave], TIMEOUT))
    return words(answers, time.monotonic() - began)


def rounds(declared: list[documents.WarmingSpec]) -> list[list[documents.WarmingSpec]]:
    """Pure."""
    return [[one for one in declared if one["times"] > number] for number in range(max(one["times"] for one in declared))]


def probe(one: documents.WarmingSpec, port: int) -> Probe:
    return {
        "method": "GET",
        "url": f"http://127.0.0.1:{port}{one['path']}",
        "headers": one["headers"],
        "body": None,
        "timeout": TIMEOUT,
        "validate_certs": True,
        "ca_path": None,
        "whole": False,
    }


def words(answers: list[tuple[str, Answer]], seconds: float) -> str:
    """Pure."""
    bad = [(path, answer) for path, answer in answers if not 200 <= answer["status"] < 400]
    said = f"warmed up by {len(answers)} requests in {seconds:.1f} s"
    if not bad:
        return said
    path, answer = bad[0]
    return f"{said}; {len(bad)} were not answered well, {path} for one: {answer['status'] or answer['text'][:100]}"
