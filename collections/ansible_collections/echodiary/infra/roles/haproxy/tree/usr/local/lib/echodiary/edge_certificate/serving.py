# SPDX-License-Identifier: GPL-3.0-or-later
"""What HAProxy serves, and handing it what its file holds now: new connections get it, and none that is open ends."""

from __future__ import annotations

import re
import socket
from datetime import UTC, datetime
from typing import NamedTuple

from . import pair, places
from .config import Config
from .errors import TlsError


class Served(NamedTuple):
    """``begin``, ``end``: s since 1970."""

    fingerprint: str
    begin: float
    end: float


def asked(place: str, command: str) -> str:
    try:
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
            connection.settimeout(10)
            connection.connect(place)
            connection.sendall(command.encode() + b"\n")
            return b"".join(iter(lambda: connection.recv(65536), b"")).decode(errors="replace")
    except OSError as error:
        raise TlsError(f"HAProxy does not answer at {place} ({error.strerror or error}); look at: systemctl status haproxy") from error


def served(config: Config) -> Served:
    said = asked(config["socket"], f"show ssl cert {config['site']}")
    found = dict(re.findall(r"(?m)^([^:\n]+): (.*)$", said))
    if "SHA1 FingerPrint" not in found:
        why = " ".join(said.split())[:120]
        raise TlsError(f"HAProxy serves nothing from {config['site']} ({why}); converge component haproxy on this host")
    return Served(found["SHA1 FingerPrint"], _moment(found["notBefore"]), _moment(found["notAfter"]))


def _moment(text: str) -> float:
    return datetime.strptime(text.strip(), "%b %d %H:%M:%S %Y %Z").replace(tzinfo=UTC).timestamp()


def hand_over(config: Config) -> bool:
    """Whether it serves another one now. What is judged unfit is not even offered."""
    site = config["site"]
    found = pair.parse(places.text(site))
    known = pair.judge(found, config["names"], site)
    if served(config).fingerprint == known.fingerprint:
        return False
    for command, wanted in ((f"set ssl cert {site} <<\n{found.text}", "ransaction"), (f"commit ssl cert {site}", "Success")):
        said = asked(config["socket"], command)
        if wanted not in said:
            asked(config["socket"], f"abort ssl cert {site}")
            raise TlsError(f"HAProxy does not take the certificate of {site}: {' '.join(said.split())[:300]}")
    if served(config).fingerprint != known.fingerprint:
        raise TlsError(f"HAProxy goes on serving another certificate than that of {site}; systemctl reload haproxy makes it read the file")
    return True
