# SPDX-License-Identifier: GPL-3.0-or-later
"""HAProxy's runtime API: which servers of a backend take requests, and telling it which should.

Columns and admin bits: HAProxy's management guide, "show servers state" and "show stat".
"""

from __future__ import annotations

import contextlib
import time

# csv itself takes a host longer to load than all that is read with it
from _csv import reader
from collections.abc import Iterator
from typing import NamedTuple, TypedDict

from . import connections
from .errors import ConvergeError
from .run import run, tail

READY, DRAIN, MAINT = "ready", "drain", "maint"
#: the weight that the configuration gives a server
WHOLE = "100%"
_MAINT_BITS, _DRAIN_BITS = 0x23, 0x18
_RUNNING = "2"
#: between attempts to save (s)
SAVE_PAUSES = (0.3, 1.0)
#: how long until every thread of HAProxy goes by a new address (s)
AIMED_WITHIN, AIM_PAUSE = 5.0, 0.02


class EdgeSpec(TypedDict):
    """Where HAProxy is told, of which backend, and the program that saves what it was told."""

    backend: str
    socket: str
    save: str


class Server(NamedTuple):
    """``admin``: what people and deploys said; ``sessions``: requests in flight; ``weight``: percent of what is configured.

    ``address``: where requests are sent, with its port.

    ``steady``: up, with every check of late passed. A server that was just let in counts as up, yet one failed check takes it
    down again; one that is steady survives all but ``fall`` failures in a row.
    """

    admin: str
    steady: bool
    sessions: int
    weight: int = 100
    address: str = ""


class HaproxyError(ConvergeError):
    """HAProxy cannot be asked, or refuses."""


def servers(edge: EdgeSpec) -> dict[str, Server]:
    """Server name -> state, for the backend of ``edge`` ({"socket", "backend", "save"})."""
    backend = edge["backend"]
    said = ask(edge, f"show servers state {backend};show stat {backend} 4 -1")
    states, _, statistics = said.partition("\n# pxname")
    found = parse(states, "# pxname" + statistics)
    if not found:
        words = " ".join(said.split())[:120]
        raise HaproxyError(f"HAProxy has no backend '{backend}' (it said: {words}); converge component haproxy first")
    return found


def backends(edge: EdgeSpec) -> list[str]:
    """Names of all of them; that of ``edge`` is not asked for."""
    said = ask(edge, "show backend")
    if not said.startswith("# name"):
        raise HaproxyError(f"HAProxy does not name its backends (it said: {' '.join(said.split())[:120]})")
    return said.split()[2:]


def server(edge: EdgeSpec, name: str) -> Server:
    found = servers(edge)
    if name not in found:
        raise HaproxyError(f"HAProxy's backend '{edge['backend']}' has no server '{name}'; converge component haproxy first")
    return found[name]


def parse(states: str, statistics: str) -> dict[str, Server]:
    """Pure: the two answers as text."""
    counted = {row["svname"]: row for row in rows_of(statistics)}
    lines = [line.split() for line in states.splitlines() if line.strip()]
    header = next((line[1:] for line in lines if line[0] == "#"), [])
    rows = [dict(zip(header, line)) for line in lines if len(line) == len(header)]
    return {row["srv_name"]: _server(row, counted.get(row["srv_name"], {})) for row in rows}


def rows_of(statistics: str) -> Iterator[dict[str, str]]:
    """Of "show stat": column -> text. Pure."""
    lines = reader(statistics.lstrip("# ").splitlines())
    header = next(lines, [])
    return ({**dict.fromkeys(header, ""), **dict(zip(header, line))} for line in lines if line)


def _server(row: dict[str, str], counted: dict[str, str]) -> Server:
    health, rise, fall = (int(counted.get(column) or 0) for column in ("check_health", "check_rise", "check_fall"))
    steady = row["srv_op_state"] == _RUNNING and health >= rise + fall - 1
    weight = round(100 * int(row["srv_uweight"]) / max(1, int(row["srv_iweight"])))
    address = f"{row['srv_addr']}:{row['srv_port']}"
    return Server(admin(int(row["srv_admin_state"])), steady, int(counted.get("scur") or 0), weight, address)


def counters(edge: EdgeSpec) -> dict[str, dict[str, str]]:
    """Server name -> its row of "show stat": column -> text."""
    said = ask(edge, f"show stat {edge['backend']} 4 -1")
    found = {row["svname"]: row for row in rows_of(said) if row.get("svname")}
    if not found:
        raise HaproxyError(f"HAProxy counts nothing for backend '{edge['backend']}'; converge component haproxy first")
    return found


def admin(bits: int) -> str:
    return MAINT if bits & _MAINT_BITS else DRAIN if bits & _DRAIN_BITS else READY


def tell(edge: EdgeSpec, server: str, state: str) -> None:
    """Set a server's state, and save it for the next process."""
    command(edge, [state_words(edge, server, state)])


def state_words(edge: EdgeSpec, server: str, state: str) -> str:
    return f"set server {edge['backend']}/{server} state {state}"


def weight_words(edge: EdgeSpec, server: str, weight: int | str) -> str:
    return f"set server {edge['backend']}/{server} weight {weight}"


def aim(edge: EdgeSpec, wanted: dict[str, str]) -> None:
    """``wanted``: servers to the address and port that each sends its requests to.

    HAProxy says at once what it changed, in words of its own, and goes by it a little later: another task of its sets it.
    """
    places = {name: address.rpartition(":") for name, address in wanted.items()}
    said = ask(edge, ";".join(f"set server {edge['backend']}/{name} addr {host} port {port}" for name, (host, _, port) in places.items()))
    deadline = time.monotonic() + AIMED_WITHIN
    while not _aimed(edge, wanted):
        if time.monotonic() > deadline:
            raise HaproxyError(f"HAProxy goes on sending requests elsewhere: {' '.join(said.split())}")
        time.sleep(AIM_PAUSE)
    save(edge)


def _aimed(edge: EdgeSpec, wanted: dict[str, str]) -> bool:
    found = servers(edge)
    return all(name in found and found[name].address == address for name, address in wanted.items())


def command(edge: EdgeSpec, words: list[str]) -> None:
    """Several at once: HAProxy carries them out one right after the other. Then it is saved for the next process."""
    said = " ".join(ask(edge, ";".join(words)).split())
    if said:
        raise HaproxyError(f"HAProxy refuses to {'; '.join(words)}: {said}")
    save(edge)


def save(edge: EdgeSpec) -> None:
    """For the next process: one that starts from an older state would send requests to a slot that was stopped since."""
    if not edge["save"]:
        return
    for pause in (*SAVE_PAUSES, 0.0):
        done = run([edge["save"]], timeout=10)
        if done.code == 0:
            return
        time.sleep(pause)
    raise HaproxyError(
        f"HAProxy's state cannot be saved, so that its next process would go by an older one: {edge['save']} ended with {done.code} "
        f"({tail(done.output, 1)}); look at the disk and the rights of /var/lib/haproxy"
    )


def ask(edge: EdgeSpec, command: str) -> str:
    try:
        with contextlib.closing(connections.to_file(edge["socket"], 5)) as connection:
            connection.sendall(command.encode() + b"\n")
            return b"".join(iter(lambda: connection.recv(65536), b"")).decode(errors="replace")
    except OSError as error:
        why = error.strerror or error
        raise HaproxyError(f"HAProxy does not answer at {edge['socket']} ({why}); look at: systemctl status haproxy") from error
