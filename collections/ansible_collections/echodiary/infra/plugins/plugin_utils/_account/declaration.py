# SPDX-License-Identifier: GPL-3.0-or-later
"""What a person declares of an environment (``aws_environment``), checked and completed. Pure."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple, TypedDict, cast

from ansible.module_utils.common.arg_spec import ArgumentSpecValidator

from .._common import reserved
from .._common.errors import SpecError
from . import balancers, stores, watching

if TYPE_CHECKING:
    from ...module_utils._kinds.documents import ListenSpec
    from .balancers import Balancer
    from .stores import Cache, Database
    from .watching import Watching

#: who made it, so that what bears it and is not declared is known to be ours
MANAGED_BY = "echodiary.infra"
WORLD = "0.0.0.0/0"
#: of the VPC's network: an address range of this share for each zone, the public ones first
_SUBNET_BITS, _PRIVATE = 4, 8
_ZONES = "abcdefgh"

_HOST: dict[str, Any] = {
    "role": {"type": "str", "required": True},
    "type": {"type": "str", "required": True},
    "zone": {"type": "str", "required": True, "choices": list(_ZONES)},
    "disk": {"type": "int", "default": 20},
    "fixed_address": {"type": "bool", "default": False},
}
#: of github: which roles its workflows can have
GITHUB_ROLES = ("deploy", "read", "build")
_BUCKET: dict[str, Any] = {"daily_days": {"type": "int", "default": 7}, "monthly_days": {"type": "int", "default": 365}}
_WATCHER: dict[str, Any] = {"role": {"type": "str", "required": True}, "secret": {"type": "bool", "default": False}}
#: what CloudWatch Logs takes
_RETENTIONS = (1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653)
SPEC: dict[str, Any] = {
    "project": {"type": "str", "default": "echodiary"},
    "network": {
        "type": "dict",
        "required": True,
        "options": {
            "cidr": {"type": "str", "required": True},
            "zones": {"type": "list", "elements": "str", "required": True, "choices": list(_ZONES)},
            "egress": {"type": "str", "choices": ["public"], "default": "public"},
        },
    },
    "access": {"type": "raw", "default": "ssm"},
    "architecture": {"type": "str", "choices": ["arm64", "x86_64"], "default": "arm64"},
    "hosts": {"type": "dict", "required": True},
    "database": {"type": "raw"},
    "cache": {"type": "raw"},
    "balancer": {"type": "raw"},
    "protected": {"type": "bool", "default": True},
    "images": {
        "type": "dict",
        "options": {
            "repository": {"type": "str", "required": True},
            "keep": {"type": "int", "default": 30},
            "mutable_tags": {"type": "list", "elements": "str", "default": []},
        },
    },
    "buckets": {"type": "dict", "default": {}},
    "github": {
        "type": "dict",
        "options": {
            "repository": {"type": "str", "required": True},
            "roles": {"type": "list", "elements": "str", "choices": list(GITHUB_ROLES), "default": list(GITHUB_ROLES)},
            "branch": {"type": "str", "default": "main"},
        },
    },
    "email": {"type": "list", "elements": "str", "default": []},
    "logs_days": {"type": "int", "default": 30},
    "key": {"type": "bool", "default": False},
    "budget": {
        "type": "dict",
        "options": {
            "monthly_usd": {"type": "float", "required": True},
            "email": {"type": "list", "elements": "str"},
            "covers": {"type": "str", "choices": ["account", "environment"], "default": "account"},
        },
    },
    "watching": {"type": "raw"},
    "watcher": {"type": "raw"},
    "allowed": {
        "type": "list",
        "elements": "dict",
        "default": [],
        "options": {
            "guard": {"type": "str", "required": True},
            "resource": {"type": "str", "required": True},
            "reason": {"type": "str", "required": True},
        },
    },
}


class Network(TypedDict):
    cidr: str
    zones: list[str]
    egress: str


class Host(TypedDict):
    """``disk``: GiB. ``fixed_address``: it keeps its public address when it is stopped and started."""

    role: str
    type: str
    zone: str
    disk: int
    fixed_address: bool


class Images(TypedDict):
    """The registry. ``keep``: images; ``mutable_tags``: which may be pushed again."""

    repository: str
    keep: int
    mutable_tags: list[str]


class Bucket(TypedDict):
    """Days for which what is below ``daily/`` and ``monthly/`` is kept."""

    daily_days: int
    monthly_days: int


class Github(TypedDict):
    """``repository``: owner/name; ``branch``: whose workflows may push images."""

    repository: str
    roles: list[str]
    branch: str


class Budget(TypedDict):
    """What a month may cost. ``email``: whom AWS writes to, as of ``watching`` where nobody is named, and else as of the environment;
    ``covers``: whose costs count."""

    monthly_usd: float
    email: list[str]
    covers: str


class Watcher(TypedDict):
    """Hosts of ``role`` may look at the account; with ``secret`` also into the environment's secret."""

    role: str
    secret: bool


class Allowed(TypedDict):
    """An exception from a guard, and why it is one."""

    guard: str
    resource: str
    reason: str


class Declaration(TypedDict):
    """``email``: whom AWS writes to, where ``watching`` and ``budget`` name nobody."""

    project: str
    network: Network
    access: str | dict[str, list[str]]
    architecture: str
    hosts: dict[str, Host]
    database: Database | None
    cache: Cache | None
    balancer: Balancer | None
    protected: bool
    images: Images | None
    buckets: dict[str, Bucket]
    github: Github | None
    email: list[str]
    logs_days: int
    key: bool
    budget: Budget | None
    watching: Watching | None
    watcher: Watcher | None
    allowed: list[Allowed]


class Environment(NamedTuple):
    """``listens``: role -> what its components listen on. ``admin_keys``: public ones, whose owners may log in to a new host."""

    name: str
    account: str
    region: str
    declared: Declaration
    listens: Mapping[str, list[ListenSpec]]
    admin_keys: tuple[str, ...] = ()

    def arn(self, service: str, what: str, everywhere: bool = False) -> str:
        """``everywhere``: of a service that has no regions."""
        return f"arn:aws:{service}:{'' if everywhere else self.region}:{self.account}:{what}"

    @property
    def prefix(self) -> str:
        return f"{self.declared['project']}-{self.name}"

    def called(self, name: str) -> str:
        return f"{self.prefix}-{name}"

    def tags(self, name: str) -> dict[str, str]:
        return {"Name": name, **self.ours}

    @property
    def ours(self) -> dict[str, str]:
        return {"Project": self.declared["project"], "Environment": self.name, "ManagedBy": MANAGED_BY}

    @property
    def roles(self) -> list[str]:
        return sorted({host["role"] for host in self.declared["hosts"].values()})

    def roles_of(self, hosts: Iterable[str]) -> list[str]:
        """Of those that are declared."""
        return sorted({self.declared["hosts"][host]["role"] for host in hosts if host in self.declared["hosts"]})

    def hosts(self, role: str) -> list[str]:
        return sorted(name for name, host in self.declared["hosts"].items() if host["role"] == role)

    @property
    def stores(self) -> dict[str, int]:
        """Of database and cache those that are declared -> the port."""
        there = {"database": self.declared["database"], "cache": self.declared["cache"]}
        return {name: port for name, port in stores.PORTS.items() if there[name]}

    @property
    def ssh_from(self) -> list[str]:
        access = self.declared["access"]
        return [] if isinstance(access, str) else access["ssh_from"]

    def zones(self) -> Iterator[tuple[str, str, str]]:
        """Letter, address range of the public subnet, and of the private one: the same for a zone whichever others there are."""
        ranges = list(ipaddress.ip_network(self.declared["network"]["cidr"]).subnets(prefixlen_diff=_SUBNET_BITS))
        for zone in sorted(self.declared["network"]["zones"]):
            place = _ZONES.index(zone)
            yield zone, str(ranges[place]), str(ranges[_PRIVATE + place])


def read(given: Mapping[str, Any], name: str, account: str, region: str, listens: Mapping[str, list[ListenSpec]]) -> Environment:
    """SpecError names the key that cannot be, and what to write instead."""
    declared = cast("Declaration", _checked(given, SPEC, "aws_environment"))
    hosts = {host: cast("Host", _checked(entry or {}, _HOST, f"aws_environment.hosts.{host}")) for host, entry in declared["hosts"].items()}
    place = "aws_environment.buckets"
    buckets = {one: cast("Bucket", _checked(entry or {}, _BUCKET, f"{place}.{one}")) for one, entry in declared["buckets"].items()}
    database = cast("Database | None", _optional(declared["database"], stores.DATABASE, "aws_environment.database"))
    cache = cast("Cache | None", _optional(declared["cache"], stores.CACHE, "aws_environment.cache"))
    balancer = cast("Balancer | None", _optional(declared["balancer"], balancers.BALANCER, balancers.WHERE))
    declared = {**declared, "hosts": hosts, "buckets": buckets, "database": database, "cache": cache, "balancer": balancer}
    for address in declared["email"]:
        watching.check_email(address, "aws_environment.email")
    watched = _optional(declared["watching"], watching.SPEC, watching.WHERE)
    roles = sorted({host["role"] for host in hosts.values()})
    told = cast("Watching | None", watched and watching.completed(watched, roles, declared["email"]))
    watcher = cast("Watcher | None", _optional(declared["watcher"], _WATCHER, "aws_environment.watcher"))
    declared = {
        **declared,
        "watching": told,
        "budget": _budget(declared["budget"], told["email"] if told else declared["email"]),
        "watcher": watcher,
    }
    _check_name(declared["project"], "aws_environment.project")
    _check_name(name, "the environment's name")
    _check_account(account, region)
    _check_network(declared["network"])
    _check_access(declared["access"])
    _check_hosts(declared)
    _check_others(declared)
    env = Environment(name, account, region, declared, listens)
    _check_stores(env)
    balancers.check(env)
    return env


def _checked(given: Any, spec: dict[str, Any], where: str) -> dict[str, Any]:
    if not isinstance(given, Mapping):
        raise SpecError(f"{where}: has to be a mapping, not {given!r}; see docs/aws.md")
    result = ArgumentSpecValidator(spec).validate(dict(given))
    if result.error_messages:
        raise SpecError(f"{where}: {'; '.join(result.error_messages)}; see docs/aws.md")
    return dict(result.validated_parameters)


def _optional(given: Any, spec: dict[str, Any], where: str) -> dict[str, Any] | None:
    """None where there shall be none: not said, or false."""
    return None if given is None or given is False else _checked(given, spec, where)


def _budget(given: Budget | None, others: list[str]) -> Budget | None:
    """``others``: whom AWS writes to where it names nobody."""
    if given is None:
        return None
    where = "aws_environment.budget"
    if not given["monthly_usd"] > 0:
        raise SpecError(f"{where}.monthly_usd: {given['monthly_usd']:g} has to be more than nothing")
    email = others if given["email"] is None else given["email"]
    for address in email:
        watching.check_email(address, f"{where}.email")
    return {**given, "email": email}


def _check_name(name: str, where: str) -> None:
    if not re.fullmatch("[a-z][a-z0-9-]{1,20}", name):
        raise SpecError(f"{where}: '{name}' has to be 2 to 21 lower case letters, digits and '-', a letter first: AWS makes names of it")


def _check_account(account: str, region: str) -> None:
    if not re.fullmatch("[0-9]{12}", account):
        raise SpecError(
            f"aws_account: '{account}' has to be the 12 digits of the account, in quotes: aws sts get-caller-identity shows them"
        )
    if not re.fullmatch("[a-z]{2}(-[a-z]+)+-[0-9]", region):
        raise SpecError(f"aws_region: '{region}' is no region; write one as ap-northeast-2")


def _check_network(network: Network) -> None:
    where = "aws_environment.network"
    try:
        found = ipaddress.ip_network(network["cidr"])
    except ValueError as error:
        raise SpecError(f"{where}.cidr: {error}; write one as 10.20.0.0/16") from None
    if not (found.version == 4 and found.is_private and 16 <= found.prefixlen <= 24):
        raise SpecError(f"{where}.cidr: {found} has to be a private IPv4 network of /16 to /24, as 10.20.0.0/16")
    if not network["zones"] or len(set(network["zones"])) != len(network["zones"]):
        raise SpecError(f"{where}.zones: {network['zones']} has to name each zone once, by its letter, as [a, c]")


def _check_access(access: Any) -> None:
    where = "aws_environment.access"
    if access == "ssm":
        return
    if not (isinstance(access, Mapping) and set(access) == {"ssh_from"} and isinstance(access["ssh_from"], list) and access["ssh_from"]):
        raise SpecError(f"{where}: has to be ssm (Session Manager, no open port), or ssh_from with a list of networks, not {access!r}")
    for network in access["ssh_from"]:
        try:
            ipaddress.ip_network(network)
        except ValueError as error:
            raise SpecError(f"{where}.ssh_from: {error}; write one as 203.0.113.7/32") from None


def _check_hosts(declared: Declaration) -> None:
    if not declared["hosts"]:
        raise SpecError("aws_environment.hosts: is empty; declare at least one, as app1: {role: app, type: t4g.small, zone: a}")
    for name, host in declared["hosts"].items():
        where = f"aws_environment.hosts.{name}"
        if not re.fullmatch("[a-z][a-z0-9-]{0,30}", name):
            raise SpecError(f"{where}: has to be lower case letters, digits and '-': it becomes the host's name")
        if reserved.refusal((name,)):
            raise SpecError(f"{where}: {reserved.WHY}")
        if not re.fullmatch("[a-z][a-z0-9_]{0,30}", host["role"]):
            raise SpecError(f"{where}.role: '{host['role']}' has to be a group of the inventory, as app")
        if host["zone"] not in declared["network"]["zones"]:
            raise SpecError(f"{where}.zone: {host['zone']} is none of network.zones ({', '.join(declared['network']['zones'])})")
        _check_architecture(host["type"], declared["architecture"], where)


def _check_architecture(kind: str, architecture: str, where: str) -> None:
    """A family's letter g behind its generation says that it is Amazon's own processor."""
    found = re.fullmatch(r"([a-z]+)([0-9]+)([a-z-]*)\.([a-z0-9-]+)", kind)
    if not found:
        raise SpecError(f"{where}.type: '{kind}' is no type of instance; write one as t4g.small")
    its = "arm64" if "g" in found[3] or found[1] == "a" else "x86_64"
    if its != architecture:
        raise SpecError(f"{where}.type: {kind} is {its}, and aws_environment.architecture is {architecture}; change one of them")


def _check_others(declared: Declaration) -> None:
    if declared["logs_days"] not in _RETENTIONS:
        raise SpecError(
            f"aws_environment.logs_days: {declared['logs_days']} is none that AWS takes; one of {', '.join(map(str, _RETENTIONS))}"
        )
    if declared["github"] and not re.fullmatch(r"[A-Za-z0-9-]+/[A-Za-z0-9._-]+", declared["github"]["repository"]):
        raise SpecError(f"aws_environment.github.repository: '{declared['github']['repository']}' has to be owner/name")
    if declared["images"] and not re.fullmatch(r"[a-z0-9]+([._/-][a-z0-9]+)*", declared["images"]["repository"]):
        raise SpecError(f"aws_environment.images.repository: '{declared['images']['repository']}' has to be as echodiary, in lower case")
    roles = {host["role"] for host in declared["hosts"].values()}
    if declared["watcher"] and declared["watcher"]["role"] not in roles:
        raise SpecError(
            f"aws_environment.watcher.role: no host has the role {declared['watcher']['role']}; one of {', '.join(sorted(roles))}"
        )
    for name in declared["buckets"]:
        if not re.fullmatch("[a-z][a-z0-9-]{1,20}", name):
            raise SpecError(f"aws_environment.buckets.{name}: has to be lower case letters, digits and '-', a letter first")


def _check_stores(env: Environment) -> None:
    database, cache = env.declared["database"], env.declared["cache"]
    for store in env.stores:
        if store in env.roles:
            raise SpecError(f"aws_environment.hosts: no host can have the role {store} where aws_environment.{store} is declared")
    if database:
        stores.check_database(database, env.prefix, env.declared["network"]["zones"])
    if cache:
        stores.check_cache(cache, env.prefix)
