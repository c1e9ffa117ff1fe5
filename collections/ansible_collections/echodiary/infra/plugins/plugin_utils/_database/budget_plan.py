# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether the connections that a deploy may open are there: arithmetic, spelt out. Pure.

What the application holds now is part of the demand already: while two slots run on a host, the old one is one of them. It is
therefore never subtracted from what is free; only sessions of others are.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ...module_utils._inside.shapes import Connections


@dataclass(frozen=True)
class Demand:
    """What the application may open. ``overlap`` hosts run two slots at once, the others one."""

    hosts: int
    overlap: int
    workers: int
    pool_size: int
    pool_overflow: int
    extra: int

    @property
    def slots(self) -> int:
        return self.hosts + self.overlap

    @property
    def per_worker(self) -> int:
        return self.pool_size + self.pool_overflow + self.extra

    @property
    def total(self) -> int:
        return self.slots * self.workers * self.per_worker

    @property
    def resting(self) -> int:
        """Between deploys."""
        return self.hosts * self.workers * self.per_worker

    def __str__(self) -> str:
        hosts = _count(self.hosts, "host")
        if self.overlap == self.hosts:
            hosts += " x 2 slots"
        elif self.overlap:
            hosts = f"({hosts} + {self.overlap} overlapping)"
        return f"{hosts} x {_count(self.workers, 'worker')} x ({self.pool_size} + {self.pool_overflow} + {self.extra}) = {self.total}"


@dataclass(frozen=True)
class Limit:
    """One of the server's limits: ``whole`` less what is ``reserved`` less what ``others`` hold is ``free``."""

    name: str  # server, role or database
    setting: str
    whole: int
    reserved: int
    others: int
    raised_by: str

    @property
    def free(self) -> int:
        return self.whole - self.reserved - self.others

    def __str__(self) -> str:
        reserved = f" - {self.reserved} reserved" if self.reserved else ""
        return f"{self.setting} {self.whole}{reserved} - {self.others} of others = {self.free}"


@dataclass(frozen=True)
class Present:
    """Connections there are now."""

    own: int
    others: int  # everybody else's, on the whole server
    role_others: int  # of those, with the application's role
    database_others: int  # of those, in the application's database


def present(facts: Connections, application: str) -> Present:
    """``application``: how the application_name of the application's own sessions begins; empty for all of its role's."""
    role, database = facts["role"]["name"], facts["database"]["name"]
    own, others, of_role, of_database = 0, 0, 0, 0
    for one in facts["sessions"]:
        same_role, same_database = one["role"] == role, one["database"] == database
        if same_role and same_database and one["application"].startswith(application):
            own += one["count"]
            continue
        others += one["count"]
        of_role += one["count"] * same_role
        of_database += one["count"] * same_database
    return Present(own, others, of_role, of_database)


def limits(facts: Connections, now: Present) -> list[Limit]:
    """The server's own, and those of role and database where there are any. Superusers have none of the latter."""
    role, database = facts["role"], facts["database"]
    reserved = sum(facts["reserved"].values())
    found = [Limit("server", "max_connections", facts["max_connections"], reserved, now.others, "raise max_connections to {}")]
    if role["superuser"]:
        return found
    if role["limit"] >= 0:
        raised = f"ALTER ROLE {role['name']} CONNECTION LIMIT {{}}"
        found.append(Limit("role", f"connection limit of role {role['name']}", role["limit"], 0, now.role_others, raised))
    if database["limit"] >= 0:
        raised = f"ALTER DATABASE {database['name']} CONNECTION LIMIT {{}}"
        found.append(
            Limit("database", f"connection limit of database {database['name']}", database["limit"], 0, now.database_others, raised)
        )
    return found


def problems(facts: Connections, demand: Demand, bounds: list[Limit], major: int | None) -> list[str]:
    """Why this deploy may not go on; empty when it may."""
    found = [_too_much(demand, bound) for bound in bounds if demand.total > bound.free]
    live = facts["server_version_num"] // 10_000
    if major is not None and live != major:
        found.append(
            f"the server is PostgreSQL {live} and the inventory says {major}: correct postgresql_major, or deploy to the right database"
        )
    return found


def fits_per_worker(demand: Demand, bounds: list[Limit]) -> int:
    """The most connections each worker could have."""
    return max(0, min(bound.free for bound in bounds) // (demand.slots * demand.workers))


def surplus(demand: Demand, now: Present) -> str:
    """A remark where the application holds more than its numbers say: then the numbers are not those of what runs."""
    if now.own <= demand.total:
        return ""
    return (
        f"the application holds {now.own} connections, more than {demand}: either its settings here are not those that run, "
        "or somebody else uses its role; see pg_stat_activity"
    )


def _too_much(demand: Demand, bound: Limit) -> str:
    fits = fits_per_worker(demand, [bound])
    needed = bound.whole + demand.total - bound.free
    return (
        f"{demand} > {bound}; lower workers, pool_size or pool_overflow ({fits} per worker would fit), or {bound.raised_by.format(needed)}"
    )


def _count(number: int, what: str) -> str:
    return f"{number} {what}" if number == 1 else f"{number} {what}s"
