# SPDX-License-Identifier: GPL-3.0-or-later
"""Which host saves a component's database into the repository, and under which job: as the inventory says it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, NamedTuple

from .._common.errors import SpecError
from .._component.names import listed, short
from .jobs import POSTGRES

if TYPE_CHECKING:
    from ...module_utils._kinds.model import Json
    from .._component import roster

#: the component that has jobs, and its variable
_ROLE, _JOBS = "backup", "backup_jobs"


class Place(NamedTuple):
    host: str
    job: str


def places(hosts: roster.Roster, component: str) -> list[Place]:
    """By host, then by job. What cannot be rendered (a secret that this run has not read) is nobody's here: nothing depends on it."""
    return [Place(name, job) for name in hosts.names() for job in jobs_of(_jobs(hosts, name), component)]


def jobs_of(given: Json, component: str) -> list[str]:
    """Pure."""
    found = given if isinstance(given, Mapping) else {}
    return [str(name) for name, job in sorted(found.items()) if isinstance(job, Mapping) and _saves(job, component)]


def _saves(job: Mapping[str, Json], component: str) -> bool:
    return job.get("kind") == POSTGRES and short(str(job.get("component"))) == short(component)


def _jobs(hosts: roster.Roster, name: str) -> Json:
    try:
        host = hosts.host(name)
        role = listed(_ROLE, host.components)
        given = host.variables.get(_JOBS) if role else None
        return hosts.rendered(host, hosts.source(host, role), {_JOBS: given}, f"host {name}: {_JOBS}")[_JOBS] if given else {}
    except SpecError:
        return {}
