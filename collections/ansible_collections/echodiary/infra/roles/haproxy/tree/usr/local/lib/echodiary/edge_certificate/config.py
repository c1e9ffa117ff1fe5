# SPDX-License-Identifier: GPL-3.0-or-later
"""What this host is told, by a file that role haproxy makes and has checked; and where things are."""

from __future__ import annotations

import json
import os
from typing import TypedDict, cast

from .errors import TlsError

#: below the root of all places, which is another one where files are judged before they are there
CONFIG, STAGED, KEY = "etc/echodiary/tls/tls.json", "etc/echodiary/tls/site.pem", "etc/echodiary/tls/key.pem"
#: of this host's account with the authority
ACCOUNT = "/etc/echodiary/tls/account.pem"
#: what the client needs to write into the names' zone
DNS = "/etc/echodiary/tls/dns.json"
#: what this host remembers
STATE = "/var/lib/echodiary/tls/state.json"
#: where the authority's client keeps its own things
CLIENT = "/var/lib/echodiary/tls/lego"


class Acme(TypedDict):
    """``server``: the authority's directory; ``ca``: a file with its own certificate, empty for those that the host trusts. Of all hosts
    one ``orders``, at whose address and ``port`` the others get what it was issued.

    ``challenge``: where the authority looks for its answer, ``http`` or ``dns``; ``provider`` of the zone, in the client's words, and
    ``resolvers`` that it asks whether the answer is there, the host's own where there are none."""

    server: str
    email: str
    ca: str
    orders: bool
    orderer: str
    port: int
    challenge: str
    provider: str
    resolvers: list[str]


class Config(TypedDict):
    """``acme`` is nothing where nobody issues it by the clock.

    ``site``: the file that HAProxy reads; ``names``: that its certificate has to cover. ``certificate_file`` and ``key_file``: of this
    host, empty where ``site`` comes with the configuration. ``textfiles``: the directory of node_exporter. ``socket``: HAProxy's."""

    site: str
    names: list[str]
    certificate_file: str
    key_file: str
    acme: Acme | None
    textfiles: str
    socket: str


def read(root: str = "/") -> Config:
    place = os.path.join(root, CONFIG)
    try:
        with open(place, encoding="utf-8") as handle:
            return cast("Config", json.load(handle))
    except PermissionError as error:
        raise TlsError(f"{place} is root's alone; run it with sudo") from error
    except (OSError, ValueError) as error:
        raise TlsError(f"{place} cannot be read ({error}); converge component haproxy on this host") from error
