# SPDX-License-Identifier: GPL-3.0-or-later
"""A table of the imitation of AWS, asked as ``deploy_lock`` asks it: boto3 over HTTP."""

from __future__ import annotations

import secrets
import subprocess
import sys
import threading
from pathlib import Path
from typing import IO, Any

import boto3
from ansible_collections.echodiary.infra.plugins.plugin_utils._lease import asking, dynamodb, places

from lab.strict.server import Server

REGION = "ap-northeast-2"
KEY = "here/deploy"


def client(aws: Server, service: str = "dynamodb") -> Any:
    return boto3.client(service, region_name=REGION, endpoint_url=aws.url, aws_access_key_id="lab", aws_secret_access_key="any-secret")


def variables(aws: Server, table: str) -> dict[str, Any]:
    login = {"region": REGION, "endpoint_url": aws.url, "access_key": "lab", "secret_key": "any-secret-will-do"}
    return {"echodiary_lease": {"table": table}, "echodiary_aws": login, "echodiary_environment": "here"}


class Lock:
    """One lock in a table of its own. ``login`` overrides who asks."""

    def __init__(self, aws: Server, **login: str) -> None:
        self.aws, self.table = aws, f"leases-{secrets.token_hex(3)}"
        self.login = login
        client(aws).create_table(
            TableName=self.table,
            KeySchema=[{"AttributeName": "name", "KeyType": "HASH"}],
            AttributeDefinitions=[{"AttributeName": "name", "AttributeType": "S"}],
            BillingMode="PAY_PER_REQUEST",
        )

    @property
    def variables(self) -> dict[str, Any]:
        return variables(self.aws, self.table)

    def store(self) -> dynamodb.Table:
        given = self.variables
        place = places.of({**given["echodiary_lease"], **self.login}, given["echodiary_aws"], "here")
        assert place is not None
        return dynamodb.Table(place)

    def ask(self, state: str, **given: Any) -> Any:
        return ask(self.store(), state, **given)

    def journal(self) -> list[str]:
        return [event["event"] for event in self.ask("read")["journal"]]


def ask(store: asking.Store, state: str, **given: Any) -> Any:
    base = {"owner": "ann", "reason": "deploy v1", "run_url": "", "ttl": None, "token": None, "force": False, "override_freeze": ""}
    told = {"until": None, "textfiles": None, "environment": "lab", "outcome": "unknown"}
    asked: Any = {**base, **told, "state": state, **given}
    return asking.ask(store, KEY, {"check": False, "name": "deploy", "asked": asked, "directory": "/nowhere"})


class Contender:
    """Another process that has boto3 and a wall clock of its own; a line in is a request, a line out its answer."""

    def __init__(self, lock: Lock, owner: str, skew: float = 0.0) -> None:
        root = Path(__file__).resolve().parents[3]
        words = [sys.executable, "-m", "tests.integration.deploy_lock.contender", lock.aws.url, lock.table, owner, str(skew)]
        self.process = subprocess.Popen(words, cwd=root, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def say(self, line: str) -> None:
        _open(self.process.stdin).write(line + "\n")
        _open(self.process.stdin).flush()

    def hear(self) -> str:
        return _open(self.process.stdout).readline().strip()

    def end(self) -> None:
        _open(self.process.stdin).close()
        self.process.wait(timeout=20)
        _open(self.process.stdout).close()


def at_once(*contenders: Contender, line: str) -> list[str]:
    """What each heard, in their order; all are told before any is listened to."""
    gate, heard = threading.Barrier(len(contenders)), [""] * len(contenders)

    def one(number: int) -> None:
        gate.wait()
        contenders[number].say(line)
        heard[number] = contenders[number].hear()

    threads = [threading.Thread(target=one, args=(number,)) for number in range(len(contenders))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    return heard


def _open(stream: IO[str] | None) -> IO[str]:
    assert stream is not None
    return stream
