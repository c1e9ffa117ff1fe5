# SPDX-License-Identifier: GPL-3.0-or-later
"""The whole account as data: moto's objects walked attribute by attribute, without knowing what they are.

Left out: times, what counts looks, what AWS itself owns. An object that is met twice stands where it is met first, seen breadth
first, and is named elsewhere."""

from __future__ import annotations

import hashlib
import re
from collections import defaultdict, deque
from collections.abc import Iterator, Mapping, Set
from datetime import date, datetime, timedelta
from enum import Enum
from typing import Any

from moto.backends import get_backend
from moto.core import DEFAULT_ACCOUNT_ID
from moto.core.base_backend import BaseBackend
from moto.moto_api._internal.managed_state_model import ManagedState

from .memory import Memory
from .names import normalised

REGIONAL = (
    "ec2", "rds", "elasticache", "ecr", "secretsmanager", "ssm", "logs", "kms", "dynamodb", "elbv2", "sns", "cloudwatch", "acm",
    "cloudtrail", "ecs", "applicationautoscaling",
)  # fmt: skip
GLOBAL = ("iam", "s3", "route53", "budgets")

TIME = re.compile(r"(?:^|_)(?:date|time|timestamp|at)$|[a-z](?:Date|Time|Timestamp|At)$|last_modified|created$|createdate$")
SECRET = re.compile(r"(?i)password|secret_?(?:string|binary|access_key)|auth_?token|private_?key|key_material|session_token")
#: what says nothing about the account: how often it was looked at, how moto works, sessions
NOISE = re.compile(
    r"^ASIA[A-Z0-9]{16}$|^rr_changes$|^deregistered_targets$|^terminated_targets$|^/aws/service/|^_tick$|^_time_progressed$|^delegation_set$|etag$"
    r"|last_used|last_written|_loaded$|last_accessed|instances_tracked|_url_module|request_id|_lock$|^lock$"
)
#: what moto fills when somebody looks, or what AWS owns
THEIRS: Mapping[str, frozenset[str]] = {
    "iam": frozenset({"aws_managed_policies", "policy_arn_regex", "account_summary", "credential_report"}),
    "rds": frozenset({"_db_cluster_options"}),
    "route53": frozenset({"delegation_sets"}),  # named at random, five letters
}
ABSENT = object()


def of(memory: Memory, names: bool = False) -> dict[str, Any]:
    """service -> region -> moto's attributes, and ``strict``: what the layer keeps beside them. Plain JSON, sorted."""
    regions = sorted({memory.settings.region, *(region for region in memory.regions if region != "aws")})
    tree: dict[str, Any] = {}
    for service, region, backend in _backends(regions):
        found = _Walk(service, names).of(backend)
        if found:
            tree.setdefault(service, {})[region] = found
    tree["strict"] = _Walk("strict", names).plain({place: kept for place, kept in memory.kept.items() if kept})
    return normalised(tree) if names else tree


def _backends(regions: list[str]) -> Iterator[tuple[str, str, Any]]:
    for service in sorted((*REGIONAL, *GLOBAL)):
        for region in ("aws",) if service in GLOBAL else regions:
            try:
                yield service, region, get_backend(service)[DEFAULT_ACCOUNT_ID][region]
            except KeyError:
                continue  # a region that this service does not have


class _Walk:
    def __init__(self, service: str, names: bool) -> None:
        self.service = service
        self.names = names
        self.homes: dict[int, str] = {}

    def of(self, backend: Any) -> dict[str, Any]:
        parts = {name: value for name, value in _attributes(backend) if self._ours(name, value)}
        self._settle(parts)
        found = {name: self._shown(value, f"/{name}", name) for name, value in sorted(parts.items())}
        return {name: value for name, value in found.items() if value is not ABSENT and value not in ({}, [], None)}

    def plain(self, value: Any) -> Any:
        return self._shown(value, "", "")

    def _ours(self, name: str, value: Any) -> bool:
        return name not in THEIRS.get(self.service, ()) and name not in ("region_name", "account_id", "partition") and _says(name, value)

    def _settle(self, parts: Mapping[str, Any]) -> None:
        """Gives every object its home: where it is met first, breadth first."""
        left: deque[tuple[Any, str]] = deque((value, f"/{name}") for name, value in sorted(parts.items()))
        while left:
            value, path = left.popleft()
            if _is_object(value):
                if id(value) in self.homes:
                    continue
                self.homes[id(value)] = path
            left.extend(self._inside(value, path))

    def _inside(self, value: Any, path: str) -> Iterator[tuple[Any, str]]:
        for key, one in _children(value):
            if _says(key, one) and not _foreign(self.service, one):
                yield one, f"{path}/{key}"

    def _shown(self, value: Any, path: str, name: str) -> Any:
        if _foreign(self.service, value):
            return ABSENT if path.count("/") == 2 else f"-> {_label(value)}"
        simple = self._simple(value, name)
        if simple is not ABSENT:
            return simple
        if _is_object(value) and self.homes.get(id(value)) != path:
            return f"-> {_label(value)}"
        shown = [(key, self._shown(one, f"{path}/{key}", key)) for key, one in _children(value) if _says(key, one)]
        if isinstance(value, (Set, list, tuple, deque)):
            return _ordered(value, [one for _, one in shown if one is not ABSENT])
        empty: tuple[Any, ...] = ({}, []) if isinstance(value, defaultdict) else ()  # there as soon as somebody looks for it
        return {key: one for key, one in sorted(shown, key=lambda pair: pair[0]) if one is not ABSENT and one not in empty}

    def _simple(self, value: Any, name: str) -> Any:
        """What has no parts; ABSENT for what has."""
        if value is None or isinstance(value, bool):
            return value
        if isinstance(value, (datetime, date)) or (TIME.search(name) and isinstance(value, (str, int, float))):
            return "(time)"
        if isinstance(value, (str, bytes)) and (SECRET.search(name) or _sealed(value)):
            return self._secret(value)
        if isinstance(value, (str, int, float)):
            return value.value if isinstance(value, Enum) else value
        if isinstance(value, bytes):
            return "(bytes)" if self.names else _digest(value)
        return str(value) if isinstance(value, (timedelta, datetime)) else value.value if isinstance(value, Enum) else ABSENT

    def _secret(self, value: str | bytes) -> str:
        return "(secret)" if self.names else _digest(value)


def _sealed(value: str | bytes) -> bool:
    """What moto made of a SecureString: the key's name and the text."""
    return isinstance(value, str) and value.startswith(("kms:alias/", "kms:arn:", "kms:key/"))


def _digest(value: str | bytes) -> str:
    return "sha256:" + hashlib.sha256(value if isinstance(value, bytes) else value.encode()).hexdigest()[:16]


def _ordered(value: Any, shown: list[Any]) -> list[Any]:
    return sorted(shown, key=repr) if isinstance(value, Set) else shown


def _is_object(value: Any) -> bool:
    """An object of moto's own making, with attributes."""
    return type(value).__module__.startswith("moto.") and not isinstance(value, (Mapping, list, tuple, Set, Enum, str, int, float, bytes))


def _children(value: Any) -> Iterator[tuple[str, Any]]:
    if isinstance(value, Mapping):
        yield from ((_key(key), one) for key, one in list(value.items()))
        yield from ((name, one) for name, one in _attributes(value) if type(value).__module__.startswith("moto."))
    elif isinstance(value, (list, tuple, deque)):
        yield from ((str(index), one) for index, one in enumerate(value))
    elif isinstance(value, Set):
        yield from ((str(one), one) for one in value)
    elif _is_object(value):
        yield from _attributes(value)


def _key(key: Any) -> str:
    return key if isinstance(key, str) else str(key.value if isinstance(key, Enum) else key)


def _attributes(value: Any) -> Iterator[tuple[str, Any]]:
    if isinstance(value, ManagedState):
        value.status  # noqa: B018 - moto brings it up to date when it is read
    names = getattr(value, "__dict__", None)
    for name in list(names) if names is not None else getattr(value, "__slots__", ()):
        yield name, getattr(value, name, None) if names is None else names[name]
    if type(value).__name__ == "FakeKey" and type(value).__module__ == "moto.s3.models":
        yield "content", value.value


def _says(name: str, value: Any) -> bool:
    """Whether an attribute says anything about the account."""
    if NOISE.search(name) or isinstance(value, (BaseBackend, type)) or callable(value):
        return False
    return (
        value is None
        or isinstance(value, (str, int, float, bytes, Mapping, list, tuple, Set, deque, date, timedelta, Enum))
        or _is_object(value)
    )


def _foreign(service: str, value: Any) -> bool:
    """What every account sees and nobody in it can change: AWS's images, policies, lists of addresses."""
    if not _is_object(value) or service not in ("ec2", "iam", "kms"):
        return False
    if service == "kms":  # made when somebody asks for it
        return any(str(alias).startswith("alias/aws/") for alias in getattr(value, "aliases", ()))
    kind = type(value).__name__
    if kind in ("Ami", "Snapshot", "ManagedPrefixList"):
        return bool(getattr(value, "owner_id", DEFAULT_ACCOUNT_ID) != DEFAULT_ACCOUNT_ID)
    return kind in ("AWSManagedPolicy",)


def _label(value: Any) -> str:
    for name in ("arn", "id", "name"):
        found = getattr(value, name, None)
        if isinstance(found, str):
            return f"{type(value).__name__} {found}"
    return type(value).__name__
