# SPDX-License-Identifier: GPL-3.0-or-later
"""What the host that orders was issued, it shows to everybody who comes over TLS: the others take it from there.

Nothing secret is sent: all of them have the key. That it is their own host which answers its proof of the same key says.
"""

from __future__ import annotations

from . import openssl, pair, places
from .config import Acme, Config
from .errors import TlsError
from .pair import Pair


def fetch(config: Config, acme: Acme, key: str) -> Pair | None:
    """Nothing where it has its placeholder, or none that is newer than ours."""
    where = f"{acme['orderer']}:{acme['port']}"
    address = f"[{acme['orderer']}]:{acme['port']}" if ":" in acme["orderer"] else where
    name = config["names"][0].replace("*", "www", 1)
    try:
        said = openssl.asked("s_client", "-connect", address, "-servername", name, "-showcerts", timeout=20)
    except TlsError as error:
        raise TlsError(f"{where}, which orders for all hosts, shows no certificate ({error})") from error
    found = Pair(pair.parse(said).chain, key)
    if not found.chain:
        raise TlsError(f"{where}, which orders for all hosts, shows no certificate")
    if pair.facts(found.chain[0]).own or places.text(f"{config['site']}.issued") == found.issued:
        return None
    pair.judge(found, config["names"], where)
    return found
