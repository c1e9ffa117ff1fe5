# SPDX-License-Identifier: GPL-3.0-or-later
"""The lab's own authority: it vouches for names of AWS on hosts of the lab, which alone trust it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from typing import NamedTuple

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from lab import keys
from lab.settings import Settings

DAYS = 365


class Certificate(NamedTuple):
    """Both as PEM."""

    certificate: bytes
    key: bytes


def own(lab: Settings) -> Certificate:
    """The authority itself; made once, and gone with the lab."""
    place = lab.state / "cloud"
    files = [place / "authority.pem", place / "authority.key"]
    if not all(file.exists() for file in files):
        made = _signed("the lab's authority", (), None)
        _write(files[0], made.certificate)
        _write(files[1], made.key)
    return Certificate(*(file.read_bytes() for file in files))


def vouched(lab: Settings, names: Iterable[str]) -> Certificate:
    """A server's certificate for these names, made anew."""
    return _signed("front", tuple(names), own(lab))


def alone(title: str, addresses: Iterable[str]) -> Certificate:
    """A server's certificate for these addresses, that nobody vouches for: who asks it knows it."""
    return _signed(title, tuple(addresses), None)


def _signed(title: str, names: tuple[str, ...], by: Certificate | None) -> Certificate:
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, title)])
    now = datetime.now(UTC)
    draft = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(x509.load_pem_x509_certificate(by.certificate).subject if by else subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(days=DAYS))
        .add_extension(x509.BasicConstraints(ca=by is None, path_length=None), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
    )
    if by:
        authority = x509.load_pem_x509_certificate(by.certificate).public_key()
        draft = draft.add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(authority), critical=False)  # type: ignore[arg-type]
    else:
        draft = draft.add_extension(_usage(), critical=True)
    if names:
        draft = draft.add_extension(x509.SubjectAlternativeName([_name(name) for name in names]), critical=False)
    signer = serialization.load_pem_private_key(by.key, None) if by else key
    signed = draft.sign(signer, hashes.SHA256())  # type: ignore[arg-type]
    form = serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    return Certificate(signed.public_bytes(serialization.Encoding.PEM), key.private_bytes(serialization.Encoding.PEM, *form))


def _name(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ip_address(name))
    except ValueError:
        return x509.DNSName(name)


def _usage() -> x509.KeyUsage:
    no = dict.fromkeys(
        ("content_commitment", "key_encipherment", "data_encipherment", "key_agreement", "encipher_only", "decipher_only"), False
    )
    return x509.KeyUsage(digital_signature=True, key_cert_sign=True, crl_sign=True, **no)


def _write(path: Path, content: bytes) -> None:
    keys.write_private(path, content.decode("ascii"))
