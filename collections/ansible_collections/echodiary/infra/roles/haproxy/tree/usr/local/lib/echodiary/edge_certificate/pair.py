# SPDX-License-Identifier: GPL-3.0-or-later
"""A certificate with its chain and key, and whether it can be served: all of it is judged before HAProxy sees any."""

from __future__ import annotations

import itertools
import os
import re
import tempfile
import time
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import NamedTuple

from . import openssl
from .errors import TlsError

_BLOCK = re.compile(r"-----BEGIN ([A-Z0-9 ]+)-----.+?-----END \1-----", re.DOTALL)
_CERTIFICATE = "CERTIFICATE"


class Pair(NamedTuple):
    """PEM: ``chain`` begins with the certificate itself; ``key`` is empty where there is none."""

    chain: tuple[str, ...]
    key: str

    @property
    def text(self) -> str:
        return "\n".join([*self.chain, self.key]) + "\n"

    @property
    def issued(self) -> str:
        return "\n".join(self.chain) + "\n"


class Facts(NamedTuple):
    """``begin``, ``end``: s since 1970; ``fingerprint``: SHA-1, as HAProxy tells it; ``own``: signed by nobody else."""

    begin: float
    end: float
    names: tuple[str, ...]
    fingerprint: str
    own: bool

    @property
    def life(self) -> float:
        return self.end - self.begin


def parse(text: str) -> Pair:
    """Pure."""
    blocks = [(match[1], match[0]) for match in _BLOCK.finditer(text)]
    keys = [block for kind, block in blocks if kind.endswith("PRIVATE KEY")]
    return Pair(tuple(block for kind, block in blocks if kind == _CERTIFICATE), keys[0] if keys else "")


def facts(certificate: str) -> Facts:
    asked = ("-dates", "-fingerprint", "-sha1", "-subject", "-issuer", "-ext", "subjectAltName")
    said = openssl.asked("x509", "-noout", *asked, said=certificate)
    lines = dict(line.split("=", 1) for line in said.splitlines() if "=" in line)
    return Facts(
        _moment(lines["notBefore"]),
        _moment(lines["notAfter"]),
        tuple(re.findall(r"(?:DNS|IP Address):([^,\s]+)", said)),
        next(value for name, value in lines.items() if "ingerprint" in name).replace(":", ""),
        lines.get("subject") == lines.get("issuer"),
    )


def _moment(text: str) -> float:
    return datetime.strptime(text.strip(), "%b %d %H:%M:%S %Y %Z").replace(tzinfo=UTC).timestamp()


def judge(pair: Pair, names: Iterable[str], where: str, now: float | None = None) -> Facts:
    """TlsError for what must not be served; ``where`` it comes from is in its words."""
    now = time.time() if now is None else now
    if not pair.chain:
        raise TlsError(f"{where}: holds no certificate; give one in PEM, with its chain after it")
    if not pair.key:
        raise TlsError(f"{where}: has no private key; give it in PEM")
    known = _known(pair.chain[0], where)
    if public(pair.key, where) != openssl.asked("x509", "-noout", "-pubkey", said=pair.chain[0]):
        raise TlsError(f"{where}: the private key is not that of the certificate; give the two that belong together")
    if known.end <= now:
        raise TlsError(f"{where}: the certificate ended at {told(known.end)}; give one that is valid")
    if known.begin > now:
        raise TlsError(f"{where}: the certificate is not valid before {told(known.begin)}; give one that is, or correct this host's clock")
    missing = [name for name in names if not covers(known.names, name)]
    if missing:
        raise TlsError(f"{where}: the certificate is for {', '.join(known.names) or 'no name'} and does not cover {', '.join(missing)}")
    _check_chain(pair.chain, where)
    return known


def _known(certificate: str, where: str) -> Facts:
    try:
        return facts(certificate)
    except TlsError as error:
        raise TlsError(f"{where}: its certificate cannot be read ({error})") from error


def public(key: str, where: str) -> str:
    if "ENCRYPTED" in key:
        raise TlsError(f"{where}: the private key is encrypted, and nobody is here to type its password; give it without")
    try:
        # an empty password, so that nobody is asked for one
        return openssl.asked("pkey", "-pubout", "-passin", "pass:", said=key)
    except TlsError as error:
        raise TlsError(f"{where}: its private key cannot be read; give it in PEM") from error


def covers(names: Iterable[str], wanted: str) -> bool:
    """As browsers do: a star is one label. Pure."""
    wanted = wanted.lower()
    return any(one.lower() == wanted or (one.startswith("*.") and wanted.partition(".")[2] == one[2:].lower()) for one in names)


def _check_chain(chain: tuple[str, ...], where: str) -> None:
    """Each has to be signed by the next one: what is in disorder some clients refuse."""
    for number, (one, issuer) in enumerate(itertools.pairwise(chain), 2):
        with tempfile.TemporaryDirectory() as place:
            trusted = os.path.join(place, "issuer.pem")
            with open(trusted, "w", encoding="ascii") as handle:
                handle.write(issuer + "\n")
            try:
                openssl.asked("verify", "-partial_chain", "-no_check_time", "-trusted", trusted, said=one)
            except TlsError as error:
                why = "each has to follow the one that it signs"
                raise TlsError(f"{where}: certificate {number} of the chain did not sign the one before it; {why}") from error


def told(moment: float) -> str:
    return datetime.fromtimestamp(moment, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
