# SPDX-License-Identifier: GPL-3.0-or-later
"""Where AWS and moto differ: one small function each, by the operation it is about.

``before`` refuses, ``instead`` answers what moto has not, ``after`` puts moto's state or its answer right."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator
from fnmatch import fnmatchcase
from typing import Any, NamedTuple

from ..calls import Call
from ..memory import Memory


class Asked(NamedTuple):
    """A call under way: what rules are given."""

    call: Call
    memory: Memory
    log: list[Call] = []  # noqa: RUF012 - never changed

    @property
    def parameters(self) -> dict[str, Any]:
        return self.call.asked

    def get(self, name: str, default: Any = None) -> Any:
        value = self.call.asked.get(name)
        return default if value is None else value

    def backend(self, service: str) -> Any:
        """moto's backend of a service for the call's account and region."""
        from moto.backends import get_backend

        return get_backend(service)[self.call.account][_where(service, self.call.region)]

    def kept(self, subject: str) -> dict[str, Any]:
        return self.memory.of(subject, self.call.region)


#: services with one backend for all regions
GLOBAL = frozenset({"iam", "s3", "sts", "route53", "budgets"})

Before = Callable[[Asked], None]
Instead = Callable[[Asked], "dict[str, Any] | None"]
After = Callable[[Asked, dict[str, Any]], "dict[str, Any] | None"]

_before: dict[str, list[Before]] = defaultdict(list)
_last: dict[str, list[Before]] = defaultdict(list)
_instead: dict[str, Instead] = {}
_after: dict[str, list[After]] = defaultdict(list)


def _where(service: str, region: str) -> str:
    return "aws" if service in GLOBAL else region


def before(*operations: str) -> Callable[[Before], Before]:
    """A rule that raises RefusedError, or prepares, before moto sees the call. Patterns are allowed (``rds:*``)."""

    def add(rule: Before) -> Before:
        for operation in operations:
            _before[operation].append(rule)
        return rule

    return add


def last(*operations: str) -> Callable[[Before], Before]:
    """As ``before``, when nothing else has refused."""

    def add(rule: Before) -> Before:
        for operation in operations:
            _last[operation].append(rule)
        return rule

    return add


def instead(*operations: str) -> Callable[[Instead], Instead]:
    """The answer in place of moto's; None: moto answers after all."""

    def add(rule: Instead) -> Instead:
        for operation in operations:
            _instead[operation] = rule
        return rule

    return add


def after(*operations: str) -> Callable[[After], After]:
    """Sees moto's answer; returns another, or None for the same. Only called when moto did not refuse."""

    def add(rule: After) -> After:
        for operation in operations:
            _after[operation].append(rule)
        return rule

    return add


def befores(operation: str) -> Iterator[Before]:
    return _matching(_before, operation)


def lasts(operation: str) -> Iterator[Before]:
    return _matching(_last, operation)


def afters(operation: str) -> Iterator[After]:
    return _matching(_after, operation)


def answer(operation: str) -> Instead | None:
    return _instead.get(operation)


def _matching(rules: dict[str, list[Any]], operation: str) -> Iterator[Any]:
    for pattern, found in rules.items():
        if pattern == operation or ("*" in pattern and fnmatchcase(operation, pattern)):
            yield from found


def load() -> None:
    """Importing a service's file registers its rules."""
    from . import (  # noqa: F401
        balancers,
        budgets,
        cache,
        certificates,
        cloudtrail,
        database,
        ec2,
        iam,
        keys,
        lag,
        logs,
        masters,
        network,
        parameters,
        partial,
        registry,
        s3,
        secrets,
        ssm,
        store,
        tables,
        targets,
        topics,
        watching,
        zones,
    )  # fmt: skip
