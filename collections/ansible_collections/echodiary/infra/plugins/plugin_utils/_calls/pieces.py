# SPDX-License-Identifier: GPL-3.0-or-later
"""A document as pieces that are known by their digest: what a host has of one call is not sent with the next. Pure."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from ...module_utils import _loader
from ...module_utils._host.masking import longest_first

if TYPE_CHECKING:
    from ...module_utils._kinds.model import Json

#: what is no longer than this is sent as it is (characters)
SMALL = 256
#: as JSON says it of a file; in a text its quotes would have strokes before them
SENSITIVE = '"sensitive": true'


class Folded(NamedTuple):
    """``root``: JSON in which ``{_loader.PIECE: digest}`` stands for a piece; ``pieces``: digest -> JSON, which may name others."""

    root: str
    pieces: dict[str, str]


def folded(document: Mapping[str, Any], secrets: Iterable[str] = ()) -> Folded:
    """TypeError for what JSON has no word for. The same document has the same digests on every controller.

    No piece holds one of ``secrets`` or what is marked ``sensitive``: it is kept nowhere, and neither is a digest of it.
    """
    pieces: dict[str, str] = {}
    hidden = [json.dumps(secret)[1:-1] for secret in longest_first(secrets)]
    return Folded(_text(document, hidden, pieces), pieces)


def digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()[:32]


def _text(value: Json, hidden: list[str], pieces: dict[str, str]) -> str:
    whole = json.dumps(value)
    if len(whole) <= SMALL:
        return whole
    if isinstance(value, Mapping) and not value.get("sensitive"):
        # JSON has texts for names, whatever Python has
        inside = ", ".join(f"{json.dumps({name: 0})[1:-4]}: {_piece(one, hidden, pieces)}" for name, one in value.items())
        return f"{{{inside}}}"
    if isinstance(value, (list, tuple)):
        return f"[{', '.join(_piece(one, hidden, pieces) for one in value)}]"
    return whole


def _piece(value: Json, hidden: list[str], pieces: dict[str, str]) -> str:
    text = _text(value, hidden, pieces)
    if len(text) <= SMALL or SENSITIVE in text or any(secret in text for secret in hidden):
        return text
    name = digest(text.encode())
    pieces[name] = text
    return json.dumps({_loader.PIECE: name})
