# SPDX-License-Identifier: GPL-3.0-or-later
"""The HAProxy that sends requests on. Targets come and go through its socket; it is started anew, without a lost connection, only where a
listener or a group does."""

from __future__ import annotations

import signal
import socket
import subprocess
import time
from collections.abc import Mapping
from pathlib import Path

from .model import Declared, Group, Listener, Target

PLACE = Path("/run/balancer")
CERTIFICATE = Path("/etc/balancer/tls.pem")
#: of each group; more targets than that are not sent anything
SLOTS = 24
#: as AWS's: a connection that is idle is kept for a minute, a target has ten seconds to take one, and nothing is tried twice
HEAD = """\
global
    stats socket {place}/haproxy.sock mode 600 level admin

defaults
    mode http
    timeout connect 10s
    timeout client 60s
    timeout server 60s
    timeout http-keep-alive 60s
    retries 0
    option forwardfor

frontend itself
    bind :{port}
    http-request return status 200
"""
#: where it says that it runs
PORT = 9000
Assigned = dict[tuple[str, str], tuple[int, Target, bool]]


def configuration(declared: Declared, assigned: Assigned | None = None) -> str:
    """``assigned``: as targets are now, so that one that is started anew sends nobody away."""
    listeners = [_listener(one) for one in declared.listeners if not one.tls or CERTIFICATE.exists()]
    return "\n".join([HEAD.format(place=PLACE, port=PORT), *listeners, *(_group(one, assigned or {}) for one in declared.groups)])


def _listener(one: Listener) -> str:
    how = f" ssl crt {CERTIFICATE} alpn h2,http/1.1" if one.tls else ""
    send = f"default_backend {one.group}" if one.group else f"http-request redirect scheme {one.scheme} code 301"
    return f"""\
frontend port_{one.port}
    bind :{one.port}{how}
    http-request set-header X-Forwarded-Proto {"https" if one.tls else "http"}
    http-request set-header X-Forwarded-Port {one.port}
    {send}
"""


def _group(one: Group, assigned: Assigned) -> str:
    its = {slot: (target, takes) for (name, _), (slot, target, takes) in assigned.items() if name == one.name}
    servers = "\n".join(_server(slot, *its.get(slot, (Target("127.0.0.1", 1), False))) for slot in range(1, SLOTS + 1))
    return f"""\
backend {one.name}
    balance {"leastconn" if one.least else "roundrobin"}
{servers}
"""


def _server(slot: int, target: Target, takes: bool) -> str:
    return f"    server target{slot} {target.address}:{target.port}{'' if takes else ' disabled'}"


class HAProxy:
    """``assigned``: group and target -> its slot, and whether it takes requests."""

    def __init__(self) -> None:
        self._text = ""
        self._process: subprocess.Popen[bytes] | None = None
        self.assigned: Assigned = {}

    def stop(self) -> None:
        if self._process:
            self._process.terminate()
            self._process.wait(10)

    def follow(self, declared: Declared, taking: Mapping[str, set[str]]) -> None:
        """``taking``: group -> the targets that get requests."""
        text = configuration(declared)
        if text != self._text:
            self._start(configuration(declared, self.assigned))
            self._text = text
        for group in declared.groups:
            self._targets(group, taking.get(group.name, set()))

    def _start(self, text: str) -> None:
        """What is in flight ends in the process before."""
        PLACE.mkdir(parents=True, exist_ok=True)
        (PLACE / "haproxy.cfg").write_text(text)
        if self._process is None:
            self._process = subprocess.Popen(["haproxy", "-W", "-db", "-f", str(PLACE / "haproxy.cfg")])
        else:
            self._process.send_signal(signal.SIGUSR2)
            time.sleep(1)
        self._answers()

    def _answers(self) -> None:
        end = time.monotonic() + 15
        while True:
            try:
                self._say("show version")
                return
            except OSError:
                if time.monotonic() > end:
                    raise
                time.sleep(0.1)

    def _targets(self, group: Group, taking: set[str]) -> None:
        known = {one: its for (name, one), its in self.assigned.items() if name == group.name}
        for one in known:
            if one not in group.targets and one not in group.draining:
                self._leave(group, one)
        for one, target in group.targets.items():
            before = known.get(one)
            if before is None or before[1] != target:
                self._enter(group, one, target)
            self._set(group, one, one in taking)
        for one in group.draining & set(known):
            self._set(group, one, False)

    def _enter(self, group: Group, one: str, target: Target) -> None:
        used = {slot for (name, _), (slot, _, _) in self.assigned.items() if name == group.name}
        slot = min(set(range(1, SLOTS + 1)) - used)
        self._say(f"set server {group.name}/target{slot} addr {target.address} port {target.port}")
        self.assigned[group.name, one] = slot, target, False

    def _set(self, group: Group, one: str, takes: bool) -> None:
        slot, target, before = self.assigned[group.name, one]
        if takes != before:
            self._say(f"set server {group.name}/target{slot} state {'ready' if takes else 'maint'}")
            self.assigned[group.name, one] = slot, target, takes

    def _leave(self, group: Group, one: str) -> None:
        """Its time is over: what is still in flight is cut off."""
        self._set(group, one, False)
        slot, _, _ = self.assigned.pop((group.name, one))
        self._say(f"shutdown sessions server {group.name}/target{slot}")

    def _say(self, words: str) -> str:
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
            connection.settimeout(5)
            connection.connect(str(PLACE / "haproxy.sock"))
            connection.sendall(f"{words}\n".encode())
            return b"".join(iter(lambda: connection.recv(4096), b"")).decode().strip()
