# SPDX-License-Identifier: GPL-3.0-or-later
"""The lab's object store alone, with keys and a bucket of its own, for whoever tests against it."""

from __future__ import annotations

import os
import secrets
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPConnection, HTTPException
from typing import Any, NamedTuple

import docker

from lab import containers, object_store
from lab.object_store import Key, Keys
from tests.integration import lab_images


class Store(NamedTuple):
    """One that runs: its container, where it answers, and who may come."""

    container: Any
    address: str
    keys: Keys
    bucket: str

    @property
    def endpoint(self) -> str:
        return f"http://{self.address}:{object_store.PORT}"

    def client(self, key: Key) -> Any:
        return object_store.client(self.address, key)


@contextmanager
def running(name: str = "s3", bucket: str = object_store.BUCKET) -> Iterator[Store]:
    """An empty store with one bucket, gone afterwards."""
    keys = Keys(*(Key(secrets.token_urlsafe(12), secrets.token_urlsafe(24)) for _ in range(2)))
    client = docker.from_env()
    container = client.containers.create(lab_images.object_store(), name=f"echodiary-{name}-test-{os.getpid()}")
    try:
        container.put_archive("/", containers.archive(object_store.files(keys, bucket)))
        container.start()
        container.reload()
        address = next(iter(container.attrs["NetworkSettings"]["Networks"].values()))["IPAddress"]
        _wait(container, address)
        object_store.seed(address, keys, bucket)
        yield Store(container, address, keys, bucket)
    finally:
        container.remove(force=True, v=True)


def _wait(container: Any, address: str) -> None:
    end = time.monotonic() + 60
    while not _answers(address):
        assert time.monotonic() < end, container.logs(tail=20).decode()
        time.sleep(0.2)


def _answers(address: str) -> bool:
    connection = HTTPConnection(address, object_store.PORT, timeout=3)
    try:
        connection.request("GET", "/healthz")
        return connection.getresponse().status == 200
    except (OSError, HTTPException):
        return False
    finally:
        connection.close()
