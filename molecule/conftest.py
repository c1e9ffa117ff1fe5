# SPDX-License-Identifier: GPL-3.0-or-later
"""What the scenarios' tests share: the record of the sequence, further converges, and HTTP as a host sees it."""

from __future__ import annotations

import json
import os
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from testinfra.host import Host

SHARED = Path(__file__).parent / "shared"
PLACE = Path(os.environ["MOLECULE_PROJECT_DIRECTORY"]) / ".lab" / (os.environ.get("LAB_NAME") or "echodiary")
FETCH = """
import json, sys, urllib.error, urllib.request
url, method, body, headers = sys.argv[1], sys.argv[2], sys.argv[3].encode() or None, json.loads(sys.argv[4])
try:
    answer = urllib.request.urlopen(urllib.request.Request(url, body, headers, method=method), timeout=10)
except urllib.error.HTTPError as error:
    answer = error
print(json.dumps([answer.status, dict(answer.headers), answer.read().decode()]))
"""

Record = dict[str, Any]


class Answer(NamedTuple):
    """What an HTTP server said; header names in lower case."""

    status: int
    headers: dict[str, str]
    text: str

    @property
    def json(self) -> Any:
        return json.loads(self.text)


def _records() -> list[Record]:
    path = Path(os.environ["MOLECULE_EPHEMERAL_DIRECTORY"]) / "converged.jsonl"
    lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
    mine = os.environ["MOLECULE_SCENARIO_NAME"]
    # What only prepared the host is left out; a run that never got as far as a component counts as the role's.
    return [r for r in map(json.loads, lines) if mine in [c["name"] for c in r["components"]] or r["failed"]]


SEQUENCE = _records()


@pytest.fixture
def records() -> list[Record]:
    """Every converge of the role before the tests began, in order; refused ones too."""
    return SEQUENCE


@pytest.fixture
def sequence() -> list[Record]:
    """The same, of a role that could be applied."""
    if not any(not record["check"] for record in SEQUENCE) or any(record["failed"] for record in SEQUENCE):
        pytest.skip("the role was not applied by this sequence")
    return SEQUENCE


@pytest.fixture
def converge() -> Iterator[Callable[..., Record]]:
    """Applies the role again with other values of its variables; afterwards it is as declared again."""
    applied = []

    def run(*options: str, **variables: object) -> Record:
        command = ["ansible-playbook", "-i", os.environ["MOLECULE_INVENTORY_FILE"], str(SHARED / "converge.yml")]
        command += [*options, "-e", json.dumps(variables)]
        known = len(_records())
        done = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)
        # Refused by argument_specs: no converge, no record.
        new = _records()[known:] or [{"failed": True, "check": False, "components": []}]
        applied.extend(record for record in new if not record["failed"] and not record["check"])
        return {**new[-1], "output": done.stdout + done.stderr}

    yield run
    if applied:
        assert not run()["failed"]


@pytest.fixture
def fetch(host: Host) -> Callable[..., Answer]:
    """An HTTP request made on the host itself."""

    def ask(url: str, method: str = "GET", body: str = "", headers: dict[str, str] | None = None) -> Answer:
        said = host.check_output("python3 -c %s %s %s %s %s", FETCH, url, method, body, json.dumps(headers or {}))
        status, found, text = json.loads(said)
        return Answer(status, {name.lower(): value for name, value in found.items()}, text)

    return ask


@pytest.fixture(scope="session")
def eventually() -> Callable[..., Any]:
    """Asks until the answer is a good one: `eventually(lambda: …, seconds=20)`."""

    def ask(question: Callable[[], Any], seconds: float = 20) -> Any:
        deadline = time.monotonic() + seconds
        while not (answer := question()):
            assert time.monotonic() < deadline, f"not within {seconds} s"
            time.sleep(0.3)
        return answer

    return ask


@pytest.fixture(scope="session")
def secrets() -> dict[str, str]:
    """The lab's passwords, to look for where they must not be."""
    return dict(json.loads((PLACE / "secrets.json").read_text(encoding="utf-8")))
