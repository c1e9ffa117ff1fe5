# SPDX-License-Identifier: GPL-3.0-or-later
"""What users see while others ask for questions about entries, and the model server behind is well, slow, silent, gone or talks nonsense.

Two of EchoDiary at the same moment, so that whatever else the machine does meets both alike: of one clients want an entry again and again,
of the other a question about it. Users come to both at the same constant rate.
"""

from __future__ import annotations

import argparse
import http.client
import json
import multiprocessing
import os
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from typing import Any, NamedTuple

from benchmarks.edge_limits import RESULTS, Answers, Attack, Target, _percentile, _plain, database, under, users
from tests.integration.edge import edges
from tests.waiting import eventually

TESTS = edges.APP / "tests"
CLIENTS = 8
#: seconds until a client asks again
PAUSE = 0.3
#: how the model server is: one of app/tests/models.py, or none at all
WAYS = ("well", "silent", "slowly", "endless", "no JSON", "broken", "gone")


def model(way: str, line: Any) -> None:
    sys.path.insert(0, str(TESTS))
    import models

    with models.model_server() as (told, port):
        told.way = way
        line.send(port)
        line.recv()


@contextmanager
def behind(way: str) -> Iterator[int]:
    """A process of its own: what it costs is not what it costs to serve. The port of one that is gone is nobody's."""
    if way == "gone":
        yield 1
        return
    here, there = multiprocessing.Pipe()
    process = multiprocessing.get_context("fork").Process(target=model, args=(way, there), daemon=True)
    process.start()
    try:
        yield here.recv()
    finally:
        process.kill()
        process.join()


@contextmanager
def application(url: str, **asked: str) -> Iterator[Target]:
    at = Target("127.0.0.1", edges.free_port())
    environment = {"PATH": os.environ["PATH"], "DATABASE_URL": url, "HOST": at.host, "PORT": str(at.port), "WEB_CONCURRENCY": "2", **asked}
    subprocess.run([sys.executable, "-m", "alembic", "upgrade", "head"], cwd=edges.APP, env=environment, check=True, capture_output=True)
    with tempfile.TemporaryFile() as log:
        process = subprocess.Popen([sys.executable, "-m", "echodiary"], cwd=edges.APP, env=environment, stdout=log, stderr=log)
    try:
        eventually(lambda: _told(at, "POST", "/entries", {"title": "about this"}) == "201", 120)
        yield at
    finally:
        process.terminate()
        process.wait(40)


def _told(at: Target, method: str, path: str, body: dict[str, str] | None = None) -> str:
    connection = http.client.HTTPConnection(*at, timeout=30)
    try:
        connection.request(method, path, body and json.dumps(body), {"Content-Type": "application/json"})
        return str(connection.getresponse().status)
    except OSError as error:
        return type(error).__name__
    finally:
        connection.close()


def again(method: str, path: str) -> Callable[[Target, Counter[str]], None]:
    def once(at: Target, told: Counter[str]) -> None:
        told[_told(at, method, path)] += 1
        time.sleep(PAUSE)

    return once


class Row(NamedTuple):
    name: str
    beside: Answers
    answers: Answers
    asked: dict[str, int]


def measured(way: str, rate: float, seconds: float) -> Row:
    with ExitStack() as stack:
        url, other = stack.enter_context(database()), stack.enter_context(database(1))
        asked = {"QUESTION_URL": f"http://127.0.0.1:{stack.enter_context(behind(way))}/v1", "QUESTION_KEY": "key", "QUESTION_MODEL": "m"}
        sites = (stack.enter_context(application(other)), stack.enter_context(application(url, QUESTION_PER_DAY="10000000", **asked)))
        stack.enter_context(under(Attack("an entry", CLIENTS, again("GET", "/entries/1")), sites[0]))
        told = stack.enter_context(under(Attack(way, CLIENTS, again("POST", "/entries/1/question")), sites[1]))
        with ThreadPoolExecutor(2) as threads:
            beside, answers = threads.map(lambda site: users(site, rate, seconds), sites)
    return Row(way, beside, answers, told)


def _line(row: Row) -> str:
    told = ", ".join(f"{word}: {count}" for word, count in sorted(row.asked.items()))
    both = (row.beside, row.answers)
    late = [f"{_percentile(one.late, share):.0f}" for share in (50, 95) for one in both]
    return f"| {row.name} | {len(row.answers.late)} | {' | '.join([*(str(one.failed) for one in both), *late])} | {told} |"


def table(rows: list[Row], rate: float) -> str:
    return "\n".join(
        (
            f"Two of EchoDiary at the same time, each with two workers and {rate:g} requests of users a second. Of one {CLIENTS} clients",
            f"want an entry, of the other a question about it, {PAUSE:g} s after the last was answered. All share {os.cpu_count()}",
            "processors with whatever else ran. Milliseconds from when a request was due; last, what was told to who asked for questions.",
            "",
            "| model server | requests | failed beside | failed | p50 beside | p50 | p95 beside | p95 | who asks |",
            "|---|---|---|---|---|---|---|---|---|",
            *map(_line, rows),
            "",
        )
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rate", type=float, default=20, help="requests of users a second, of each")
    parser.add_argument("--seconds", type=float, default=15, help="for each row")
    given = parser.parse_args()
    rows = []
    for way in WAYS:
        rows.append(measured(way, given.rate, given.seconds))
        print(_line(rows[-1]), flush=True)
    stamp = datetime.now(UTC).strftime("%Y-%m-%dT%H%M%SZ")
    values = [{"name": row.name, "who asks": row.asked, "beside": _plain(row.beside), "under": _plain(row.answers)} for row in rows]
    (RESULTS / f"questions-{stamp}.json").write_text(json.dumps(values))
    (RESULTS / f"questions-{stamp}.md").write_text(table(rows, given.rate))
    print(table(rows, given.rate))


if __name__ == "__main__":
    main()
