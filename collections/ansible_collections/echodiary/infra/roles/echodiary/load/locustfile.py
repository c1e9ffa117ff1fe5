# SPDX-License-Identifier: GPL-3.0-or-later
"""A user's way through EchoDiary, as Locust takes it: write an entry, find it, read it, turn the page, change it, look at the totals.

What it is told, by its environment (docs/load.md): LOAD_RUN marks what it writes, LOAD_HOST is whose requests they are, LOAD_PACE is how
many requests a second one user sends at most, and LOAD_WRITTEN is the file that is told how many rows were acknowledged.
"""

from __future__ import annotations

import itertools
import json
import os
from pathlib import Path
from typing import ClassVar

from locust import FastHttpUser, SequentialTaskSet, constant_throughput, events, task

RUN = os.environ["LOAD_RUN"]
NAMED = {"Host": os.environ["LOAD_HOST"]} if os.environ.get("LOAD_HOST") else {}
HEADERS = {**NAMED, "X-Request-ID": f"load-{RUN}"}
TEXT = "A line of a day like others, written by a load test. " * 12

numbers = itertools.count(1)
acknowledged = itertools.count()


class Day(SequentialTaskSet):
    entry = 0
    cursor = ""

    @task
    def write(self) -> None:
        body = {"title": f"load test {RUN} {next(numbers)}", "body": TEXT, "mood": "neutral"}
        with self.client.post("/entries", json=body, headers=HEADERS, name="write an entry", catch_response=True) as answer:
            if answer.status_code == 201:
                self.entry = answer.json()["id"]
                next(acknowledged)

    @task
    def newest(self) -> None:
        with self.client.get("/entries?limit=20", headers=HEADERS, name="list the newest", catch_response=True) as answer:
            if answer.status_code == 200:
                self.cursor = answer.json()["next_cursor"] or ""

    @task
    def read(self) -> None:
        if self.entry:
            self.client.get(f"/entries/{self.entry}", headers=HEADERS, name="read an entry")

    @task
    def older(self) -> None:
        if self.cursor:
            self.client.get(f"/entries?limit=20&cursor={self.cursor}", headers=HEADERS, name="turn the page")

    @task
    def change(self) -> None:
        if self.entry:
            self.client.patch(f"/entries/{self.entry}", json={"mood": "good"}, headers=HEADERS, name="change an entry")

    @task
    def totals(self) -> None:
        self.client.get("/statistics", headers=HEADERS, name="look at the totals")


class Writer(FastHttpUser):
    tasks: ClassVar = [Day]
    wait_time = constant_throughput(float(os.environ["LOAD_PACE"]))
    connection_timeout = network_timeout = 10.0


@events.quitting.add_listener
def tell(environment: object, **_more: object) -> None:
    Path(os.environ["LOAD_WRITTEN"]).write_text(json.dumps({"written": next(acknowledged)}), encoding="utf-8")
