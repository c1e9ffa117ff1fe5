# SPDX-License-Identifier: GPL-3.0-or-later
"""Asks every probe once per tick, all at the same time, and never longer than a probe's timeout: not for a name that does not
resolve, nor for a server that sends one byte a second. Whatever goes wrong is an answer (status 0), not an exception.
"""

from __future__ import annotations

import math
import threading
import time
from typing import Any

from .._host import http

Answer = dict[str, Any]

#: characters of a body that are kept where nobody looks into it
EXCERPT = 2_000
#: stands in a form's query for how far back it looks: to where the gate began, and a probe's ``lookback`` further
RANGE = "%24range"


def ticks(
    probes: list[dict[str, Any]], count: int, interval: float, delay: float, budget: float, age: float = 0.0, stop_after: int = 0
) -> list[dict[str, Any]]:
    """``count`` rounds, one every ``interval`` s after ``delay`` s; fewer, but at least one, when ``budget`` s have passed.

    Each is {"at": s since the start, "answers": one per probe}. ``age``: s that the gate had lasted before. ``stop_after``: rounds in
    a row with an answer that nobody wants (a probe's ``expected`` statuses), after which asking on would only lose time; 0 for never.
    """
    began = time.monotonic()
    rounds: list[dict[str, Any]] = []
    due, unwanted = min(delay, budget), 0
    while len(rounds) < count and (not rounds or due < budget) and (not stop_after or unwanted < stop_after):
        time.sleep(max(0.0, began + due - time.monotonic()))
        at = time.monotonic() - began
        rounds.append({"at": round(at, 3), "answers": ask_all([ranged(probe, age + at) for probe in probes], max(1.0, budget - at))})
        due = max(at + interval, time.monotonic() - began)
        unwanted = unwanted + 1 if _unwanted(probes, rounds[-1]["answers"]) else 0
    return rounds


def _unwanted(probes: list[dict[str, Any]], answers: list[Answer]) -> bool:
    return any("expected" in probe and answer["status"] not in probe["expected"] for probe, answer in zip(probes, answers))


def ranged(probe: dict[str, Any], age: float) -> dict[str, Any]:
    """The probe as it is asked when the gate has lasted ``age`` s. Pure."""
    if "lookback" not in probe:
        return probe
    return {**probe, "body": probe["body"].replace(RANGE, f"{math.ceil(age + probe['lookback'])}s")}


def ask_all(probes: list[dict[str, Any]], longest: float) -> list[Answer]:
    """Threads that outlive their timeout are left behind: they end with the process."""
    answers: list[Answer | None] = [None] * len(probes)
    began = time.monotonic()

    def work(index: int) -> None:
        answers[index] = ask(probes[index], min(probes[index]["timeout"], longest))

    threads = [threading.Thread(target=work, args=(index,), daemon=True) for index in range(len(probes))]
    for thread in threads:
        thread.start()
    for thread, probe in zip(threads, probes):
        limit = min(probe["timeout"], longest)
        thread.join(max(0.0, began + limit - time.monotonic()))
    return [answer or _late(probe, longest) for answer, probe in zip(list(answers), probes)]


def ask(probe: dict[str, Any], timeout: float) -> Answer:
    """``probe``: method, url, headers, body, validate_certs, ca_path, whole (keep all of the body). Redirects are answers."""
    began = time.monotonic()
    content = http.Content(probe["body"], {"Connection": "close", **probe["headers"]})
    tls = http.Tls(probe["validate_certs"], probe["ca_path"] or "")
    answer = http.request(probe["method"], probe["url"], timeout, content, tls)
    return {
        "status": answer.status,
        "text": answer.text if probe["whole"] else answer.text[:EXCERPT],
        "milliseconds": round((time.monotonic() - began) * 1000),
    }


def _late(probe: dict[str, Any], longest: float) -> Answer:
    limit = min(probe["timeout"], longest)
    return {"status": 0, "text": f"no answer within {limit:g} s", "milliseconds": round(limit * 1000)}
