# SPDX-License-Identifier: GPL-3.0-or-later
"""restic's and the store's words for what goes wrong, and for each what a person has to do. Pure.

restic repeats for a quarter of an hour what cannot be cured by waiting (a wrong key, a full bucket): whoever reads its lines
stops it there.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import NamedTuple

#: exit codes of restic 0.17 and newer
NO_REPOSITORY, LOCKED, WRONG_PASSWORD = 10, 11, 12


class Known(NamedTuple):
    """``hopeless``: no use in waiting for it to pass."""

    pattern: str
    sentence: str
    hopeless: bool = True


_FULL = "the bucket is full: nothing was saved. Give it more room or its quota a higher value, or prune; then: {again}"
_KEY = "the store does not know the key: correct backup_access_key and backup_secret_key to those of this bucket, converge, then: {again}"
_BUCKET = "the bucket does not exist: make it, or correct backup_repository; then: {again}"
_REFUSED = "the store refuses what this key asks for: see that the bucket is there and lets it read, write and list; then: {again}"
_SILENT = "the store does not answer: see that it runs and that this host may reach it; then: {again}"
_TAKES_NOTHING = "the store takes nothing more: it is full, its quota is reached, or it is broken. Look at it, then: {again}"
_AUTHORITY = "the store's certificate is of an authority that this host does not know: set backup_ca_certificate; then: {again}"

#: what a store says that does not say why: once it may pass, for a minute it does not
_NOTHING_TAKEN = r"PutObject: We encountered an internal error"
_ATTEMPTS = 6

KNOWN = (
    Known(r"QuotaExceeded|quota exceeded|InsufficientStorage|Insufficient Storage|[Nn]o writable volumes|StorageFull", _FULL),
    Known(r"SignatureDoesNotMatch|request signature we calculated|access key I[Dd] you provided|InvalidAccessKeyId|ExpiredToken", _KEY),
    Known(r"NoSuchBucket|specified bucket does not exist", _BUCKET),
    Known(r"x509|unknown authority", _AUTHORITY),
    Known(_NOTHING_TAKEN, _TAKES_NOTHING, hopeless=False),
    Known(r"Access ?Denied", _REFUSED, hopeless=False),
    Known(r"no such host|connection refused|no route to host|i/o timeout|network is unreachable|connection reset", _SILENT, hopeless=False),
)


def hopeless(line: str) -> bool:
    """Whether restic says something that its own patience does not cure."""
    return any(known.hopeless and re.search(known.pattern, line) for known in KNOWN)


def exhausted(lines: Iterable[str]) -> bool:
    """Whether it was said often enough that the store takes nothing."""
    return sum(bool(re.search(_NOTHING_TAKEN, line)) for line in lines) >= _ATTEMPTS


def sentence(code: int, said: str, repository: str, again: str) -> str:
    """``code`` and ``said``: how restic ended; ``again``: the command to repeat."""
    if code == WRONG_PASSWORD:
        return f"{repository}: backup_password is another repository's and does not open it: take the one written down; then: {again}"
    if code == NO_REPOSITORY:
        return f"{repository}: there is no repository. Make it, once: sudo echodiary-backup init; then: {again}"
    if code == LOCKED:
        return f"{repository}: {_holder(said)}. Wait for it to end; if it was killed, its lock is stale after 30 min; then: {again}"
    for known in KNOWN:
        if re.search(known.pattern, said):
            return f"{repository}: {known.sentence.format(again=again)}"
    return f"{repository}: restic ended with {code}: {last(said)}; see journalctl, then: {again}"


def unreachable(repository: str, why: str, again: str) -> str:
    """Found out before restic was asked."""
    return f"{repository}: the store does not answer ({why}): see that it runs and that this host may reach it; then: {again}"


def _holder(said: str) -> str:
    found = re.search(r"locked (?:exclusively )?by ([^\n]*)", said)
    return f"it is locked by {found[1].strip()}" if found else "it is locked by another run"


def last(said: str) -> str:
    """What is worth a line of it."""
    lines = [line.strip() for line in said.splitlines() if line.strip()]
    told = [line for line in lines if line.startswith(("Fatal:", "subprocess", "error:"))] or lines
    return " / ".join(dict.fromkeys(told[-3:]))[:500] or "without a word"
