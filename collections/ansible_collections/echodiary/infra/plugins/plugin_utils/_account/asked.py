# SPDX-License-Identifier: GPL-3.0-or-later
"""For what hosts of a role may be asked, and by whom: what their components listen on, and what people add to their own firewall. The same
data that the hosts' own rules are made of (``_firewall``), so what a host lets in its security group lets in.

A security group knows roles and networks, and lets ssh in from ``access``: what it cannot hold is refused before anything is asked.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, cast

from .._common.errors import SpecError
from .._component import listens, rates
from .._firewall import door, peers

if TYPE_CHECKING:
    from ...module_utils._kinds.documents import ListenSpec
    from .._component.roster import Host, Roster
    from .._firewall.shapes import Network
    from .balancers import Balancer
    from .declaration import Environment

FIREWALL, EDGE, AGENT = "firewall", "haproxy", "cloudwatch_agent"
#: of the edge, what a load balancer before it depends on
_EDGE = ("tls", "port", "health_paths", "trusted_proxies", "accept_proxy", "timeout_http_keep_alive")
#: who is none of an account's roles, and has a meaning of its own
_WORDS = ("edge", "operators", peers.HOST, peers.CONTAINERS, peers.ANYWHERE)


def of_roles(known: Roster, env: Environment) -> dict[str, list[ListenSpec]]:
    """Of all components that the inventory lists for a role's hosts. Peers are those of the roles whose hosts have the component."""
    return {role: [*_of_components(known, env, role), *_of_people(known, env, role)] for role in env.roles}


def _of_components(known: Roster, env: Environment, role: str) -> Iterator[ListenSpec]:
    for entry in known.entries(*env.hosts(role)):
        others = env.roles_of(known.having(entry.component))
        yield from (listens.with_peers(socket, others) for socket in entry.listens)


def _of_people(known: Roster, env: Environment, role: str) -> Iterator[ListenSpec]:
    for host in env.hosts(role):
        given = _given(known, host)
        if given:
            _check_ssh(host, given["ssh_from"], env)
            for one in given["allow"]:
                yield _opened(host, one, known.groups, env)


def _given(known: Roster, host: str) -> dict[str, Any]:
    """Of the host's own firewall; nothing where it has none."""
    there = known.host(host)
    found = [one for one in there.components if one.rpartition(".")[2] == FIREWALL]
    if not found:
        return {}
    source = known.source(there, found[0])
    wanted = {key: there.variables.get(f"firewall_{key}", source.defaults[f"firewall_{key}"]) for key in ("allow", "ssh_from", "edge_from")}
    given = known.rendered(there, source, wanted, f"host {host}: {FIREWALL}")
    return {**given, "allow": door.checked("firewall_allow", given["allow"], door.OPENINGS)}


def _check_ssh(host: str, ssh_from: Sequence[str], env: Environment) -> None:
    """Where people come by ssh, both have to let them in."""
    known = [one for name in ssh_from if (one := peers.literal(name))]
    for network in env.ssh_from if peers.ANYWHERE not in ssh_from else ():
        if not any(_covers(one, ipaddress.ip_network(network)) for one in known):
            why = f"its security group lets {network} in by ssh (aws_environment.access), and its own firewall does not"
            raise SpecError(f"host {host}: {why}; add it to firewall_ssh_from, or take it out of access")


def _opened(host: str, one: Mapping[str, Any], groups: Mapping[str, Sequence[str]], env: Environment) -> ListenSpec:
    who = [meant for name in one["from"] for meant in _meant(host, one["port"], str(name), groups, env)]
    socket = {"port": one["port"], "protocol": one["protocol"], "address": "*", "from": who, "for": "users"}
    return cast("ListenSpec", socket)


def _meant(host: str, port: int, name: str, groups: Mapping[str, Sequence[str]], env: Environment) -> list[str]:
    """As ``packets`` takes it."""
    if name in (*_WORDS, *env.roles) or peers.literal(name):
        return [name]
    inside = set(groups.get(name, ()))
    whole = [role for role in env.roles if set(env.hosts(role)) <= inside]
    if name not in groups or inside & {one for role in env.roles if role not in whole for one in env.hosts(role)}:
        raise SpecError(
            f"host {host}: firewall_allow: {port} from '{name}': a security group lets in roles ({', '.join(env.roles)}) and networks, and "
            "that is neither; name one of these"
        )
    return whole


def check_front(known: Roster, env: Environment) -> None:
    """What has to be true of hosts that a load balancer asks: else it takes all of them out, or all users are one client. SpecError."""
    balancer = env.declared["balancer"]
    for host in env.hosts(balancer["role"]) if balancer else ():
        there = known.host(host)
        edges = [one for one in there.components if one.rpartition(".")[2] == EDGE]
        for why in _wrong_edge(_edge(known, there, edges[0]), balancer, env) if edges and balancer else ():
            raise SpecError(f"host {host}: {why}")
        _check_wall(host, _given(known, host).get("edge_from", [peers.ANYWHERE]), env)


def _check_wall(host: str, edge_from: Sequence[str], env: Environment) -> None:
    """A host's own firewall lets it in."""
    known = [one for name in edge_from if (one := peers.literal(name))]
    for _, public, _ in env.zones() if peers.ANYWHERE not in edge_from else ():
        if not any(_covers(one, ipaddress.ip_network(public)) for one in known):
            why = f"firewall_edge_from has not {public}, in which aws_environment.balancer stands: it would find nobody"
            raise SpecError(f"host {host}: {why}; add it")


def _edge(known: Roster, there: Host, component: str) -> dict[str, Any]:
    source = known.source(there, component)
    wanted = {key: there.variables.get(f"{EDGE}_{key}", source.defaults[f"{EDGE}_{key}"]) for key in _EDGE}
    return known.rendered(there, source, wanted, f"host {there.name}: {EDGE}")


def _wrong_edge(edge: Mapping[str, Any], balancer: Balancer, env: Environment) -> Iterator[str]:
    if edge["tls"] != "none":
        yield f"haproxy_tls is {edge['tls']}, and aws_environment.balancer ends TLS: it asks by HTTP; set haproxy_tls: none"
    if int(edge["port"]) != balancer["port"]:
        yield f"haproxy_port is {edge['port']}, and aws_environment.balancer asks {balancer['port']}; make them the same (balancer.port)"
    if balancer["health_path"] not in edge["health_paths"]:
        yield (
            f"aws_environment.balancer.health_path is {balancer['health_path']}, and HAProxy answers {', '.join(edge['health_paths'])} for "
            "itself (haproxy_health_paths); name one of these"
        )
    known = [ipaddress.ip_network(one) for one in edge["trusted_proxies"]]
    for _, public, _ in env.zones():
        if not any(_covers(one, ipaddress.ip_network(public)) for one in known):
            yield (
                f"haproxy_trusted_proxies has not {public}, in which aws_environment.balancer stands: all users would be one client, with "
                "the limits of one; add it"
            )
    if edge["accept_proxy"]:
        yield "haproxy_accept_proxy is true, and AWS's load balancer does not speak the PROXY protocol: nobody would be answered"
    if rates.seconds("haproxy_timeout_http_keep_alive", edge["timeout_http_keep_alive"]) <= balancer["idle_seconds"]:
        yield (
            f"haproxy_timeout_http_keep_alive is {edge['timeout_http_keep_alive']}, and aws_environment.balancer uses idle connections for "
            f"{balancer['idle_seconds']} s: users get 502 where HAProxy has just closed one; set it to {balancer['idle_seconds'] + 15}s"
        )


def check_agent(known: Roster, env: Environment) -> None:
    """What only a host's agent tells is watched only where the host has one."""
    watching = env.declared["watching"]
    if not (watching and watching["agent"]):
        return
    without = [host for role in env.roles for host in env.hosts(role) if not _has(known, host, AGENT)]
    if without:
        raise SpecError(
            f"aws_environment.watching: {', '.join(without)} would be watched by what component {AGENT} sends, and the inventory does not "
            "list it among their components; add it (cloudwatch_agent_packages does, in inventories/production), or write agent: false"
        )


def _has(known: Roster, host: str, component: str) -> bool:
    return any(one.rpartition(".")[2] == component for one in known.host(host).components)


def _covers(wide: Network, narrow: Network) -> bool:
    return wide.version == narrow.version and narrow.subnet_of(cast("Any", wide))
