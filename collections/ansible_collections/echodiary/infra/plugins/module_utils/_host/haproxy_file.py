# SPDX-License-Identifier: GPL-3.0-or-later
"""HAProxy's configuration, as far as its runtime API can change what it says. Pure.

Read line by line: what is quoted or comes from the environment is not known, and then nothing is said of it.
"""

from __future__ import annotations

from typing import NamedTuple

_SECTIONS = (
    "global", "defaults", "frontend", "backend", "listen", "peers", "resolvers", "userlist", "mailers", "cache", "program", "ring",
    "http-errors", "log-forward", "fcgi-app", "crt-store", "traces", "log-profile",
)  # fmt: skip
#: of global -> what sets it at runtime
RATES = {"maxconnrate": "connections", "maxsessrate": "sessions", "maxsslrate": "ssl-sessions"}


class Server(NamedTuple):
    """``address``: empty for a name; ``checked``: HAProxy asks by itself whether it is well."""

    address: str = ""
    maxconn: str = ""
    disabled: bool = False
    checked: bool = False


class Written(NamedTuple):
    """``frontends``: name to its maxconn, empty where it has none of its own; ``servers``: ``backend/server``.

    ``open_ended``: backends whose servers are not all in the file.
    """

    rates: dict[str, str]
    frontends: dict[str, str]
    servers: dict[str, Server]
    open_ended: frozenset[str]


class _Place:
    """Where in the file, and what holds there by default."""

    def __init__(self) -> None:
        self.section = self.name = ""
        self.maxconn = ""
        self.defaults: list[str] = []
        self.default_server: list[str] = []
        self.disabled: set[str] = set()

    def enter(self, words: list[str]) -> None:
        self.section, self.name = words[0], words[1] if len(words) > 1 else ""
        if self.section == "defaults":
            self.maxconn, self.defaults = "", []
        self.default_server = list(self.defaults)


def read(text: str) -> Written:
    place, found = _Place(), Written({}, {}, {}, frozenset())
    for line in text.splitlines():
        words = line.partition("#")[0].split()
        if words and words[0] in _SECTIONS:
            place.enter(words)
            if place.section in ("frontend", "listen"):
                found.frontends[place.name] = place.maxconn
        elif words:
            found = _line(place, words, found)
    kept = {name: one for name, one in found.frontends.items() if name not in place.disabled}
    return found._replace(frontends=kept)


def _line(place: _Place, words: list[str], found: Written) -> Written:
    word, value = words[0], words[1] if len(words) > 1 else ""
    if place.section == "global" and word in RATES:
        found.rates[word] = value
    elif place.section == "defaults" and word == "maxconn":
        place.maxconn = value
    elif place.name in found.frontends and word == "maxconn":
        found.frontends[place.name] = value
    elif word == "disabled":
        place.disabled.add(place.name)
    elif word == "default-server":
        place.default_server += words[1:]
        place.defaults += words[1:] if place.section == "defaults" else []
    elif word == "server-template":
        return found._replace(open_ended=found.open_ended | {place.name})
    elif word == "server" and place.section in ("backend", "listen") and len(words) > 2:
        found.servers[f"{place.name}/{value}"] = _server(words[2], [*place.default_server, *words[3:]])
    return found


def _server(address: str, options: list[str]) -> Server:
    host, _, port = address.rpartition(":")
    known = bool(host) and port.isdigit() and not host.strip("0123456789.")
    pairs = dict(zip(options, options[1:]))
    disabled = "disabled" in options and "enabled" not in options[options.index("disabled") :]
    return Server(address if known else "", pairs.get("maxconn", ""), disabled, "check" in options and "no-check" not in options)
