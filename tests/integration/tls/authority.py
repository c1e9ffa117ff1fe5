# SPDX-License-Identifier: GPL-3.0-or-later
"""An authority of the tests' own, which signs what no real one would: certificates that have ended, have not begun, or are for others."""

from __future__ import annotations

import datetime
from typing import NamedTuple

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

DAY = datetime.timedelta(days=1)


class Issued(NamedTuple):
    """PEM; ``chain`` begins with the certificate. ``serial`` in hexadecimal digits."""

    chain: str
    key: str
    serial: str


def key() -> ec.EllipticCurvePrivateKey:
    return ec.generate_private_key(ec.SECP256R1())


def pem(one: ec.EllipticCurvePrivateKey) -> str:
    form = serialization.PrivateFormat.PKCS8
    return one.private_bytes(serialization.Encoding.PEM, form, serialization.NoEncryption()).decode()


def _name(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


def _text(one: x509.Certificate) -> str:
    return one.public_bytes(serialization.Encoding.PEM).decode()


class Authority:
    """A root that clients trust, and an intermediate that signs."""

    def __init__(self) -> None:
        self._root, self._between = key(), key()
        self._root_certificate = self._signed(_name("test root"), self._root, _name("test root"), self._root, True, -DAY, 100 * DAY)
        self._issuer = self._signed(_name("test issuer"), self._between, _name("test root"), self._root, True, -DAY, 90 * DAY)
        self.root = _text(self._root_certificate)

    def issue(
        self,
        *names: str,
        begin: datetime.timedelta = -DAY,
        end: datetime.timedelta = 30 * DAY,
        own: ec.EllipticCurvePrivateKey | None = None,
    ) -> Issued:
        """``begin`` and ``end``: from now."""
        own = own or key()
        made = self._signed(_name(names[0]), own, _name("test issuer"), self._between, False, begin, end, names)
        return Issued(_text(made) + _text(self._issuer), pem(own), f"{made.serial_number:X}")

    @staticmethod
    def _signed(
        subject: x509.Name, own: ec.EllipticCurvePrivateKey, issuer: x509.Name, by: ec.EllipticCurvePrivateKey, signs: bool,
        begin: datetime.timedelta, end: datetime.timedelta, names: tuple[str, ...] = (),
    ) -> x509.Certificate:  # fmt: skip
        now = datetime.datetime.now(datetime.UTC)
        builder = (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(issuer)
            .public_key(own.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now + begin)
            .not_valid_after(now + end)
            .add_extension(x509.BasicConstraints(ca=signs, path_length=None), critical=True)
        )
        if names:
            builder = builder.add_extension(x509.SubjectAlternativeName([x509.DNSName(name) for name in names]), critical=False)
        return builder.sign(by, hashes.SHA256())
