# SPDX-License-Identifier: GPL-3.0-or-later
"""The declared requests of a release, asked of its slot's own port: before any user's request, and on while its share grows."""

from __future__ import annotations

import json
import threading
from typing import TYPE_CHECKING

from .._converge import health
from .._gate import probes
from .._host import http

if TYPE_CHECKING:
    from .._gate.shapes import Answer, Probe
    from .._kinds import documents

#: seconds between two rounds while a release is watched
EVERY = 1.0
TIMEOUT = 5.0


def first_trouble(declared: list[documents.RequestSpec], port: int) -> str:
    """Every one asked, and what failed asked once more: what it got that it should not have, empty when all went well."""
    first = _trouble(declared, port)
    troubled = [one for one in declared if first[one["name"]]]
    again = _trouble(troubled, port)
    return next((why for why in again.values() if why), "")


def _trouble(declared: list[documents.RequestSpec], port: int) -> dict[str, str]:
    """Name -> what is wrong with its answer, of one round in which all are asked at the same time."""
    asked = [probe(one, port) for one in declared]
    answers = probes.ask_all(asked, max((one["timeout"] for one in asked), default=TIMEOUT))
    return {one["name"]: judge(one, answer) for one, answer in zip(declared, answers)}


def probe(one: documents.RequestSpec, port: int) -> Probe:
    """``one``: name, method, path, body (anything but text is sent as JSON), headers, timeout (s)."""
    body = one.get("body")
    text = body if isinstance(body, str) or body is None else json.dumps(body)
    headers = {} if text is None or text is body else {"Content-Type": "application/json"}
    return {
        "method": one["method"],
        "url": f"http://127.0.0.1:{port}{one['path']}",
        "headers": {**headers, **(one.get("headers") or {})},
        "body": text,
        "timeout": float(one.get("timeout") or TIMEOUT),
        "validate_certs": True,
        "ca_path": None,
        "whole": True,
    }


def judge(one: documents.RequestSpec, answer: Answer) -> str:
    """Empty when it is the answer that was declared. Pure."""
    check: documents.ProbeSpec = {
        "url": f"{one['name']} ({one['method']} {one['path']})",
        "status": one["status"],
        "json": one.get("json") or {},
    }
    return health.judge(check, http.Answer(answer["status"], " ".join(answer["text"].split()))).why


class Asking:
    """Goes on in the background, so that an answer that does not come keeps nobody from looking at anything else."""

    def __init__(self, declared: list[documents.RequestSpec], port: int) -> None:
        self.trouble = ""
        self._declared, self._port = declared, port
        self._done = threading.Event()
        if declared:
            threading.Thread(target=self._ask, daemon=True).start()

    def _ask(self) -> None:
        while not self.trouble and not self._done.wait(EVERY):
            self.trouble = first_trouble(self._declared, self._port)

    def stop(self) -> None:
        self._done.set()
