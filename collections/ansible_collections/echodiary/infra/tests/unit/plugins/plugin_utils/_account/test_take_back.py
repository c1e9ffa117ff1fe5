# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

from types import SimpleNamespace
from typing import cast

from ansible_collections.echodiary.infra.plugins.plugin_utils._account import take_back
from ansible_collections.echodiary.infra.plugins.plugin_utils._account.apply import Choice
from ansible_collections.echodiary.infra.plugins.plugin_utils._account.aws import RefusedError
from ansible_collections.echodiary.infra.plugins.plugin_utils._account.model import (
    CREATE,
    IRREVERSIBLE,
    KEEP,
    ORPHAN,
    REPLACE,
    UPDATE,
    Change,
    Kind,
    Resource,
    Seen,
)
from ansible_collections.echodiary.infra.plugins.plugin_utils._account.run import Run, wanted
from ansible_collections.echodiary.infra.plugins.plugin_utils._common.errors import SpecError

from .example import environment

PREFIX = "echodiary-production"
ENV = environment(database={}, cache={})
MADE = [
    Change(one.resource, CREATE, {}, one)
    for one in wanted(ENV)
    if one.resource.kind in ("vpc", "subnet", "security_group", "subnet_group", "database", "cache_subnet_group", "cache")
]


def taken(there: list[Resource], before: list[Seen], state: str = "available") -> tuple[list[str], list[str]]:
    """What goes, and what is told to stay."""
    removed: list[str] = []
    there = list(there)

    def remove(_kind: Kind, seen: Seen) -> None:
        there.remove(seen.resource)
        removed.append(str(seen.resource))

    def seen(kind: Kind) -> list[Seen]:
        return [Seen(one, f"id-{one}", {}, settled=state == "available", state=state) for one in there if one.kind == kind.NAME]

    run = SimpleNamespace(seen=seen, remove=remove)
    stayed = take_back.take_back(cast("Run", run), MADE, before)
    return removed, stayed


def test_a_database_stays_and_what_it_stands_on_with_it_while_the_rest_goes() -> None:
    removed, stayed = taken([change.resource for change in MADE], [], "creating")
    told = {name: line for line in stayed for name in line.partition(" (")[0].split(", ")}
    assert set(told) == {
        f"database:{PREFIX}",
        f"subnet_group:{PREFIX}-database",
        f"security_group:{PREFIX}-database",
        f"subnet:{PREFIX}-private-a",
        f"subnet:{PREFIX}-private-c",
        f"vpc:{PREFIX}",
    }
    assert "it is creating" in told[f"database:{PREFIX}"] and f"database:{PREFIX} needs it" in told[f"subnet_group:{PREFIX}-database"]
    assert removed[:2] == [f"cache:{PREFIX}", f"cache_subnet_group:{PREFIX}-cache"] and f"subnet:{PREFIX}-public-a" in removed


def test_all_goes_where_there_is_no_database_yet() -> None:
    removed, stayed = taken([change.resource for change in MADE if change.resource.kind != "database"], [])
    assert stayed == [] and f"vpc:{PREFIX}" in removed


def test_what_was_begun_and_cannot_be_read_any_more_is_named_with_one_reason() -> None:
    def seen(kind: Kind) -> list[Seen]:
        raise SpecError(f"{kind.NAME} could not be asked")

    begun = [change.resource for change in MADE if change.resource.kind in ("vpc", "subnet")]
    run = SimpleNamespace(seen=seen, journal=SimpleNamespace(begun=set(begun)))
    (told,) = take_back.take_back(cast("Run", run), MADE, [])
    names, _, why = told.partition(" (")
    assert sorted(names.split(", ")) == sorted(map(str, begun)) and why == "not known: cache could not be asked)"


def test_a_right_that_is_missing_is_named_beside_each() -> None:
    def seen(kind: Kind) -> list[Seen]:
        raise RefusedError(f"{kind.NAME} is refused")

    run = SimpleNamespace(seen=seen, journal=SimpleNamespace(begun={change.resource for change in MADE}))
    assert f"vpc:{PREFIX} (not known: vpc is refused)" in take_back.take_back(cast("Run", run), MADE, [])


def test_what_would_be_lost_is_neither_replaced_nor_pruned_whatever_people_say() -> None:
    everything = Choice(frozenset({f"database:{PREFIX}", f"cache:{PREFIX}"}), prune=True)
    database, cache = Resource("database", PREFIX), Resource("cache", PREFIX)
    assert not any(everything.takes(Change(database, action, {})) for action in (REPLACE, IRREVERSIBLE, KEEP))
    assert all(everything.takes(Change(cache, action, {})) for action in (REPLACE, ORPHAN, UPDATE))
    assert everything.takes(Change(database, UPDATE, {})) and not Choice().takes(Change(cache, REPLACE, {}))
