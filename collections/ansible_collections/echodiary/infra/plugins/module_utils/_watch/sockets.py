# SPDX-License-Identifier: GPL-3.0-or-later
"""What listens on which address, against what components declare that they listen on and Compose projects publish."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

from .._kinds import model
from . import proc_net, processes, reading
from .proc_net import Socket
from .shapes import Finding, Known, as_it_is

if TYPE_CHECKING:
    from .._kinds import documents

NAME = "sockets"
#: wherever one may ask
EVERYWHERE = ("*", "::", "0.0.0.0")  # noqa: S104 - compared, not bound


class Rule(NamedTuple):
    """What a distribution's own part listens on; ``ports``: empty for any. ``near``: only where the host alone may ask."""

    process: str
    protocol: str
    ports: tuple[int, ...] = ()
    near: bool = False


RULES = (
    Rule("systemd-resolve", "tcp", (53,), near=True),
    Rule("systemd-resolve", "udp", (53,), near=True),
    Rule("systemd-resolve", "tcp", (5355,)),
    Rule("systemd-resolve", "udp", (5355, 5353)),
    Rule("systemd-network", "udp", (68, 546)),
    Rule("dhclient", "udp", (68, 546)),
    Rule("dhcpcd", "udp", (68, 546)),
    Rule("chronyd", "udp", (323,), near=True),
    # one of any number for streams of its own clients
    Rule("containerd", "tcp", near=True),
)
#: an address or none, the host's port (or several), the container's, and maybe the protocol; or the long form's own key
_SHORT = re.compile(r"""(?m)^\s*-\s*["']?(?:(\d+\.\d+\.\d+\.\d+):)?(\d+)(?:-(\d+))?:\d+(?:-\d+)?(?:/(tcp|udp))?["']?\s*$""")
_LONG = re.compile(r"""published["']?:\s*["']?(\d+)""")


class Published(NamedTuple):
    """``protocol``: empty for either."""

    address: str
    first: int
    last: int
    protocol: str = ""


class Seen(NamedTuple):
    """``owners``: by inode, of those that nobody declares. ``ephemeral``: the ports that a client gets."""

    sockets: tuple[Socket, ...] = ()
    published: tuple[Published, ...] = ()
    owners: Mapping[int, processes.Process] = {}
    ephemeral: tuple[int, int] = (32768, 60999)


def observe(known: Known) -> Seen:
    found = Seen(tuple(proc_net.listening()), tuple(_published(known)), {}, proc_net.ephemeral())
    inodes = frozenset(one.inode for one in found.sockets if not _is_declared(one, found, known))
    return found._replace(owners=processes.owners(inodes)) if inodes and known.listens is not None else found


def _published(known: Known) -> Iterator[Published]:
    for path in sorted(known.compose):
        yield from published(reading.text(path))


def published(text: str) -> Iterator[Published]:
    """What a Compose file publishes. Pure."""
    for address, first, last, protocol in _SHORT.findall(text):
        yield Published(address or "*", int(first), int(last or first), protocol or "tcp")
    yield from (Published("*", int(port), int(port)) for port in _LONG.findall(text))


def plan(seen: Seen, known: Known) -> Iterator[Finding]:
    if known.listens is None:
        return
    told: set[model.Resource] = set()
    for one in seen.sockets:
        finding = None if _is_declared(one, seen, known) or _is_usual(one, seen) else _undeclared(one, seen, known)
        if finding and finding.resource not in told:
            told.add(finding.resource)
            yield finding
    yield from _silent(seen, known)


def notes(known: Known) -> Iterator[str]:
    if known.listens is None:
        yield "sockets were not judged: some component's record does not say what it listens on; converge all of them once"


def _is_declared(one: Socket, seen: Seen, known: Known) -> bool:
    if one.protocol == "udp" and seen.ephemeral[0] <= one.port <= seen.ephemeral[1] and not _listens(one, known):
        return True  # of a client that waits for its answer
    return any(_covers(entry["address"], one.address) for entry in _listens(one, known)) or any(
        each.first <= one.port <= each.last and each.protocol in ("", one.protocol) and _covers(each.address, one.address)
        for each in seen.published
    )


def _listens(one: Socket, known: Known) -> list[documents.ListenSpec]:
    return [entry for entry in known.listens or () if (entry["port"], entry["protocol"]) == (one.port, one.protocol)]


def _covers(declared: str, address: str) -> bool:
    """Go listens on all addresses where it is told 0.0.0.0. A name may be any address, but not all of them."""
    if declared in EVERYWHERE or declared == address:
        return True
    if is_near(declared):
        return is_near(address)
    return not re.fullmatch(r"[0-9.]+|[0-9a-f:.%]*:[0-9a-f:.%]*", declared) and address not in EVERYWHERE


def is_near(address: str) -> bool:
    """Only the host itself gets there."""
    return address.startswith(("127.", "::ffff:127.")) or address in ("::1", "localhost")


def _is_usual(one: Socket, seen: Seen) -> bool:
    owner = seen.owners.get(one.inode)
    return owner is not None and any(
        rule.process == owner.name
        and rule.protocol == one.protocol
        and one.port in (rule.ports or (one.port,))
        and (not rule.near or is_near(one.address))
        for rule in RULES
    )


def _undeclared(one: Socket, seen: Seen, known: Known) -> Finding:
    owner = seen.owners.get(one.inode)
    declared = _listens(one, known)
    who = (
        f"{owner.command} (process {owner.pid} of {owner.user}{f', {owner.unit}' if owner.unit else ''})"
        if owner
        else "a process that cannot be seen"
    )
    fields = {"address": [one.address, ", ".join(entry["address"] for entry in declared)]} if declared else {}
    why = f"{who} listens wider than declared" if declared else f"{who} listens, and nobody declared that"
    content = as_it_is(f"{owner.name} of {owner.user}" if owner else "")
    return Finding(model.Resource("socket", one.name), why, fields, not is_near(one.address), step=_step(owner, known), content=content)


def _step(owner: processes.Process | None, known: Known) -> str:
    """What a component runs is not ended for a port too many: its configuration has it."""
    if owner is None or owner.unit in known.units:
        return "ss -lntup"
    return f"systemctl disable --now {owner.unit}" if owner.unit.endswith(".service") else f"kill {owner.pid}"


def _silent(seen: Seen, known: Known) -> Iterator[Finding]:
    """What is for users has to listen once it was applied. Behind a slot of its own only one of two does."""
    for entry in known.applied:
        if entry["for"] == "users" and not is_near(entry["address"]) and not _heard(entry, seen.sockets):
            name = f"{entry['protocol']}/{proc_net.shown(entry['address'])}:{entry['port']}"
            yield Finding(model.Resource("socket", name), "declared for users, and nothing listens there", degraded=True, step="ss -lntup")


def _heard(entry: documents.ListenSpec, sockets: Sequence[Socket]) -> bool:
    return any((one.port, one.protocol) == (entry["port"], entry["protocol"]) for one in sockets)
