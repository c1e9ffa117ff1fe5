# SPDX-License-Identifier: GPL-3.0-or-later
"""The layer itself: an application of WSGI around moto's."""

from __future__ import annotations

import io
import itertools
import json
import socket
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from functools import lru_cache
from typing import Any
from urllib.parse import parse_qs

from moto import settings as moto_settings
from moto.core.authorization import ActionAuthenticatorMixin
from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app
from werkzeug.wsgi import get_input_stream

from . import agents, calls, dump, empty, rules, targets, wire
from .agents import UnheardError
from .calls import Call, made_in
from .errors import DroppedError, RefusedError
from .faults import Fault, Faults
from .memory import Memory
from .rules import Asked, cache, database
from .rules.access import authorize
from .settings import Settings
from .wire import Response

Environ = dict[str, Any]
Start = Callable[..., Any]
OURS = ("/strict/", "/_strict/")
NOT_AWS = ("/moto-api", "/favicon.ico", "/latest/")


class _Dispatcher(DomainDispatcherApplication):
    """moto's, which looks into its directories for every call."""

    def get_backend_for_host(self, host: str | None) -> Any:
        return _backend(self, host)


@lru_cache(maxsize=200)
def _backend(its: _Dispatcher, host: str | None) -> Any:
    return DomainDispatcherApplication.get_backend_for_host(its, host)


class Strict:
    """moto, and what it lacks. One call at a time, since moto is not made for more; a delay holds up nobody else."""

    def __init__(self) -> None:
        rules.load()
        empty.install()
        self.moto = _Dispatcher(create_backend_app)
        self.settings = Settings()
        self.memory = Memory(self.settings)
        self.faults = Faults()
        self.log: list[Call] = []
        self.history: list[Call] = []  # what CloudTrail knows: a forgotten log is no forgotten past
        self.lock = threading.RLock()
        self.numbers = itertools.count(1)

    def __call__(self, environ: Environ, start: Start) -> Iterable[bytes]:
        path = str(environ.get("PATH_INFO", ""))
        if path.startswith(OURS):
            return _sent(self._told(environ, path.partition("strict/")[2]), start)
        if path.startswith(NOT_AWS):
            return self._past(environ, start, path)
        try:
            return _sent(self._served(environ), start)
        except DroppedError:
            _cut(environ)
            raise ConnectionAbortedError("no answer, as was asked for") from None

    def reset(self) -> None:
        """An empty account, no faults, no delays, an empty log."""
        with self.lock:
            empty.forget()
            self.memory.clear()
            self.faults.clear()
            self.log.clear()
            self.history.clear()
            self.settings.change(Settings().as_json())
            self.enforce(False)

    def enforce(self, wanted: bool) -> None:
        moto_settings.INITIAL_NO_AUTH_ACTION_COUNT = 0 if wanted else float("inf")
        ActionAuthenticatorMixin.request_count = 0

    def state(self, names: bool = False) -> dict[str, Any]:
        with self.lock:
            return dump.of(self.memory, names)

    def maintain(self) -> None:
        """The maintenance window: what was put off until then is done."""
        with self.lock:
            database.maintain_all(self.memory)
            cache.maintain(self.memory)

    def settle(self) -> None:
        with self.lock:
            self.memory.settle()

    def change(self, wanted: dict[str, Any]) -> None:
        self.settings.change(wanted)
        if "enforce_iam" in wanted:
            self.enforce(self.settings.enforce_iam)

    def _past(self, environ: Environ, start: Start, path: str) -> Iterable[bytes]:
        """moto's own pages; its reset is one of ours as well."""
        with self.lock:
            if path.startswith("/moto-api/reset") and "auth" not in path:
                self.memory.clear()
            return list(self.moto(environ, start))

    def _served(self, environ: Environ) -> Response:
        body = get_input_stream(environ).read()
        call, fault = self._noted(_with(environ, body), body)
        if self.settings.delay:
            time.sleep(self.settings.delay)
        if fault and not fault.after:
            return self._failed(call, fault)
        with self.lock:
            response = self._answered(call, _with(environ, body))
        if fault:
            return self._failed(call, fault)
        call.error = wire.error_of(call, response)
        return response

    def _noted(self, environ: Environ, body: bytes) -> tuple[Call, Fault | None]:
        with self.lock:
            call = calls.recognise(next(self.numbers), environ, body)
            call.principal = calls.principal(call.principal, call.account)
            self.log.append(call)
            self.history.append(call)
            return call, self.faults.for_call(call)

    def _failed(self, call: Call, fault: Fault) -> Response:
        problem = fault.problem(call)
        if isinstance(problem, RefusedError):
            call.error = problem.code
            return wire.refused(call, problem)
        call.error = "timeout"
        raise problem

    def _answered(self, call: Call, environ: Environ) -> Response:
        if call.model is None:
            return self._moto(environ)
        asked = Asked(call, self.memory, self.history)
        try:
            if self.settings.enforce_iam:
                authorize(asked, environ)
            for rule in (*rules.befores(call.operation), *rules.lasts(call.operation)):
                rule(asked)
            response = self._made(asked, environ)
        except RefusedError as refusal:
            return wire.refused(call, refusal)
        if call.write and response.status < 400:
            self.memory.regions.add(call.region)
            call.made = tuple(made_in(response.body))
        return response

    def _made(self, asked: Asked, environ: Environ) -> Response:
        own = rules.answer(asked.call.operation)
        answer = own(asked) if own else None
        if answer is not None:
            return wire.answered(asked.call, answer)
        with _judged_already(asked.call):
            response = self._moto(environ)
        changed = False
        for rule in rules.afters(asked.call.operation) if response.status < 400 else ():
            if answer is None:
                answer = wire.answer_of(asked.call, response)
            other = rule(asked, answer)
            answer, changed = (other, True) if other is not None else (answer, changed)
        return wire.answered(asked.call, answer) if changed and answer is not None else response

    def _moto(self, environ: Environ) -> Response:
        said: list[Any] = []
        body = b"".join(self.moto(environ, lambda status, headers, *_: said.extend((status, headers))))
        return Response(int(str(said[0]).split()[0]), list(said[1]), body)

    def _told(self, environ: Environ, what: str) -> Response:
        """What is asked below /strict/."""
        body = get_input_stream(environ).read()
        try:
            given = json.loads(body or b"{}")
            query = parse_qs(str(environ.get("QUERY_STRING", "")))
            return _json(200, self._control(f"{environ['REQUEST_METHOD']} {what}", given, query))
        except UnheardError as refusal:
            return _json(refusal.status, {"error": str(refusal)})
        except LookupError:
            return _json(404, {"error": f"no such page: {what}"})
        except (TypeError, ValueError) as error:
            return _json(400, {"error": str(error)})

    def _control(self, what: str, given: dict[str, Any], query: dict[str, list[str]]) -> Any:
        if what.startswith("POST agents/"):
            return self._agent(given, *what.removeprefix("POST agents/").split("/"))
        if what.startswith("POST targets/"):
            with self.lock:
                return targets.report(self.memory, what.removeprefix("POST targets/"), given)
        pages: dict[str, Callable[[], Any]] = {
            "GET calls": lambda: [call.as_json() for call in list(self.log)],
            "DELETE calls": self.log.clear,
            "GET state": lambda: self.state(query.get("names", ["0"])[0] == "1"),
            "POST faults": lambda: self.faults.add(**given) and None,
            "DELETE faults": self.faults.clear,
            "GET settings": self.settings.as_json,
            "POST settings": lambda: self.change(given),
            "POST settle": self.settle,
            "POST maintain": self.maintain,
            "POST reset": self.reset,
        }
        return pages[what]()

    def _agent(self, given: dict[str, Any], identifier: str, *rest: str) -> Any:
        """``agents/i-…`` is a ping, ``agents/i-…/commands/…`` an answer."""
        with self.lock:
            if not rest:
                return agents.ping(self.memory, identifier, str(given.get("version", "")))
            kind, command = rest
            if kind != "commands":
                raise LookupError(kind)
            return agents.answer(
                self.memory, identifier, command, int(given["code"]), str(given.get("stdout", "")), str(given.get("stderr", ""))
            )


@contextmanager
def _judged_already(call: Call) -> Iterator[None]:
    """``authorize`` has; moto would judge again, and has no name for what Route 53 is asked for."""
    before = moto_settings.INITIAL_NO_AUTH_ACTION_COUNT
    if call.service == "route53":
        moto_settings.INITIAL_NO_AUTH_ACTION_COUNT = float("inf")
    try:
        yield
    finally:
        moto_settings.INITIAL_NO_AUTH_ACTION_COUNT = before


def _with(environ: Environ, body: bytes) -> Environ:
    """The same request once more: what was read can be read again."""
    fresh = {name: value for name, value in environ.items() if name not in ("HTTP_TRANSFER_ENCODING", "werkzeug.request")}
    return {**fresh, "wsgi.input": io.BytesIO(body), "CONTENT_LENGTH": str(len(body)), "wsgi.input_terminated": True}


def _sent(response: Response, start: Start) -> Iterable[bytes]:
    start(f"{response.status} {'OK' if response.status < 400 else 'ERROR'}", response.headers)
    return [response.body]


def _json(status: int, value: Any) -> Response:
    body = json.dumps(value, default=str).encode()
    return Response(status, [("Content-Type", "application/json"), ("Content-Length", str(len(body)))], body)


def _cut(environ: Environ) -> None:
    connection = environ.get("werkzeug.socket")
    if isinstance(connection, socket.socket):
        connection.shutdown(socket.SHUT_RDWR)
