# SPDX-License-Identifier: GPL-3.0-or-later
"""A certificate is ordered by lego, for the key and the account that git says.

The authority's question HAProxy answers on every host; or lego writes the answer into the zone of the names, and takes it away afterwards.
"""

from __future__ import annotations

import glob
import json
import os
import shutil
import subprocess
from urllib.parse import urlsplit

from . import config as configs
from . import openssl, pair, places
from .config import Acme, Config
from .errors import TlsError
from .pair import Pair

PATIENCE = 240
#: lego wants a port to answer at; nobody asks it, since HAProxy knows the answer
NOWHERE = "127.0.0.1:8402"


def order(config: Config, acme: Acme, key: str) -> Pair:
    """TlsError with the authority's words where it issues none."""
    request = _request(config, key)
    _account(acme)
    shutil.rmtree(f"{configs.CLIENT}/certificates", ignore_errors=True)
    words = ["--path", configs.CLIENT, "--server", acme["server"], "--email", acme["email"], "--accept-tos", "--csr", request]
    _run([*words, *challenge(acme), "run"], acme)
    made = [path for path in glob.glob(f"{configs.CLIENT}/certificates/*.crt") if not path.endswith(".issuer.crt")]
    found = Pair(pair.parse(places.text(made[0]) if made else "").chain, key)
    pair.judge(found, config["names"], f"issued by {acme['server']}")
    return found


def challenge(acme: Acme) -> list[str]:
    """Pure."""
    if acme["challenge"] == "http":
        return ["--http", "--http.port", NOWHERE]
    return ["--dns", acme["provider"], *(word for one in acme["resolvers"] for word in ("--dns.resolvers", one))]


def _request(config: Config, key: str) -> str:
    """For our own key: it stays where it is, and every host has it already."""
    os.makedirs(configs.CLIENT, 0o700, exist_ok=True)
    names = "subjectAltName=" + ",".join(f"DNS:{name}" for name in config["names"])
    place = f"{configs.CLIENT}/request.pem"
    places.write(place, openssl.asked("req", "-new", "-key", "/dev/stdin", "-subj", "/", "-addext", names, said=key))
    return place


def _account(acme: Acme) -> None:
    """Where lego looks for its key, and in the form that it reads. Of another one it forgets what it was told."""
    server = urlsplit(acme["server"]).netloc.replace(":", "_")
    folder = f"{configs.CLIENT}/accounts/{server}/{acme['email']}"
    place = f"{folder}/keys/{acme['email']}.key"
    key = openssl.asked("pkey", "-traditional", "-passin", "pass:", said=places.text(configs.ACCOUNT))
    if places.text(place) != key:
        shutil.rmtree(folder, ignore_errors=True)
        os.makedirs(os.path.dirname(place), 0o700)
        places.write(place, key)


def _zone(acme: Acme) -> dict[str, str]:
    """By which lego may write into it: told to it alone, and on no command line."""
    if acme["challenge"] == "http":
        return {}
    try:
        return {str(name): str(value) for name, value in json.loads(places.text(configs.DNS) or "{}").items()}
    except (ValueError, AttributeError) as error:
        raise TlsError(f"{configs.DNS} cannot be read ({error}); converge component haproxy on this host") from error


def _run(words: list[str], acme: Acme) -> None:
    trusted = {"LEGO_CA_CERTIFICATES": acme["ca"]} if acme["ca"] else {}
    environment = {"PATH": os.environ.get("PATH", "/usr/bin:/bin"), **_zone(acme), **trusted}
    try:
        done = subprocess.run(["lego", *words], env=environment, capture_output=True, text=True, timeout=PATIENCE, check=False)
    except FileNotFoundError as error:
        raise TlsError("lego is not installed here; converge component haproxy on this host") from error
    except subprocess.TimeoutExpired as error:
        raise TlsError(f"{acme['server']} issued nothing within {PATIENCE} s") from error
    if done.returncode != 0:
        said = [line.strip() for line in (done.stdout + done.stderr).splitlines() if line.strip()]
        raise TlsError(f"{acme['server']} issued nothing: {' '.join(said[-3:])[-600:]}")
