# SPDX-License-Identifier: GPL-3.0-or-later
"""Whom load may be sent to: the edges of the inventory, and nobody else. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple
from urllib.parse import SplitResult, urlsplit

from .._common.errors import SpecError
from .shapes import Edge

_PORTS = {"http": 80, "https": 443}


class Known(NamedTuple):
    """One host's edge. ``address``: where it is asked; ``addresses``: all that it is known by; ``ports``: scheme to port."""

    host: str
    address: str
    addresses: tuple[str, ...]
    ports: dict[str, int]


def chosen(known: Sequence[Known], names: Sequence[str], given: Sequence[str]) -> list[Edge]:
    """``names``: host names that the inventory declares for the component, which may lead to a load balancer; ``given``: URLs that were
    typed, none for the edge of every host. SpecError for a URL that is nobody's here: nothing is sent to it."""
    name = next((one for one in names if not one.startswith("*")), "")
    if not given:
        return [{"name": one.host, "url": _url(one), "host": name} for one in known]
    found = [_edge(urlsplit(url), known, names, name) for url in dict.fromkeys(given)]
    wrong = [url for url, edge in zip(dict.fromkeys(given), found, strict=True) if edge is None]
    if wrong:
        raise SpecError(
            f"load_targets: {', '.join(wrong)}: no edge of this inventory, so nothing is sent there; it has {_told(known, names)}"
        )
    return [edge for edge in found if edge is not None]


def _edge(url: SplitResult, known: Iterable[Known], names: Iterable[str], name: str) -> Edge | None:
    port = _port(url)
    if url.scheme not in _PORTS or url.path not in ("", "/") or url.query or url.fragment or "@" in url.netloc or not port:
        return None
    asked, base = (url.hostname or "").lower(), f"{url.scheme}://{url.netloc}"
    for one in known:
        if asked in one.addresses and one.ports.get(url.scheme) == port:
            return {"name": one.host, "url": base, "host": name}
    if port == _PORTS[url.scheme] and any(_covers(declared, asked) for declared in names):
        return {"name": asked, "url": base, "host": ""}
    return None


def _port(url: SplitResult) -> int:
    try:
        return url.port or _PORTS.get(url.scheme, 0)
    except ValueError:
        return 0


def _covers(declared: str, asked: str) -> bool:
    """A star is one label, as in a certificate."""
    return declared == asked or (declared.startswith("*.") and "." in asked and declared[2:] == asked.split(".", 1)[1])


def _url(one: Known) -> str:
    """Encrypted where it can be: the other port only redirects there."""
    scheme = "https" if "https" in one.ports else "http"
    port = "" if one.ports[scheme] == _PORTS[scheme] else f":{one.ports[scheme]}"
    return f"{scheme}://{f'[{one.address}]' if ':' in one.address else one.address}{port}"


def _told(known: Sequence[Known], names: Sequence[str]) -> str:
    return ", ".join([*map(_url, known), *(f"https://{one}" for one in names)]) or "none"
