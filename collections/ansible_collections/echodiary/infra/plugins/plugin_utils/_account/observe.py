# SPDX-License-Identifier: GPL-3.0-or-later
"""What of an environment is there. Every kind is read at once; what several of them ask is asked once."""

from __future__ import annotations

from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

from .._common.errors import SpecError
from . import aws as reading
from .kinds import catalog

if TYPE_CHECKING:
    from .aws import Aws
    from .declaration import Environment
    from .model import Kind, Seen


READS = ("sts:GetCallerIdentity",)


def check_account(aws: Aws, env: Environment) -> None:
    """Before the first read: whose account this is. SpecError for another one."""
    found = aws.one("sts", "get_caller_identity", "Account")
    if found != env.account:
        raise SpecError(
            f"these credentials are of account {found}, and the inventory declares aws_account {env.account}: nothing was read; "
            "use the credentials of that account (AWS_PROFILE), or correct aws_account"
        )


def everything(aws: Aws, env: Environment) -> list[Seen]:
    """RefusedError where a right is missing: nothing is taken for absent that could not be looked at."""
    with ThreadPoolExecutor(reading.THREADS) as pool:
        parts = [pool.submit(kind, aws, env, one) for one in catalog.KINDS]
        return [seen for part in parts for seen in part.result()]


def kind(aws: Aws, env: Environment, one: Kind) -> list[Seen]:
    found = list(one.observe(aws, env))
    _check_unique(found, {want.resource for want in one.declared(env)})
    return found


def _check_unique(found: Iterable[Seen], wanted: Iterable[object]) -> None:
    """Of two things with one name nobody can tell which is meant."""
    known: dict[object, str] = {}
    for seen in found:
        if seen.resource in known and seen.resource in wanted:
            raise SpecError(
                f"{seen.resource}: there are two of this name, {known[seen.resource]} and {seen.id}; give the one that is not meant "
                "another Name (or delete it), and run again"
            )
        known[seen.resource] = seen.id
