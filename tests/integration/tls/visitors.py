# SPDX-License-Identifier: GPL-3.0-or-later
"""Users of a host over TLS: one answer, and many who come anew or stay while something is done to the certificate."""

from __future__ import annotations

import http.client
import json
import socket
import ssl
import threading
import time
from collections import Counter
from typing import Any, NamedTuple

PATIENCE = 10.0


class Answer(NamedTuple):
    """``serial`` of the certificate and ``spoken`` protocols, where there was TLS; ``seen``: headers as the application got them."""

    status: int
    headers: dict[str, str]
    text: str
    serial: str = ""
    spoken: tuple[str, str] = ("", "")

    @property
    def seen(self) -> dict[str, str]:
        found: dict[str, str] = json.loads(self.text)
        return found


def context(root: str, alpn: list[str] | None = None) -> ssl.SSLContext:
    made = ssl.create_default_context(cadata=root)
    made.set_alpn_protocols(alpn or ["http/1.1"])
    return made


def _connected(address: str, name: str, root: str, alpn: list[str] | None = None) -> ssl.SSLSocket:
    return context(root, alpn).wrap_socket(socket.create_connection((address, 443), PATIENCE), server_hostname=name)


def secure(address: str, name: str, root: str, path: str = "/", alpn: list[str] | None = None, **headers: str) -> Answer:
    """As ``name``, at ``address``; its certificate is verified as browsers do."""
    with _connected(address, name, root, alpn) as made:
        spoken = (made.version() or "", made.selected_alpn_protocol() or "")
        serial = (made.getpeercert() or {}).get("serialNumber", "")
        if spoken[1] == "h2":
            return Answer(0, {}, "", str(serial).lstrip("0"), spoken)
        return _exchange(made, name, path, headers)._replace(serial=str(serial).lstrip("0"), spoken=spoken)


def plain(address: str, name: str, path: str = "/", port: int = 80, **headers: str) -> Answer:
    with socket.create_connection((address, port), PATIENCE) as made:
        return _exchange(made, name, path, headers)


def _exchange(made: socket.socket, name: str, path: str, headers: dict[str, str]) -> Answer:
    lines = "".join(f"{key.replace('_', '-')}: {value}\r\n" for key, value in headers.items())
    made.sendall(f"GET {path} HTTP/1.1\r\nHost: {name}\r\n{lines}Connection: close\r\n\r\n".encode())
    answer = http.client.HTTPResponse(made)
    answer.begin()
    text = answer.read().decode()
    return Answer(answer.status, {key.lower(): value for key, value in answer.getheaders()}, text)


class Crowd:
    """``came``: serial of the certificate to how many new connections got it; ``failed`` and ``cut``: what went wrong, by its words."""

    def __init__(self, address: str, name: str, root: str, new: int = 3, long: int = 3) -> None:
        self._where, self._end = (address, name, root), threading.Event()
        self.came: Counter[str] = Counter()
        self.failed: Counter[str] = Counter()
        self.cut: Counter[str] = Counter()
        self.held, self.slowest = 0, 0.0
        work = [self._come] * new + [self._stay] * long
        self._threads = [threading.Thread(target=one, daemon=True) for one in work]

    def __enter__(self) -> Crowd:
        for one in self._threads:
            one.start()
        time.sleep(1)
        return self

    def __exit__(self, *_: Any) -> None:
        time.sleep(1)
        self._end.set()
        for one in self._threads:
            one.join(PATIENCE)

    def _come(self) -> None:
        while not self._end.is_set():
            began = time.monotonic()
            try:
                answer = secure(*self._where)
                self.came[answer.serial] += 1
                if answer.status != 200:
                    self.failed[str(answer.status)] += 1
            except (OSError, http.client.HTTPException) as error:
                self.failed[f"{type(error).__name__}: {error}"] += 1
            self.slowest = max(self.slowest, time.monotonic() - began)

    def _stay(self) -> None:
        """One connection, and a request on it every tenth of a second."""
        address, name, root = self._where
        try:
            with _connected(address, name, root) as made:
                while not self._end.is_set():
                    made.sendall(f"GET / HTTP/1.1\r\nHost: {name}\r\n\r\n".encode())
                    answer = http.client.HTTPResponse(made)
                    answer.begin()
                    answer.read()
                    assert answer.status == 200 and not answer.will_close, f"{answer.status}, to be closed: {answer.will_close}"
                    self.held += 1
                    time.sleep(0.1)
        except (OSError, http.client.HTTPException, AssertionError) as error:
            self.cut[f"{type(error).__name__}: {error}"] += 1

    def told(self) -> str:
        return (
            f"{sum(self.came.values())} new connections on {len(self.came)} certificates, {sum(self.failed.values())} failed, "
            f"{self.held} requests on long ones, {sum(self.cut.values())} cut, slowest {1000 * self.slowest:.0f} ms"
        )
