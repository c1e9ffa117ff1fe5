# SPDX-License-Identifier: GPL-3.0-or-later
"""``backup_jobs`` of an inventory, checked and completed for the program on the host. Pure."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypedDict

from ansible.module_utils.common.arg_spec import ArgumentSpecValidator

from ...module_utils._kinds import sandbox
from .._common.errors import SpecError
from .._component.names import short

if TYPE_CHECKING:
    from ...module_utils._kinds.model import Json

PROGRAM = "/usr/local/sbin/echodiary-backup"
POSTGRES, REDIS, PATH = "postgres", "redis", "path"
#: tags that say something else
RESERVED = ("deploy", "monthly", "scheduled")
_NAME = r"[a-z][a-z0-9_-]{0,30}"
_DOCS = "docs/backup.md, Jobs"

_EVERY: dict[str, Any] = {
    "kind": {"type": "str", "required": True, "choices": [POSTGRES, REDIS, PATH]},
    "schedule": {"type": "str", "required": True},
    "hours": {"type": "float", "default": 26.0},
    "random_delay": {"type": "int", "default": 600},
    "timeout": {"type": "int", "default": 14400},
}
_RESTORE_TEST: dict[str, Any] = {
    "schedule": {"type": "str", "default": ""},
    "image": {"type": "str", "default": ""},
    "least_rows": {"type": "float", "default": 0.9},
    "release": {"type": "str", "choices": ["available", "required", "off"], "default": "available"},
    "ready": {"type": "str", "default": ""},
    "read": {"type": "str", "default": ""},
    "environment": {"type": "dict", "default": {}},
}
_AMCHECK: dict[str, Any] = {
    "schedule": {"type": "str", "default": ""},
    "image": {"type": "str", "default": ""},
    "timeout": {"type": "int", "default": 14400},
    "heapallindexed": {"type": "bool", "default": True},
}
_OWN: dict[str, dict[str, Any]] = {
    POSTGRES: {
        "component": {"type": "str", "required": True},
        "restore_test": {"type": "dict", "options": _RESTORE_TEST, "apply_defaults": True},
        "amcheck": {"type": "dict", "options": _AMCHECK, "apply_defaults": True},
    },
    REDIS: {
        "host": {"type": "str", "required": True},
        "port": {"type": "int", "default": 6379},
        "user": {"type": "str", "default": ""},
        "password": {"type": "str", "default": "", "no_log": True},
        "tls": {"type": "bool", "default": False},
    },
    PATH: {
        "paths": {"type": "list", "elements": "path", "default": []},
        "volumes": {"type": "list", "elements": "str", "default": []},
    },
}
#: for the clock, and of no use to the program
_CLOCKS = ("schedule", "random_delay", "timeout")


#: what says which release serves, and its Compose file
_RELEASES = ("/var/lib/echodiary/slots", "/opt/echodiary")
#: the release that is tried has no network but that of its database, where it is asked from inside
_ENTERS = {
    "RestrictNamespaces": "net",
    "SystemCallFilter": "@system-service setns",
    "CapabilityBoundingSet": "CAP_DAC_OVERRIDE CAP_DAC_READ_SEARCH CAP_SYS_ADMIN CAP_SYS_PTRACE",
}
#: of which no file is: nobody knows then
_NOWHERE = "/nonexistent"


class Age(TypedDict):
    file: str
    hours: float


class _Timer(TypedDict, total=False):
    sandbox: dict[str, str]


class Timer(_Timer):
    """As ``timers`` of component.yml has it; times in s."""

    schedule: str
    command: list[str]
    description: str
    random_delay: int
    timeout: int
    reads: list[str]
    writes: list[str]


def components(given: Mapping[str, Json]) -> list[str]:
    """Whose databases are saved, as they are named."""
    return sorted({str(job["component"]) for job in checked(given).values() if job["kind"] == POSTGRES})


def timers(given: Mapping[str, Json], repository: str, directory: str) -> dict[str, Timer]:
    """``directory``: where its metrics are left."""
    jobs, places = checked(given), writes(repository, directory)
    saving = {
        f"echodiary-backup-{name}": _timer(job, job["schedule"], ["run", name], f"Backup of {name}", _reads(job), places)
        for name, job in jobs.items()
    }
    testing = {
        f"echodiary-restore-test-{name}": _entering(
            _timer(job, schedule, ["restore-test", name], f"Whether {name} comes back", [*_reads(job), *_RELEASES], places)
        )
        for name, job in jobs.items()
        if (schedule := job.get("restore_test", {}).get("schedule"))
    }
    checking = {
        f"echodiary-amcheck-{name}": _timer(
            {**job, "timeout": job["amcheck"]["timeout"]},
            schedule,
            ["amcheck", name],
            f"Whether the database of {name} is whole",
            _reads(job),
            places,
        )
        for name, job in jobs.items()
        if (schedule := job.get("amcheck", {}).get("schedule"))
    }
    return {**saving, **testing, **checking}


def writes(repository: str, directory: str, makes: bool = False) -> list[str]:
    """``makes``: the repository itself, too. In a bucket it is no place of the host."""
    local = [posixpath.dirname(repository.rstrip("/")) if makes else repository.rstrip("/")] if repository.startswith("/") else []
    return ["/run/echodiary", "/var/cache/echodiary/restic", *filter(None, [directory]), *local]


def _reads(job: Mapping[str, Any]) -> list[str]:
    """What is hidden from other units. PostgreSQL's programs run in a container."""
    asks = job["kind"] == POSTGRES or job.get("volumes")
    own = [*job.get("paths", []), *(["/var/lib/docker/volumes"] if job.get("volumes") else [])]
    return ["/etc/echodiary/backup", *(sandbox.DOCKER if asks else []), *own]


def ages(given: Mapping[str, Json], directory: str) -> dict[str, Age]:
    """As ``ages`` of component.yml has them: by the metric that the program leaves in ``directory`` when it has saved."""
    return {
        f"backup of {_whose(name, job)}": {"file": f"{directory or _NOWHERE}/backup_job_{name}.prom", "hours": job["hours"]}
        for name, job in checked(given).items()
    }


def _whose(name: str, job: Mapping[str, Any]) -> str:
    return f"{short(job['component'])} (job {name})" if job["kind"] == POSTGRES else name


def _entering(timer: Timer) -> Timer:
    return {**timer, "sandbox": _ENTERS}


def _timer(job: Mapping[str, Any], schedule: str, words: list[str], description: str, reads: list[str], places: list[str]) -> Timer:
    return {
        "schedule": schedule,
        "command": [PROGRAM, *words],
        "description": description,
        "random_delay": job["random_delay"],
        "timeout": job["timeout"],
        "reads": reads,
        "writes": places,
    }


def completed(given: Mapping[str, Json], databases: Mapping[str, Mapping[str, Json]], authority: str = "") -> dict[str, dict[str, Json]]:
    """What the program on the host is told. ``databases``: of each component, what `databases.py` found; ``authority``: a file on the host
    with that of servers whose components name none."""
    found = {}
    for name, job in checked(given).items():
        told = {key: value for key, value in job.items() if key not in _CLOCKS}
        if job["kind"] == POSTGRES:
            database = databases[job["component"]]
            login = {key: value for key, value in database.items() if key != "release"}
            told |= {
                "component": short(job["component"]),
                "database": {**login, "ca_certificate": _authority(name, database, authority)},
                **({"release": release} if (release := database.get("release")) else {}),
            }
        found[name] = told
    return found


def _authority(name: str, database: Mapping[str, Json], other: str) -> str:
    """SpecError where a server is to be authenticated and nothing says by what: it would be found out at night."""
    found = str(database["ca_certificate"]) or other
    if str(database["sslmode"]).startswith("verify-") and not found:
        said = f"sslmode {database['sslmode']} needs the authority of the database's server"
        raise SpecError(f"backup_jobs: {name}: {said}; set backup_database_ca_certificate (PEM text)")
    return found


def checked(given: Mapping[str, Json]) -> dict[str, dict[str, Any]]:
    """SpecError for the first that is none."""
    if not isinstance(given, Mapping):
        raise SpecError(f"backup_jobs has to be a mapping of names to jobs, not {type(given).__name__}; see {_DOCS}")
    return {str(name): _checked(str(name), job) for name, job in sorted(given.items())}


def _checked(name: str, given: Json) -> dict[str, Any]:
    if not re.fullmatch(_NAME, name) or name in RESERVED:
        said = f"is taken: {', '.join(RESERVED)} are" if name in RESERVED else "is no name: use a-z, 0-9, '-' and '_', which are"
        raise SpecError(f"backup_jobs: {name!r} {said} tags of snapshots")
    if not isinstance(given, Mapping):
        raise SpecError(f"backup_jobs: {name} has to be a mapping with kind and schedule; see {_DOCS}")
    own = _OWN.get(str(given.get("kind")), {})
    result = ArgumentSpecValidator({**_EVERY, **own}).validate(dict(given))
    if result.error_messages:
        raise SpecError(f"backup_jobs: {name}: {'; '.join(result.error_messages)}; see {_DOCS}")
    job: dict[str, Any] = result.validated_parameters
    if job["kind"] == PATH and not job["paths"] and not job["volumes"]:
        raise SpecError(f"backup_jobs: {name}: a job of kind path needs paths or volumes; see {_DOCS}")
    if not 0 <= job.get("restore_test", {}).get("least_rows", 0) <= 1:
        raise SpecError(f"backup_jobs: {name}: restore_test: least_rows is a share of the rows, from 0 to 1; see {_DOCS}")
    for key in ("ready", "read"):
        if not (path := job.get("restore_test", {}).get(key, "")).startswith("/") and path:
            raise SpecError(f"backup_jobs: {name}: restore_test: {key} {path!r} has to begin with /; the release is asked that")
    if job.get("amcheck", {}).get("timeout", 1) < 1:
        raise SpecError(
            f"backup_jobs: {name}: amcheck: timeout is {job['amcheck']['timeout']} s, in which nothing is looked at; see {_DOCS}"
        )
    if job["hours"] <= 0:
        raise SpecError(f"backup_jobs: {name}: hours is {job['hours']:g}; it is how old the newest backup may be, and more than 0")
    return job
