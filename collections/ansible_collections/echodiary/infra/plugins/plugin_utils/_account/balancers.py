# SPDX-License-Identifier: GPL-3.0-or-later
"""What a person declares of the load balancer, and what has to be true of the hosts and of the zone that it stands between. Pure, but for
``check_zone``, which asks AWS.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, TypedDict

from .._common.errors import SpecError

if TYPE_CHECKING:
    from .aws import Aws
    from .declaration import Environment

WHERE = "aws_environment.balancer"
#: where users ask it. The first one only sends them to the second
HTTP, HTTPS = 80, 443
_DOMAIN = r"([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}"
#: what AWS takes for a name
_LONGEST = 32

BALANCER: dict[str, Any] = {
    "domain": {"type": "str", "required": True},
    "zone_id": {"type": "str", "required": True},
    "names": {"type": "list", "elements": "str", "default": []},
    "role": {"type": "str", "default": "app"},
    "port": {"type": "int", "default": 80},
    "health_path": {"type": "str", "default": "/health"},
    "tls_policy": {"type": "str", "default": "ELBSecurityPolicy-TLS13-1-2-Res-2021-06"},
    "hsts_max_age": {"type": "int", "default": 31536000},
    "drain_seconds": {"type": "int", "default": 30},
    "idle_seconds": {"type": "int", "default": 60},
}


class Balancer(TypedDict):
    """``names``: further ones; ``role``: of the hosts that are asked, at ``port``; ``drain_seconds``: how long a host that leaves may take.

    ``idle_seconds``: after which a connection on which nothing comes is closed.
    """

    domain: str
    zone_id: str
    names: list[str]
    role: str
    port: int
    health_path: str
    tls_policy: str
    hsts_max_age: int
    drain_seconds: int
    idle_seconds: int


def names(balancer: Balancer) -> list[str]:
    """All, the domain first."""
    return list(dict.fromkeys([balancer["domain"], *balancer["names"]]))


def check(env: Environment) -> None:
    """SpecError for what AWS would refuse, and for what leads nowhere."""
    balancer = env.declared["balancer"]
    for why in _wrong(env, balancer) if balancer else ():
        raise SpecError(f"{WHERE}{why}")


def _wrong(env: Environment, balancer: Balancer) -> Iterator[str]:
    for name in (env.prefix, env.called(balancer["role"])):
        if not re.fullmatch("(?!internal-)[a-z0-9]+(-[a-z0-9]+)*", name) or len(name) > _LONGEST:
            yield (
                f": would have '{name}', and AWS takes up to {_LONGEST} letters, digits and single '-' here, and no 'internal-' in front; "
                "choose another aws_environment.project"
            )
    if len(env.declared["network"]["zones"]) < 2:
        yield ": AWS wants it in two zones; add one to network.zones"
    for name in names(balancer):
        if not re.fullmatch(_DOMAIN, name) or len(name) > 253:
            yield f": '{name}' is no name of a host; write one as diary.example.com, in lower case"
    if not re.fullmatch("[A-Z0-9]{1,32}", balancer["zone_id"]):
        yield f".zone_id: '{balancer['zone_id']}' is no id of a hosted zone, which is as Z0123456789ABC: aws route53 list-hosted-zones"
    if balancer["role"] not in env.roles:
        yield f".role: no host has the role {balancer['role']}, so nobody would answer; one of {', '.join(env.roles)}"
    if "balancer" in env.roles:
        yield ": no host can have the role balancer where there is one"
    yield from _wrong_numbers(balancer)


def _wrong_numbers(balancer: Balancer) -> Iterator[str]:
    if not balancer["health_path"].startswith("/"):
        yield f".health_path: '{balancer['health_path']}' has to begin with /, as /health"
    for name, least, most in (("port", 1, 65535), ("drain_seconds", 0, 3600), ("idle_seconds", 1, 4000), ("hsts_max_age", 0, 63072000)):
        value: int = balancer[name]  # type: ignore[literal-required]
        if not least <= value <= most:
            yield f".{name}: {value} has to be {least} to {most}"
    if not re.fullmatch(r"ELBSecurityPolicy-TLS13-1-[23]-[A-Za-z0-9-]+", balancer["tls_policy"]) or "-Ext" in balancer["tls_policy"]:
        yield (
            f".tls_policy: '{balancer['tls_policy']}' is none of AWS's that take TLS 1.2 and 1.3 alone; write one as "
            f"{BALANCER['tls_policy']['default']}"
        )


def check_zone(aws: Aws, env: Environment) -> None:
    """The zone is its owner's: it is read, and never made or removed. SpecError where no record of ours could stand in it."""
    balancer = env.declared["balancer"]
    if not balancer:
        return
    found = aws.one("route53", "get_hosted_zone", "HostedZone", ("NoSuchHostedZone",), Id=balancer["zone_id"])
    if found is None:
        raise SpecError(
            f"{WHERE}.zone_id: there is no hosted zone {balancer['zone_id']} in this account: aws route53 list-hosted-zones shows them"
        )
    its = found["Name"].rstrip(".")
    if (found.get("Config") or {}).get("PrivateZone"):
        raise SpecError(f"{WHERE}.zone_id: {balancer['zone_id']} ({its}) is private: nobody outside would find the name, nor AWS its proof")
    for name in names(balancer):
        if not f".{name}".endswith(f".{its}"):
            raise SpecError(f"{WHERE}: {name} is not within {its}, which is the zone {balancer['zone_id']}; name another one of them")
