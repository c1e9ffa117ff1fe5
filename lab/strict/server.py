# SPDX-License-Identifier: GPL-3.0-or-later
"""The imitation on a port: ``with Server() as aws`` in tests, ``python -m strict`` in the lab."""

from __future__ import annotations

import sys
import threading
from types import TracebackType
from typing import Any

from moto.moto_server.werkzeug_app import MotoRequestHandler
from werkzeug.serving import BaseWSGIServer, make_server

from . import agents, targets
from .app import Strict
from .calls import Call
from .faults import Fault


class Handler(MotoRequestHandler):
    def log(self, type: str, message: str, *args: Any) -> None:  # noqa: A002 - werkzeug's name
        """Only what went wrong in here: of requests the call log says more."""
        if type == "error":
            sys.stderr.write(message % args + "\n")


class Server:
    """An empty account on a free port of 127.0.0.1. What moto holds is the process's: one server at a time."""

    def __init__(self, host: str = "127.0.0.1", port: int = 0) -> None:
        self.app = Strict()
        self.host, self.port = host, port
        self._server: BaseWSGIServer | None = None
        self._thread: threading.Thread | None = None

    @property
    def url(self) -> str:
        return f"http://{self.host}:{self.port}"

    def __enter__(self) -> Server:
        self.app.reset()
        self._server = make_server(self.host, self.port, self.app, threaded=True, request_handler=Handler)
        self.port = int(self._server.server_port)
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        if self._server and self._thread:
            self._server.shutdown()
            self._thread.join()
            self._server.server_close()

    def calls(self) -> list[Call]:
        """Every call since the last ``forget``, refused ones as well."""
        return list(self.app.log)

    def writes(self) -> list[Call]:
        return [call for call in self.calls() if call.write]

    def forget(self) -> None:
        """Empties the call log."""
        self.app.log.clear()

    def reset(self) -> None:
        """An empty account; no faults, no delays, an empty log."""
        self.app.reset()

    def state(self, names: bool = False) -> dict[str, Any]:
        """The whole account. ``names``: generated ids replaced, so that two accounts made alike are equal."""
        return self.app.state(names)

    def fault(self, **wanted: Any) -> Fault:
        """See ``faults.Fault``."""
        return self.app.faults.add(**wanted)

    def no_faults(self) -> None:
        self.app.faults.clear()

    def delay(self, seconds: float) -> None:
        self.app.change({"delay": seconds})

    def settings(self, **wanted: Any) -> None:
        """See ``settings.Settings``."""
        self.app.change(wanted)

    def ping(self, instance: str, version: str = "3.3.0.0") -> list[dict[str, Any]]:
        """As an agent on the instance says that it is there: returns the commands that it takes along (``id``, ``script``)."""
        with self.app.lock:
            return agents.ping(self.app.memory, instance, version)

    def answer(self, instance: str, command: str, code: int = 0, stdout: str = "", stderr: str = "") -> None:
        """As an agent says how a command of its instance ended."""
        with self.app.lock:
            agents.answer(self.app.memory, instance, command, code, stdout, stderr)

    def found(self, group: str, **states: str) -> None:
        """As a balancer says what it found of the group's targets: instance -> state."""
        with self.app.lock:
            targets.report(self.app.memory, group, {one: {"state": state} for one, state in states.items()})

    def maintain(self) -> None:
        """The maintenance window has come: what waited for it is done."""
        self.app.maintain()

    def settle(self) -> None:
        """What is under way is over; what is new is known everywhere."""
        self.app.settle()
