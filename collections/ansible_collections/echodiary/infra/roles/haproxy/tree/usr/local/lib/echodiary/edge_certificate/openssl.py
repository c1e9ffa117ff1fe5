# SPDX-License-Identifier: GPL-3.0-or-later
"""OpenSSL's program, asked through pipes: no key is ever in its arguments, or in a file of its own."""

from __future__ import annotations

import subprocess

from .errors import TlsError

PROGRAM = "openssl"


def asked(*words: str, said: str = "", timeout: float = 20) -> str:
    """What it answers. TlsError with its own words where it refuses."""
    try:
        done = subprocess.run([PROGRAM, *words], input=said, capture_output=True, text=True, timeout=timeout, check=False)
    except FileNotFoundError as error:
        raise TlsError("openssl is not installed here; converge component haproxy on this host") from error
    except subprocess.TimeoutExpired as error:
        raise TlsError(f"openssl {words[0]} did not end within {timeout:g} s") from error
    if done.returncode != 0:
        raise TlsError(f"openssl {words[0]}: {' '.join((done.stderr or done.stdout).split())[:300]}")
    return done.stdout
