# SPDX-License-Identifier: GPL-3.0-or-later
"""What becomes of packets that nobody declared: filter rules, redirections, and queues that delay or drop.

Docker's own rules are known by their form. All others are told; what may keep users from a declared port is felt at once.
"""

from __future__ import annotations

import os
import re
import shlex
from collections.abc import Iterator
from typing import NamedTuple

from .._host.run import run
from .._kinds import model
from .shapes import Finding, Known

NAME = "packets"
TOOLS = ("iptables", "ip6tables")
#: what turns a packet away, or elsewhere
TURNING = ("DROP", "REJECT", "REDIRECT", "DNAT", "TPROXY", "QUEUE", "NFQUEUE", "TARPIT")
#: rules of Docker's in chains that are not its own (of several versions)
_DOCKERS = (
    r"-A (FORWARD|OUTPUT|PREROUTING|POSTROUTING|INPUT) .*-j (DOCKER\S*|docker\S*)",
    r"-A FORWARD (?=.*-[io] (br-|docker))(?!.*-p ).* -j (ACCEPT|DOCKER\S*)",
    r"-A POSTROUTING (?=.*(-o (br-|docker)|-s [\d./a-f:]+ )).* -j MASQUERADE",
    r"-A PREROUTING -d [\d./a-f:]+ ! -i (br-|docker)\S+ -j DROP",
    r"-A DOCKER-USER -j RETURN",
    r"-A DOCKER(?!-USER)\S* .*(-[iod] (br-|docker|[\d.a-f:]+)|RETURN|-s 127\.0\.0\.11).*",
)
#: queues that a kernel puts there by itself
_QUEUES = ("noqueue", "fq_codel", "pfifo_fast", "mq", "fq", "pfifo", "mqprio", "cake")


class Rule(NamedTuple):
    """``spec``: as iptables-save writes it, ``-A CHAIN …``; a policy is ``-P CHAIN TARGET``."""

    tool: str
    table: str
    spec: str


class Seen(NamedTuple):
    rules: tuple[Rule, ...] = ()
    #: of nft's own tables, which iptables does not see
    tables: tuple[str, ...] = ()
    #: device and queue
    queues: tuple[tuple[str, str], ...] = ()
    #: prohibited and unreachable destinations
    refused: tuple[str, ...] = ()


def observe(known: Known) -> Seen:
    rules = tuple(rule for tool in TOOLS for rule in parse(tool, _said(f"{tool}-save")))
    return Seen(rules, tuple(tables(_said("nft", "list", "tables"))), tuple(queues(_said("tc", "qdisc", "show"))), tuple(_refused()))


def _said(program: str, *words: str) -> str:
    """Nothing where it is not installed: what it would set has not been set by it."""
    path = next((place for place in (f"/usr/sbin/{program}", f"/sbin/{program}") if os.path.exists(place)), "")
    done = run([path, *words], timeout=10) if path else None
    return done.output if done and done.code == 0 else ""


def parse(tool: str, saved: str) -> Iterator[Rule]:
    """Pure."""
    table = ""
    for line in saved.splitlines():
        if line.startswith("*"):
            table = line[1:]
        elif line.startswith(":") and (policy := re.match(r":(\S+) (DROP|REJECT)", line)):
            yield Rule(tool, table, f"-P {policy[1]} {policy[2]}")
        elif line.startswith("-A "):
            yield Rule(tool, table, line)


def tables(listed: str) -> list[str]:
    """Pure. Those that iptables keeps for itself are seen through it; Docker has its own since version 29."""
    found = [line[6:] for line in listed.splitlines() if line.startswith("table ")]
    return [one for one in found if not re.fullmatch(r"(ip|ip6) (filter|nat|mangle|raw|security|docker-bridges)", one)]


def queues(shown: str) -> Iterator[tuple[str, str]]:
    """Pure. Containers' ends of their cables count as well."""
    for line in shown.splitlines():
        found = re.match(r"qdisc (\S+) \S+ dev (\S+) (.*)", line)
        if found and found[1] not in _QUEUES and found[1] not in ("clsact", "ingress"):
            yield found[2], f"{found[1]} {found[3].strip()}"


def _refused() -> Iterator[str]:
    """Routes with the flag that says so (RTF_REJECT, include/uapi/linux/route.h)."""
    try:
        with open("/proc/net/route", encoding="ascii") as handle:
            rows = [line.split() for line in handle.read().splitlines()[1:]]
    except OSError:
        return
    for row in rows:
        if len(row) > 7 and (int(row[3], 16) & 0x200 or row[0] == "*"):
            yield f"{_address(row[1])}/{bin(int(row[7], 16)).count('1')}"


def _address(little: str) -> str:
    return ".".join(str(int(little[at : at + 2], 16)) for at in (6, 4, 2, 0))


def is_dockers(rule: Rule) -> bool:
    if rule.spec.startswith("-P FORWARD"):
        return rule.table == "filter"
    return any(re.fullmatch(form, rule.spec) for form in _DOCKERS)


def plan(seen: Seen, known: Known) -> Iterator[Finding]:
    yield from (_rule(rule, known) for rule in seen.rules if not is_dockers(rule))
    for table in (one for one in seen.tables if one not in known.tables):
        yield Finding(model.Resource("packets", f"nft {table}"), "a table of rules that nobody declared", step=f"nft list table {table}")
    for device, queue in seen.queues:
        why = f"packets wait in a queue that nobody declared: {queue}"
        yield Finding(model.Resource("packets", f"tc {device}"), why, degraded=True, heal=("tc", "qdisc", "del", "dev", device, "root"))
    for network in seen.refused:
        resource = model.Resource("packets", f"route {network}")
        yield Finding(resource, "a route that leads nowhere", degraded=True, heal=("ip", "route", "del", network))


def _rule(rule: Rule, known: Known) -> Finding:
    felt = target(rule.spec) in TURNING and _may_hit(rule.spec, known)
    why = "nobody declared it" + (": it may keep users, or whoever watches, from this host" if felt else "")
    resource = model.Resource("packets", f"{rule.tool} {'' if rule.table == 'filter' else f'-t {rule.table} '}{rule.spec}")
    return Finding(resource, why, degraded=felt, heal=undone(rule))


def undone(rule: Rule) -> tuple[str, ...]:
    """The command that takes it away."""
    words = shlex.split(rule.spec)
    if words[0] == "-P":
        return (rule.tool, "-t", rule.table, "-P", words[1], "ACCEPT")
    return (rule.tool, "-t", rule.table, "-D", *words[1:])


def target(spec: str) -> str:
    if spec.startswith("-P "):
        return spec.split()[-1]
    found = re.search(r"-j (\S+)", spec)
    return found[1] if found else ""


def _may_hit(spec: str, known: Known) -> bool:
    """One that names ports is felt where one of them is declared."""
    ports = re.findall(r"--(?:dports?|destination-ports?) (\S+)", spec)
    declared = {one["port"] for one in known.listens or ()}
    return not ports or known.listens is None or any(_covers(part, port) for part in ports[0].split(",") for port in declared)


def _covers(ports: str, port: int) -> bool:
    first, _, last = ports.partition(":")
    return int(first or 0) <= port <= int(last or first or 65535)
