# SPDX-License-Identifier: GPL-3.0-or-later
"""The two parts of a load test: a rate by hey, slice by slice, and a user's way by Locust."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from itertools import product
from pathlib import Path

from .._common.errors import SpecError
from . import generators, hey, kinds, locust, watching
from .shapes import Plan, Sample

Say = Callable[[str], None]
#: goes along with every locustfile; Locust imports it, nothing here does
TOLD = Path(__file__).parents[3] / "playbooks" / "files" / "load" / "told.py"


def rate(plan: Plan, run: str, place: Path, say: Say) -> tuple[list[Sample], str]:
    """Samples, and why it ended early, which is empty where it did not."""
    samples: list[Sample] = []
    ways = list(product(plan["edges"], plan["paths"]))
    # hey's own limit is of each connection, and one that may ask less than once a second may not ask at all in a slice
    users = max(1, min(plan["users"] // len(ways), int(plan["rate"] / len(ways))))
    for seconds in hey.slices(plan["seconds"]):
        commands = [hey.command(plan["hey"], edge, path, seconds, users, plan["rate"] / len(ways), run) for edge, path in ways]
        with generators.running(commands, seconds + hey.TIMEOUT, place, [{}] * len(commands)) as begun:
            generators.wait(begun)
        found = [hey.read(one.said(), edge["name"], path) for one, (edge, path) in zip(begun, ways, strict=True)]
        if None in found:
            said = next(one.complaint() or one.said()[-200:] for one, sample in zip(begun, found, strict=True) if sample is None)
            raise SpecError(
                f"{plan['hey']} said nothing that could be read: {said or 'it was ended'}; look whether it runs: {plan['hey']} -h"
            )
        samples += [one for one in found if one is not None]
        say(f"rate     {_summary(samples)}")
        why = watching.of_samples(samples, plan["stop_errors"])
        if why:
            return samples, why
    return samples, ""


def journey(plan: Plan, run: str, place: Path, say: Say) -> tuple[list[Sample], str, int | None]:
    """The third: rows that were acknowledged; None where its locustfile does not count them."""
    edges, began = plan["edges"], time.monotonic()
    users, rate = max(1, plan["users"] // len(edges)), plan["rate"] / len(edges)
    files = [str(TOLD), plan["locustfile"]]
    told = [
        locust.environment(edge, users, rate, run, plan["paths"], str(place / f"journey-{number}")) for number, edge in enumerate(edges)
    ]

    def samples() -> list[Sample]:
        lasted = max(1.0, min(time.monotonic() - began, float(plan["seconds"])))
        return [one for edge, at in zip(edges, told, strict=True) for one in locust.read(_text(at["LOAD_SEEN"]), edge["name"], lasted)]

    commands = [locust.command(plan["locust"], files, edge, plan["seconds"], users) for edge in edges]
    with generators.running(commands, plan["seconds"], place, told) as begun:
        why = generators.wait(begun, lambda: watching.of_samples(samples(), plan["stop_errors"]))
    silent = [one for one, at in zip(begun, told, strict=True) if not _text(at["LOAD_SEEN"])]
    if silent:
        said = silent[0].complaint() or "it was ended"
        raise SpecError(
            f"Locust has left no figures: {said}; look whether it can read the file: {plan['locust']} --list -f {plan['locustfile']}"
        )
    found = samples()
    say(f"journey  {_summary(found)}")
    return found, why or watching.of_samples(found, plan["stop_errors"]), _written([at["LOAD_WRITTEN"] for at in told])


def _written(paths: list[str]) -> int | None:
    found = [json.loads(text)["written"] for path in paths if (text := _text(path))]
    return sum(found) if found else None


def _text(path: str) -> str:
    file = Path(path)
    return file.read_text(encoding="utf-8", errors="replace") if file.exists() else ""


def _summary(samples: list[Sample]) -> str:
    requests, failed = sum(one["requests"] for one in samples), sum(kinds.failed(one["errors"]) for one in samples)
    limited = sum(one["errors"].get(kinds.LIMITED, 0) for one in samples)
    return f"{requests:>8,} requests, {failed:,} failed" + (f", {limited:,} turned away" if limited else "")
