# SPDX-License-Identifier: GPL-3.0-or-later
"""Where TLS ends, and whose word about a request's way is taken: judged as far as the controller can, before anything is sent. Pure.

Whether a certificate may be served its host says (``edge-certificate stage``): by its own clock and its own files.
"""

from __future__ import annotations

import base64
import hashlib
import ipaddress
import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from ...module_utils._kinds import certificates
from .._common.errors import SpecError

NONE, FILES, ACME = "none", "files", "acme"
#: where an authority looks for its answer
HTTP, DNS = "http", "dns"
#: of the names of a client's variables, what says that the value is shown nowhere
_SECRET = re.compile("KEY|SECRET|TOKEN|PASSWORD")
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
    if given["tls"] == ACME:
        yield from _wrong_acme(given, known)


def _wrong_acme(given: Mapping[str, Any], known: Sequence[str]) -> Iterator[str]:
    if any(given[key] for key in ("tls_certificate", "tls_certificate_file", "tls_key_file")):
        yield "haproxy_tls: acme has its certificate issued, so none is to be given; take haproxy_tls: files for one that you have"
    for key in ("tls_key", "acme_account_key"):
        if not _KEY.search(given[key]):
            make = "openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256"
            yield f"haproxy_{key} holds no private key in PEM, which haproxy_tls: acme needs; make one, for your secrets: {make}"
    if given["tls_key"] and given["tls_key"] == given["acme_account_key"]:
        yield "haproxy_tls_key and haproxy_acme_account_key are the same key, which authorities refuse; make two"
    if not re.fullmatch(r"[A-Za-z0-9._+-]+@[A-Za-z0-9.-]+", given["acme_email"]):
        yield f"haproxy_acme_email: {given['acme_email']!r} is no address that an authority could write to"
    if not given["acme_server"].startswith("https://"):
        yield f"haproxy_acme_server: {given['acme_server']!r} has to begin with https://"
    yield from _wrong_dns(given) if given["acme_challenge"] == DNS else _wrong_http(given, known)
    for name in known:
        if "." not in name:
            yield f"haproxy_tls_names: {name}: an authority issues nothing for it; give whole names, as in echodiary.example"


def _wrong_http(given: Mapping[str, Any], known: Sequence[str]) -> Iterator[str]:
    if given["acme_dns_environment"] or given["acme_dns_resolvers"]:
        yield "haproxy_acme_dns_environment and haproxy_acme_dns_resolvers are for haproxy_acme_challenge: dns, and it is http"
    for name in known:
        if name.startswith("*"):
            ask = "list the names themselves, or take haproxy_acme_challenge: dns"
            yield f"haproxy_tls_names: {name}: an authority that asks over HTTP issues nothing for it; {ask}"


def _wrong_dns(given: Mapping[str, Any]) -> Iterator[str]:
    if not re.fullmatch("[a-z0-9]+", given["acme_dns_provider"]):
        yield f"haproxy_acme_dns_provider: {given['acme_dns_provider']!r} is no provider of lego's; on a host: lego dnshelp"
    for name, value in given["acme_dns_environment"].items():
        if not re.fullmatch("[A-Z][A-Z0-9_]*", str(name)) or not isinstance(value, (str, int)):
            yield f"haproxy_acme_dns_environment: {name} has to be a variable of lego's environment, with a text; on a host: lego dnshelp"
    for one in given["acme_dns_resolvers"]:
        if not re.fullmatch(r"[A-Za-z0-9._-]+(:[0-9]{1,5})?|\[[0-9A-Fa-f:.]+\](:[0-9]{1,5})?", one):
            yield f"haproxy_acme_dns_resolvers: {one!r} is no name server; give them as in 10.0.0.2:53"


def secrets(environment: Mapping[str, Any]) -> list[str]:
    """Of a client's variables, the values that are shown nowhere."""
    return [str(value) for name, value in environment.items() if value and _SECRET.search(str(name)) and not str(name).endswith("_FILE")]


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


def key(text: str) -> str:
    """The key alone, without what stands around it; empty where there is none."""
    found = _KEY.search(text)
    return found[0] + "\n" if found else ""


def orderer(entries: Iterable[Mapping[str, Any]], chosen: str) -> dict[str, str]:
    """Host and address of the one that orders for all that have the component: as chosen, or the first by name."""
    fleet = {str(one["host"]): str(one["address"]) for one in entries if one["component"] == "haproxy"}
    host = chosen or min(fleet, default="")
    if host not in fleet:
        known = ", ".join(sorted(fleet)) or "none"
        raise SpecError(f"haproxy_acme_orderer: {host or 'nobody'} has no component haproxy; these have: {known}")
    return {"host": host, "address": fleet[host]}


def thumbprint(text: str) -> str:
    """Of an account's key, as an authority knows it. SpecError for what is no key of an account."""
    # Ansible brings it; who has nothing issued does not load it
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    try:
        return of_public(load_pem_private_key(key(text).encode(), None).public_key())
    except (ValueError, TypeError) as error:
        raise SpecError("haproxy_acme_account_key cannot be read as a private key in PEM without a password; give it so") from error


def of_public(public: object) -> str:
    """RFC 7638."""
    from cryptography.hazmat.primitives.asymmetric import ec, rsa

    if isinstance(public, ec.EllipticCurvePublicKey) and public.curve.name in _CURVES:
        numbers, size = public.public_numbers(), (public.curve.key_size + 7) // 8
        parts = {"crv": _CURVES[public.curve.name], "kty": "EC", "x": _encoded(numbers.x, size), "y": _encoded(numbers.y, size)}
    elif isinstance(public, rsa.RSAPublicKey):
        known = public.public_numbers()
        parts = {"e": _encoded(known.e), "kty": "RSA", "n": _encoded(known.n)}
    else:
        raise SpecError("haproxy_acme_account_key has to be an EC key of P-256 or P-384, or an RSA key")
    document = json.dumps(parts, separators=(",", ":"), sort_keys=True)
    return _text(hashlib.sha256(document.encode()).digest())


_CURVES = {"secp256r1": "P-256", "secp384r1": "P-384"}


def _encoded(number: int, size: int = 0) -> str:
    return _text(number.to_bytes(size or (number.bit_length() + 7) // 8, "big"))


def _text(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()
