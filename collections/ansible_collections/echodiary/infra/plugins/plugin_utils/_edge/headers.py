# SPDX-License-Identifier: GPL-3.0-or-later
"""What the edge adds to answers that do not say it themselves, and what it takes from them. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from .._common.errors import SpecError
from .._common.quoting import haproxy_text

DEFAULTS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "SAMEORIGIN",
    "Referrer-Policy": "strict-origin-when-cross-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
}
#: what else says the same: where an application has it, the edge says nothing
_SAID = {"x-frame-options": "res.hdr(Content-Security-Policy) -m sub frame-ancestors"}
_NAME = re.compile(r"[A-Za-z0-9!#$&'*+.^_`|~-]+")
#: without them HAProxy and clients would not agree on where an answer ends, or a variable of its own says it
_NOT_OURS = {"connection", "content-length", "transfer-encoding", "keep-alive", "upgrade", "strict-transport-security", "x-request-id"}


class Header(NamedTuple):
    """``value``: as HAProxy reads a format, quoted. ``unless``: conditions, besides that the answer has it."""

    name: str
    value: str
    unless: str


class Headers(NamedTuple):
    added: list[Header]
    hidden: list[str]


def headers(given: Mapping[str, Any], hidden: Sequence[str]) -> Headers:
    """``given``: over ``DEFAULTS``, by name in any case; an empty value leaves one out. SpecError for what is no header."""
    for name in [*given, *hidden]:
        if not _NAME.fullmatch(str(name)) or str(name).lower() in _NOT_OURS:
            raise SpecError(f"haproxy: haproxy_headers, haproxy_hidden_headers: '{name}' is no header that the edge could set or remove")
    for name, value in given.items():
        if not isinstance(value, str) or not value.isprintable():
            raise SpecError(f"haproxy: haproxy_headers: {name} has to be one line of text, or '' to leave it out, not {value!r}")
    said = {name.lower() for name in given}
    found = {**{name: value for name, value in DEFAULTS.items() if name.lower() not in said}, **given}
    both = sorted(name for name, value in found.items() if value and name.lower() in {one.lower() for one in hidden})
    if both:
        raise SpecError(f"haproxy: {both[0]} is in haproxy_headers and in haproxy_hidden_headers; keep one")
    return Headers([_header(name, value) for name, value in found.items() if value], list(hidden))


def _header(name: str, value: str) -> Header:
    return Header(name, haproxy_text(value.replace("%", "%%")), _SAID.get(name.lower(), ""))
