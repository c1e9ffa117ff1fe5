# SPDX-License-Identifier: GPL-3.0-or-later
"""Which alarms an environment has, by what is declared. Pure.

What tells that something is broken tells also that it is over. Where a host's agent falls silent, its alarm for memory says so.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from . import metrics
from .kinds import topic

if TYPE_CHECKING:
    from .balancers import Balancer
    from .declaration import Environment
    from .metrics import Metric
    from .watching import Watching

MORE, LESS, AT_LEAST = "GreaterThanThreshold", "LessThanThreshold", "GreaterThanOrEqualToThreshold"
#: what becomes of an alarm where there is no data: it is told as such, or means that all is well
UNKNOWN, WELL = "missing", "notBreaching"
_GIB = 1024**3


class Alarm(NamedTuple):
    """``name``: in its environment. ``metrics``: id -> one that is looked at; ``expression``: what is made of them, in CloudWatch's words.

    ``of``, ``within``: in so many of so many periods. ``moves``: AWS moves the host to another machine. ``silence``: no data is told.
    """

    name: str
    says: str
    metrics: Mapping[str, Metric]
    compared: str
    limit: float
    of: int = 1
    within: int = 1
    missing: str = UNKNOWN
    expression: str = ""
    moves: bool = False
    silence: bool = False


def of(env: Environment) -> Iterator[Alarm]:
    watching = env.declared["watching"]
    if watching:
        for host in sorted(env.declared["hosts"]):
            yield from _of_host(env, watching, host)
        for role in metrics.logging(env):
            yield from _of_answers(env, watching, role)
        if balancer := env.declared["balancer"]:
            yield from _of_balancer(env, watching, balancer)
        if env.declared["database"]:
            yield from _of_database(env, watching)


def _of_host(env: Environment, watching: Watching, host: str) -> Iterator[Alarm]:
    if (cpu := watching["cpu"]) is not None:
        yield Alarm(f"{host}-cpu", f"{host}: CPU over {cpu} % for five minutes", _one(metrics.of_host("CPUUtilization", host)), MORE, cpu)
    yield from _of_machine(watching, host)
    if not watching["agent"]:
        return
    if (memory := watching["memory"]) is not None:
        used = metrics.of_agent(env, metrics.MEMORY, host)
        says = f"{host}: memory over {memory} % for five minutes; without data its agent is silent"
        yield Alarm(f"{host}-memory", says, _one(used), MORE, memory, 5, 5, silence=True)
    if (disk := watching["disk"]) is not None:
        used = metrics.of_agent(env, metrics.DISK, host)
        yield Alarm(f"{host}-disk", f"{host}: disk ({metrics.ROOT}) over {disk} % for five minutes", _one(used), MORE, disk, 5, 5)


def _of_machine(watching: Watching, host: str) -> Iterator[Alarm]:
    """AWS's own checks, of the machine below and of the host upon it. Only what ails the machine is cured by another one."""
    checks = {"machine": ("StatusCheckFailed_System", watching["recover"]), "host": ("StatusCheckFailed_Instance", False)}
    for what, (name, moves) in checks.items():
        failed = metrics.of_host(name, host, stat="Maximum", period=60)
        says = f"{host}: AWS's check of its {what} failed twice" + ("; it is moved to another machine" if moves else "")
        yield Alarm(f"{host}-{what}", says, _one(failed), AT_LEAST, 1, 2, 2, moves=moves)


def _of_answers(env: Environment, watching: Watching, role: str) -> Iterator[Alarm]:
    if (errors := watching["errors"]) is not None:
        least = watching["errors_of"]
        told = {name: metrics.of_logs(env, metric, role) for name, metric in _ANSWERED.items()}
        says = f"{role}: over {errors} % of at least {least} answers in five minutes were 5xx"
        yield Alarm(f"{role}-errors", says, told, MORE, errors, missing=WELL, expression=share(least))
    if (times := watching["health"]) is not None:
        failed = metrics.of_logs(env, metrics.FAILED, role, period=60)
        says = f"{role}: a host's check of its own edge failed {times:g} times in a row"
        yield Alarm(f"{role}-health", says, _one(failed), AT_LEAST, 1, int(times), int(times))


#: id in the expression -> metric
_ANSWERED = {"requests": metrics.REQUESTS, "errors": metrics.ERRORS}


def share(least: int, errors: str = "FILL(errors, 0)", requests: str = "FILL(requests, 0)") -> str:
    """Percent of ``errors`` in ``requests``; nothing where there are few. Whoever had no error may have no data of that."""
    return f"IF({requests} >= {least}, 100 * {errors} / {requests}, 0)"


#: id in the expression -> the load balancer's metric. Its own errors are of requests that it could give to nobody, and counts as none
_BALANCED = {"requests": "RequestCount", "target": "HTTPCode_Target_5XX_Count", "own": "HTTPCode_ELB_5XX_Count"}


def _of_balancer(env: Environment, watching: Watching, balancer: Balancer) -> Iterator[Alarm]:
    if (errors := watching["errors"]) is not None:
        least = watching["errors_of"]
        told = {name: metrics.of_balancer(env, metric) for name, metric in _BALANCED.items()}
        says = f"load balancer: over {errors} % of at least {least} answers in five minutes were 5xx"
        made = share(least, "(FILL(target, 0) + FILL(own, 0))", "(FILL(requests, 0) + FILL(own, 0))")
        yield Alarm("balancer-errors", says, told, MORE, errors, missing=WELL, expression=made)
    if (times := watching["health"]) is not None:
        lost = metrics.of_targets(env, balancer, "UnHealthyHostCount")
        says = f"load balancer: a host has not answered it for {times:g} minutes"
        yield Alarm("balancer-health", says, _one(lost), AT_LEAST, 1, int(times), int(times))


def _of_database(env: Environment, watching: Watching) -> Iterator[Alarm]:
    database = env.declared["database"]
    if database and (free := watching["database_storage"]) is not None:
        says = f"database: under {free} % of its storage ({database['storage']} GiB) free"
        least = database["storage"] * _GIB * free / 100
        yield Alarm("database-storage", says, _one(metrics.of_database(env, "FreeStorageSpace")), LESS, least)
    if (cpu := watching["database_cpu"]) is not None:
        used = metrics.of_database(env, "CPUUtilization")
        yield Alarm("database-cpu", f"database: CPU over {cpu} % for five minutes", _one(used), MORE, cpu)
    if (most := watching["database_connections"]) is not None:
        there = metrics.of_database(env, "DatabaseConnections")
        yield Alarm("database-connections", f"database: over {most:g} connections", _one(there), MORE, most)


def _one(metric: Metric) -> dict[str, Metric]:
    return {"m": metric}


def fields(env: Environment, one: Alarm) -> dict[str, Any]:
    """As the kind compares them."""
    # by the name that it has, so that one which is lost and made anew differs from nothing
    told = [topic.arn(env)]
    moved = [f"arn:aws:automate:{env.region}:ec2:recover"] if one.moves else []
    return {
        "description": one.says,
        "metrics": [_query(name, metric) for name, metric in one.metrics.items()],
        "expression": one.expression or None,
        "comparison": one.compared,
        "threshold": float(one.limit),
        "periods": one.within,
        "datapoints": one.of,
        "missing": one.missing,
        "actions": [*told, *moved],
        "ok_actions": told,
        "no_data_actions": told if one.silence else [],
        "enabled": True,
    }


def _query(name: str, metric: Metric) -> dict[str, Any]:
    where = {"namespace": metric.namespace, "name": metric.name, "dimensions": dict(metric.dimensions)}
    return {"id": name, **where, "stat": metric.stat, "period": metric.period}
