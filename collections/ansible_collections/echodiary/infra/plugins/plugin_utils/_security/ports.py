# SPDX-License-Identifier: GPL-3.0-or-later
"""Which ports answer to whom, against what is declared. Pure."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, NamedTuple

from .._firewall import peers
from . import severities
from .shapes import Finding, Found

if TYPE_CHECKING:
    from ...module_utils._security.shapes import Scanned
    from .._firewall.shapes import Opening


#: address and port
Served = tuple[str, int]


class View(NamedTuple):
    """``who``: as people call it. ``stranger``: no host of the inventory. ``known_as``: addresses under which it
    comes, beside the one that it has itself."""

    who: str
    stranger: bool
    known_as: tuple[str, ...]
    scanned: Scanned

    @property
    def answered(self) -> bool:
        return bool(self.scanned["open"] or self.scanned["refused"])


class Seen(NamedTuple):
    port: int
    view: View


def findings(declared: Sequence[Opening], views: Sequence[View], served: frozenset[Served], host: str) -> Found:
    """``served``: where the host answers itself; a program may listen on some of its addresses only."""
    blind = [one for one in views if _is_blind(one)]
    seeing = [one for one in views if one not in blind]
    opened = [Seen(port, view) for view in seeing for port in view.scanned["open"] if not _may(declared, port, view)]
    closed = [Seen(port, view) for view in seeing for port in _missed(declared, served, view)]
    why = [*map(_blindness, blind), *(_rest(one) for one in seeing if one.scanned["left"])]
    return Found([*_open(opened, declared, host), *_closed(closed, declared, host)], "; ".join(why))


def _is_blind(view: View) -> bool:
    """From elsewhere there may be no way to the host at all, which says nothing of its ports. Between hosts there is one."""
    return bool(view.scanned["why"] and view.scanned["left"] and not view.answered and not view.scanned["silent"]) or (
        view.stranger and not view.answered
    )


def _blindness(view: View) -> str:
    reason = view.scanned["why"] or f"nothing at {view.scanned['address']} answers, open or closed"
    return f"{view.who}: {reason}; name a host that may not ask, and has a way there: -e security_stranger=<host>"


def _rest(view: View) -> str:
    return f"{view.who}: {view.scanned['left']} ports of {view.scanned['address']} were not asked ({view.scanned['why']})"


def _may(declared: Iterable[Opening], port: int, view: View) -> bool:
    return any(one.port == port and one.protocol == "tcp" and _means(one, view) for one in declared)


def _means(one: Opening, view: View) -> bool:
    if peers.is_everything(one.networks):
        return True
    return any(_address(known) in network for known in (view.scanned["source"], *view.known_as) for network in one.networks)


def _address(text: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address:
    return ipaddress.ip_address(text.partition("%")[0])


def _missed(declared: Iterable[Opening], served: frozenset[Served], view: View) -> Iterator[int]:
    """What whoever asks may have, the host serves, and does not come through."""
    for port in sorted({one.port for one in declared if one.protocol == "tcp" and _means(one, view)}):
        if (view.scanned["address"], port) in served and port not in view.scanned["open"] and not view.scanned["left"]:
            yield port


def _open(seen: Iterable[Seen], declared: Sequence[Opening], host: str) -> Iterator[Finding]:
    for port, views in _by_port(seen).items():
        known = next((one for one in declared if one.port == port), None)
        reason = f"it is declared for {', '.join(known.peers)} ({known.why})" if known else "nothing declares it"
        worst = severities.worst(*("high" if one.stranger and not known else "medium" for one in views))
        yield {
            "id": f"ports:open:{port}/tcp",
            "host": host,
            "severity": worst,
            "text": f"{port}/tcp answers {_who(views)}, and {reason}",
            "mend": "the component firewall on the host (docs/firewall.md), or listens and firewall_allow, where it is meant to be open",
        }


def _closed(seen: Iterable[Seen], declared: Sequence[Opening], host: str) -> Iterator[Finding]:
    for port, views in _by_port(seen).items():
        known = next(one for one in declared if one.port == port)
        yield {
            "id": f"ports:closed:{port}/tcp",
            "host": host,
            "severity": "medium",
            "text": f"{port}/tcp is declared ({known.why}) and served, and does not answer {_who(views)}",
            "mend": "sudo nft list ruleset on the host, and what is before it (security groups)",
        }


def _by_port(seen: Iterable[Seen]) -> dict[int, list[View]]:
    found: dict[int, list[View]] = {}
    for one in seen:
        found.setdefault(one.port, []).append(one.view)
    return found


def _who(views: Sequence[View]) -> str:
    """Each once, and the addresses where it asked."""
    names = dict.fromkeys(one.who for one in views)
    return f"{' and '.join(names)} at {', '.join(dict.fromkeys(one.scanned['address'] for one in views))}"
