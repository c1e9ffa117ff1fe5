# SPDX-License-Identifier: GPL-3.0-or-later
"""Keys as the inventory has them: judged, made, and as lines of HAProxy's map. Pure, but for where a new one comes from."""

from __future__ import annotations

import hashlib
import re
import secrets
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from ansible.module_utils.common.arg_spec import ArgumentSpecValidator

from .._common.errors import SpecError

if TYPE_CHECKING:
    from .shapes import Key, Keys, Limits

VARIABLE = "ai_gateway_keys"
#: what a key begins with, so that those who look for secrets in texts find it
PREFIX = "sk-gw-"
OPTIONS: dict[str, Any] = {
    "sha256": {"type": "str", "required": True},
    "made": {"type": "str"},
    "requests": {"type": "int"},
    "concurrency": {"type": "int"},
    "tokens_per_day": {"type": "int"},
}
#: each with the least that it may be
LIMITS = {"requests": 1, "concurrency": 1, "tokens_per_day": 0}
#: what HAProxy's integers hold with room to spare
MOST = 1_000_000_000_000
_NAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,62}", re.ASCII)
_DIGEST = re.compile(r"[0-9a-f]{64}", re.ASCII)


class Made(NamedTuple):
    """``key`` is shown once, and kept by nobody."""

    key: str
    digest: str


def checked(given: Mapping[str, Any]) -> Keys:
    """SpecError for what is no key; of a key in clear text not a letter is repeated."""
    found = {name: _checked(name, one) for name, one in given.items()}
    owners: dict[str, str] = {}
    for name, one in found.items():
        other = owners.setdefault(one["sha256"], name)
        if other != name:
            raise SpecError(f"{VARIABLE}: {other} and {name} are the same key; revoke one of them and make it anew")
    return found


def check_name(name: str) -> None:
    if not _NAME.fullmatch(name):
        raise SpecError(f"{VARIABLE}: '{name}' is no name of a key: a to z, 0 to 9, '.', '_' and '-', 63 at most; choose another")


def _checked(name: str, given: Any) -> Key:
    check_name(name)
    if not isinstance(given, Mapping):
        raise SpecError(f"{VARIABLE}: {name} has to be a mapping with the key's sha256; make it: ansible-playbook echodiary.infra.ai_keys")
    result = ArgumentSpecValidator(OPTIONS).validate(dict(given))
    if result.error_messages:
        raise SpecError(f"{VARIABLE}: {name}: it may have {', '.join(OPTIONS)}, and sha256 has to be there")
    known: Key = {key: value for key, value in result.validated_parameters.items() if value is not None}  # type: ignore[assignment]
    if not _DIGEST.fullmatch(known["sha256"]):
        raise SpecError(
            f"{VARIABLE}: {name}: sha256 has to be 64 digits of 0-9 and a-f: the digest of a key and never the key; make a new one"
        )
    _check_limits(f"{VARIABLE}: {name}", known)
    return known


def _check_limits(where: str, known: Mapping[str, Any]) -> None:
    for limit, least in LIMITS.items():
        if not least <= known.get(limit, least) <= MOST:
            raise SpecError(f"{where}: {limit} has to be from {least} to {MOST}, not {known[limit]}")


def lines(given: Mapping[str, Any], defaults: Limits) -> list[str]:
    """``digest name|requests|concurrency|tokens``, in order."""
    _check_limits("role ai_gateway", defaults)
    known = checked(given)
    return sorted(
        f"{one['sha256']} {'|'.join([name, *(str({**defaults, **one}[limit]) for limit in LIMITS)])}" for name, one in known.items()
    )


def made() -> Made:
    key = PREFIX + secrets.token_hex(32)
    return Made(key, hashlib.sha256(key.encode()).hexdigest())


def listed(known: Keys, defaults: Limits | None = None) -> list[str]:
    """A line each for people."""
    return [_line(name, one, defaults) for name, one in sorted(known.items())]


def _line(name: str, one: Key, defaults: Limits | None) -> str:
    known: Mapping[str, Any] = {**(defaults or {}), **one}
    limits = [f"{limit} {known[limit]}" for limit in LIMITS if limit in known]
    return ", ".join([f"{name}: made {one.get('made', 'at an unknown time')}", *limits, f"sha256 {one['sha256'][:12]}…"])


def with_key(known: Keys, name: str, key: Key) -> Keys:
    """One of a name that is there is refused: whoever has the old one would be cut off without being asked."""
    check_name(name)
    if name in known:
        raise SpecError(
            f"{VARIABLE}: {name} is there already; revoke it first, or choose another name (new one, change, then revoke the old)"
        )
    return checked({**known, name: key})


def without(known: Keys, name: str) -> Keys:
    if name not in known:
        there = ", ".join(sorted(known)) or "there is none"
        raise SpecError(f"{VARIABLE}: there is no key '{name}' to revoke; there is: {there}")
    return {other: one for other, one in known.items() if other != name}
