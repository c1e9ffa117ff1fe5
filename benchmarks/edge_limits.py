# SPDX-License-Identifier: GPL-3.0-or-later
"""What users see while one client asks for everything: EchoDiary with its database behind the role's HAProxy, users at a constant rate, and
beside them large uploads, slow clients, floods of headers, of connections and of requests. Nothing but this machine's own is asked.
"""

from __future__ import annotations

import argparse
import http.client
import json
import multiprocessing
import os
import resource
import select
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

import docker
from ansible.utils.collection_loader._collection_finder import _AnsibleCollectionFinder

# As for tests: the role is found where Ansible would find it.
_AnsibleCollectionFinder(paths=[str(Path(__file__).parents[1] / "collections")])._install()

from tests.integration import lab_images
from tests.integration.edge import edges
from tests.integration.postgres import Server, waited
from tests.waiting import eventually

RESULTS = Path(__file__).parent / "results"
LARGE = 200_000_000
BLOCK = b"x" * 65536
#: (method, target, body), in turn
WAYS = (("GET", "/entries?limit=5", b""),) * 9 + (("POST", "/entries", json.dumps({"title": "t", "body": "c"}).encode()),)


class Target(NamedTuple):
    host: str
    port: int

    def connected(self, patience: float = 10) -> socket.socket:
        return socket.create_connection(self, patience)


class Answers(NamedTuple):
    """``late``: milliseconds from when a request was due until it was answered; ``told``: status, or what ended it, to how often."""

    late: list[float]
    told: Counter[str]

    @property
    def failed(self) -> int:
        return sum(count for word, count in self.told.items() if word not in ("200", "201"))


def users(at: Target, rate: float, seconds: float, workers: int = 16) -> Answers:
    """Each request has its time, whether or not the one before was answered by then: a site that stands still is asked all the same."""
    found = Answers([], Counter())
    due = iter([(time.monotonic() + 0.5 + number / rate, WAYS[number % len(WAYS)]) for number in range(int(rate * seconds))])
    lock = threading.Lock()

    def work() -> None:
        connection = http.client.HTTPConnection(*at, timeout=20)
        while True:
            with lock:
                moment, (method, target, body) = next(due, (0.0, WAYS[0]))
            if not moment:
                return
            time.sleep(max(0.0, moment - time.monotonic()))
            word = _asked(connection, method, target, body)
            found.late.append((time.monotonic() - moment) * 1000)
            found.told[word] += 1

    together([work] * workers)
    return found


def _asked(connection: http.client.HTTPConnection, method: str, target: str, body: bytes) -> str:
    try:
        connection.request(method, target, body or None, {"Content-Type": "application/json"} if body else {})
        answer = connection.getresponse()
        answer.read()
    except (OSError, http.client.HTTPException) as error:
        connection.close()
        return type(error).__name__
    return str(answer.status)


def together(work: list[Callable[[], None]]) -> None:
    threads = [threading.Thread(target=one, daemon=True) for one in work]
    for one in threads:
        one.start()
    for one in threads:
        one.join()


# What one client does, again and again until it is ended. ``told`` gets each answer's status, or what was in its place.


def upload(at: Target, told: Counter[str], *headers: str, pause: float = 0) -> None:
    """200 MB, or as much of it as is taken. Chunked where no length is among the headers."""
    chunked = not any(one.startswith("Content-Length") for one in headers)
    part = b"%x\r\n" % len(BLOCK) + BLOCK + b"\r\n" if chunked else BLOCK
    with at.connected() as made:
        made.sendall(_head("POST", "/entries", *headers, *(["Transfer-Encoding: chunked"] if chunked else [])))
        for _ in range(LARGE // len(BLOCK)):
            if select.select([made], [], [], pause)[0]:
                break
            made.sendall(part)
        told[_status(made)] += 1
    time.sleep(0.2)


def slow_headers(at: Target, told: Counter[str]) -> None:
    with at.connected(30) as made:
        made.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n")
        while not select.select([made], [], [], 1)[0]:
            made.sendall(b"X-A: b\r\n")
        told[_status(made)] += 1


def slow_body(at: Target, told: Counter[str]) -> None:
    with at.connected(30) as made:
        made.sendall(_head("POST", "/entries", "Content-Length: 1000000") + b"x")
        while not select.select([made], [], [], 1)[0]:
            made.sendall(b"x")
        told[_status(made)] += 1


def many_headers(at: Target, told: Counter[str]) -> None:
    with at.connected() as made:
        made.sendall(_head("GET", "/entries", *(f"X-{number}: {'y' * 60}" for number in range(150))))
        told[_status(made)] += 1
    with at.connected() as made:
        made.sendall(_head("GET", "/entries", f"X-Large: {'y' * 60_000}"))
        told[_status(made)] += 1


def connection(at: Target, told: Counter[str]) -> None:
    """Held for as long as it may be."""
    with at.connected() as made:
        made.settimeout(20)
        told["closed" if made.recv(1) == b"" else "408"] += 1
    time.sleep(1)


def requests(at: Target, told: Counter[str]) -> None:
    made = http.client.HTTPConnection(*at, timeout=10)
    for _ in range(1000):
        word = _asked(made, "GET", "/entries?limit=5", b"")
        told[word] += 1
        if word not in ("200", "429"):
            return


def _head(method: str, path: str, *headers: str) -> bytes:
    return "\r\n".join((f"{method} {path} HTTP/1.1", "Host: x", "Content-Type: application/json", *headers, "", "")).encode()


def _status(made: socket.socket) -> str:
    said = made.recv(12)
    return said[9:12].decode() if len(said) == 12 else "closed"


class Attack(NamedTuple):
    name: str
    clients: int
    once: Callable[[Target, Counter[str]], None]


ATTACKS = (
    Attack("4 uploads of 200 MB, with a length", 4, lambda at, told: upload(at, told, f"Content-Length: {LARGE}")),
    Attack("4 uploads of 200 MB, in chunks", 4, upload),
    Attack("4 uploads of 200 MB, in chunks, slowly", 4, lambda at, told: upload(at, told, pause=0.1)),
    Attack("200 clients with slow headers", 200, slow_headers),
    Attack("200 clients with slow bodies", 200, slow_body),
    Attack("8 clients with too many, too large headers", 8, many_headers),
    Attack("600 connections", 600, connection),
    Attack("8 clients with as many requests as they can", 8, requests),
)


@contextmanager
def under(attack: Attack, at: Target) -> Iterator[dict[str, int]]:
    """In a process of its own, so that what it costs to attack is not what it costs to ask. Filled in when it has ended."""
    found: dict[str, int] = {}
    here, there = multiprocessing.Pipe()
    process = multiprocessing.get_context("fork").Process(target=_attack, args=(attack, at, there), daemon=True)
    process.start()
    try:
        time.sleep(2)
        yield found
        here.send("end")
        if here.poll(20):
            found.update(here.recv())
    finally:
        process.kill()
        process.join()


def _attack(attack: Attack, at: Target, line: Any) -> None:
    told: Counter[str] = Counter()

    def again() -> None:
        while True:
            try:
                attack.once(at, told)
            except OSError as error:
                told[type(error).__name__] += 1
                time.sleep(0.2)

    threading.stack_size(262144)
    for _ in range(attack.clients):
        threading.Thread(target=again, daemon=True).start()
    line.recv()
    line.send(dict(told))


@contextmanager
def site(image: str, **variables: Any) -> Iterator[tuple[Target, Target]]:
    """Where users come from, and where the others do: two addresses of this machine, so two clients."""
    with ExitStack() as stack:
        url = stack.enter_context(database())
        place = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        slot = edges.free_port()
        stack.enter_context(application(url, slot, place))
        given: dict[str, Any] = {
            "components": ["haproxy", "echodiary"],
            "haproxy_bind": "*",
            "echodiary_ports": {"blue": slot, "green": edges.free_port()},
        }
        address = stack.enter_context(edges.another_address())
        edge = stack.enter_context(edges.before(place, image=image, **given, **variables))
        yield Target(address, edge.port), Target(edges.own_address(), edge.port)


@contextmanager
def database(number: int = 0) -> Iterator[str]:
    name = f"echodiary-bench-limits-{os.getpid()}-{number}"
    container = docker.from_env().containers.run(lab_images.service("postgres"), name=name, detach=True)
    try:
        server = Server(waited(container), "")
        server.sql("CREATE ROLE diary LOGIN PASSWORD 'diary'")
        server.sql("CREATE DATABASE diary OWNER diary")
        yield f"postgresql://diary:diary@{server.address}:5432/diary"
    finally:
        container.remove(force=True, v=True)


@contextmanager
def application(url: str, port: int, place: Path) -> Iterator[None]:
    """Two workers, as a host has them by default."""
    environment = {"PATH": os.environ["PATH"], "DATABASE_URL": url, "HOST": "127.0.0.1", "PORT": str(port), "WEB_CONCURRENCY": "2"}
    subprocess.run([sys.executable, "-m", "alembic", "upgrade", "head"], cwd=edges.APP, env=environment, check=True, capture_output=True)
    with (place / "application.log").open("w") as log:
        process = subprocess.Popen([sys.executable, "-m", "echodiary"], cwd=edges.APP, env=environment, stdout=log, stderr=log)
    try:
        eventually(lambda: _asked(http.client.HTTPConnection("127.0.0.1", port, timeout=5), "GET", "/ready", b"") == "200", 60)
        yield
    finally:
        process.terminate()
        process.wait(40)


class Row(NamedTuple):
    """``quiet``: right before the attack, since what else the machine does changes."""

    name: str
    quiet: Answers
    answers: Answers
    refused: dict[str, int]


def measured(users_at: Target, others_at: Target, rate: float, seconds: float, chosen: str) -> list[Row]:
    rows = []
    for attack in (one for one in ATTACKS if chosen in one.name):
        quiet = users(users_at, rate, seconds)
        with under(attack, others_at) as told:
            answers = users(users_at, rate, seconds)
        rows.append(Row(attack.name, quiet, answers, told))
        print(_line(rows[-1]), flush=True)
    return rows


def _percentile(values: list[float], share: int) -> float:
    return statistics.quantiles(values, n=100)[share - 1]


def _line(row: Row) -> str:
    told = ", ".join(f"{word}: {count}" for word, count in sorted(row.refused.items()))
    both = (row.quiet, row.answers)
    late = [f"{_percentile(one.late, share):.0f}" for share in (50, 95) for one in both]
    figures = [str(len(row.answers.late)), *(str(one.failed) for one in both), *late]
    return f"| {row.name} | {' | '.join(figures)} | {told} |"


def table(rows: list[Row], rate: float, version: str) -> str:
    return "\n".join(
        (
            f"HAProxy {version}, EchoDiary with two workers and PostgreSQL, {rate:g} requests of users a second. Users, attackers and",
            f"the site share {os.cpu_count()} processors. Milliseconds from when a request was due; before the attack, and under it.",
            "Last, what attackers were told.",
            "",
            "| attack | requests | failed before | failed | p50 before | p50 | p95 before | p95 | attackers |",
            "|---|---|---|---|---|---|---|---|---|",
            *map(_line, rows),
            "",
        )
    )


def _plain(one: Answers) -> dict[str, Any]:
    return {"late": [round(value, 1) for value in sorted(one.late)], "told": one.told}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rate", type=float, default=60, help="requests of users a second")
    parser.add_argument("--seconds", type=float, default=20, help="for each row")
    parser.add_argument("--oldest", action="store_true", help="with the HAProxy of Debian 12")
    parser.add_argument("--only", default="", help="attacks with these words in their name")
    given = parser.parse_args()
    with suppress(ValueError):
        resource.setrlimit(resource.RLIMIT_NOFILE, (8192, resource.getrlimit(resource.RLIMIT_NOFILE)[1]))
    image = lab_images.older_haproxy() if given.oldest else ""
    with site(image) as (users_at, others_at):
        rows = measured(users_at, others_at, given.rate, given.seconds, given.only)
    text = table(rows, given.rate, "2.6" if given.oldest else "3.0")
    stamp = datetime.now(UTC).strftime("%Y-%m-%dT%H%M%SZ")
    values = [{"name": row.name, "attackers": row.refused, "before": _plain(row.quiet), "under": _plain(row.answers)} for row in rows]
    (RESULTS / f"edge-limits-{stamp}.json").write_text(json.dumps(values))
    (RESULTS / f"edge-limits-{stamp}.md").write_text(text)
    print(text)


if __name__ == "__main__":
    main()
