# SPDX-License-Identifier: GPL-3.0-or-later
"""Where TLS ends, and whose word about a request's way is taken: judged as far as the controller can, before anything is sent. Pure.

Whether a certificate may be served its host says (``edge-certificate stage``): by its own clock and its own files.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from ...module_utils._kinds import certificates
from .._common.errors import SpecError

NONE, FILES = "none", "files"
#: what HAProxy reads: brought with the rest, or made on the host of what it was given or issued
BROUGHT, MADE = "/etc/echodiary/tls/site.pem", "/var/lib/echodiary/tls/site.pem"
_NAME = r"(\*\.)?([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)*[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?"
_CERTIFICATE = re.compile(r"-----BEGIN CERTIFICATE-----.+?-----END CERTIFICATE-----", re.DOTALL)
_KEY = re.compile(r"-----BEGIN ([A-Z0-9 ]*PRIVATE KEY)-----.+?-----END \1-----", re.DOTALL)


def names(given: Sequence[str], entries: Iterable[Mapping[str, Any]]) -> list[str]:
    """That a certificate has to cover, the first one for who asks by none of them: as declared, or those of the host's applications."""
    hosts = (host for one in entries for host in (one["release"] or {}).get("hosts") or [])
    return list(dict.fromkeys(str(name).lower() for name in given or hosts))


def loaded(given: Mapping[str, Any], entries: Iterable[Mapping[str, Any]]) -> dict[str, str]:
    """File to the fingerprint of what it has to hold, empty where its host makes it; nothing without TLS.

    ``given``: the role's variables without their prefix. SpecError for what cannot be.
    """
    known = names(given["tls_names"], entries)
    wrong = [*_wrong_proxies(given), *(_wrong(given, known) if given["tls"] != NONE else ())]
    if wrong:
        raise SpecError(f"haproxy: {wrong[0]}")
    if given["tls"] == NONE:
        return {}
    return {BROUGHT: certificates.fingerprint(given["tls_certificate"])} if given["tls_certificate"] else {MADE: ""}


def site(certificate: str, key: str) -> str:
    """One file of both, in the order in which HAProxy's own tools write it; empty where there is no certificate."""
    chain, own = _CERTIFICATE.findall(certificate), _KEY.search(key)
    return "\n".join([*chain, own[0] if own else ""]) + "\n" if chain else ""


def _wrong_proxies(given: Mapping[str, Any]) -> Iterator[str]:
    for one in given["trusted_proxies"]:
        try:
            ipaddress.ip_network(one)
        except ValueError as error:
            yield f"haproxy_trusted_proxies: {error}; give networks as in 10.0.0.0/16"
    if given["accept_proxy"] and not given["trusted_proxies"]:
        yield "haproxy_accept_proxy is about haproxy_trusted_proxies alone, and that is empty; list the load balancer's networks"


def _wrong(given: Mapping[str, Any], known: Sequence[str]) -> Iterator[str]:
    for name in known:
        if not re.fullmatch(_NAME, name):
            yield f"haproxy_tls_names: {name!r} is no name of a host"
    if not known:
        yield "nobody says for which names the certificate is; set haproxy_tls_names, or hosts of an application's release"
    if given["tls_port"] == given["port"]:
        yield f"haproxy_tls_port and haproxy_port are both {given['port']}; give them two"
    if given["tls"] == FILES:
        yield from _wrong_files(given)


def _wrong_files(given: Mapping[str, Any]) -> Iterator[str]:
    pem, files = (given["tls_certificate"], given["tls_key"]), (given["tls_certificate_file"], given["tls_key_file"])
    if any(pem) == any(files) or not all(pem if any(pem) else files):
        yield (
            "haproxy_tls: files takes either haproxy_tls_certificate and haproxy_tls_key (PEM), or haproxy_tls_certificate_file and "
            "haproxy_tls_key_file (paths on the host)"
        )
    for name, path in zip(("haproxy_tls_certificate_file", "haproxy_tls_key_file"), files, strict=True):
        if path and not re.fullmatch(r"/[A-Za-z0-9_./@+-]+", path):
            yield f"{name}: {path!r} has to be a whole path without blanks"
    if pem[0] and not _CERTIFICATE.search(pem[0]):
        yield "haproxy_tls_certificate holds no certificate in PEM; it begins with -----BEGIN CERTIFICATE-----"
    if pem[1] and not _KEY.search(pem[1]):
        yield "haproxy_tls_key holds no private key in PEM; it begins with -----BEGIN PRIVATE KEY-----"
