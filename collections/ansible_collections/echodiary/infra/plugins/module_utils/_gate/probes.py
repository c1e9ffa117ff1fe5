# SPDX-License-Identifier: GPL-3.0-or-later
"""Asks every probe once per tick, all at the same time, and never longer than a probe's timeout: not for a name that does not
resolve, nor for a server that sends one byte a second. Whatever goes wrong is an answer (status 0), not an exception.
"""

from __future__ import annotations

import math
import threading
import time
from typing import TYPE_CHECKING

from .._host import http

if TYPE_CHECKING:
    from .shapes import Answer, Asked, Probe, Round

#: characters of a body that are kept where nobody looks into it
EXCERPT = 2_000
#: stands in a form's query for how far back it looks: to where the gate began, and a probe's ``lookback`` further
RANGE = "%24range"


def ticks(asked: Asked) -> list[Round]:
    """At least one round. Where an answer has none of its probe's ``expected`` statuses, asking on would only lose time."""
    began = time.monotonic()
    rounds: list[Round] = []
    probes, budget, stop_after = asked["probes"], asked["budget"], asked["stop_after"]
    due, unwanted = min(asked["delay"], budget), 0
    while len(rounds) < asked["count"] and (not rounds or due < budget) and (not stop_after or unwanted < stop_after):
        time.sleep(max(0.0, began + due - time.monotonic()))
        at = time.monotonic() - began
        answers = ask_all([ranged(probe, asked["age"] + at) for probe in probes], max(1.0, budget - at))
        rounds.append({"at": round(at, 3), "answers": answers})
        due = max(at + asked["interval"], time.monotonic() - began)
        unwanted = unwanted + 1 if _unwanted(probes, answers) else 0
    return rounds


def _unwanted(probes: list[Probe], answers: list[Answer]) -> bool:
    return any("expected" in probe and answer["status"] not in probe["expected"] for probe, answer in zip(probes, answers))


def ranged(probe: Probe, age: float) -> Probe:
    """The probe as it is asked when the gate has lasted ``age`` s. Pure."""
    if "lookback" not in probe:
        return probe
    return {**probe, "body": (probe["body"] or "").replace(RANGE, f"{math.ceil(age + probe['lookback'])}s")}


def ask_all(probes: list[Probe], longest: float) -> list[Answer]:
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


def ask(probe: Probe, timeout: float) -> Answer:
    """Redirects are answers."""
    began = time.monotonic()
    content = http.Content(probe["body"], {"Connection": "close", **probe["headers"]})
    tls = http.Tls(probe["validate_certs"], probe["ca_path"] or "")
    answer = http.request(probe["method"], probe["url"], timeout, content, tls)
    return {
        "status": answer.status,
        "text": answer.text if probe["whole"] else answer.text[:EXCERPT],
        "milliseconds": round((time.monotonic() - began) * 1000),
    }


def _late(probe: Probe, longest: float) -> Answer:
    limit = min(probe["timeout"], longest)
    return {"status": 0, "text": f"no answer within {limit:g} s", "milliseconds": round(limit * 1000)}
