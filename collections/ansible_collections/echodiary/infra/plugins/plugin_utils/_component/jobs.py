# SPDX-License-Identifier: GPL-3.0-or-later
"""Work of a release that no request brings: services that take it by themselves (``workers``), those of the clock (``jobs``). Pure."""

from __future__ import annotations

import posixpath
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, TypedDict, cast

from ...module_utils._kinds import sandbox, timers
from ...module_utils._kinds.model import ConvergeError
from ...module_utils._release.slots import SERVING, SLOT
from .._common.errors import SpecError

if TYPE_CHECKING:
    from ...module_utils._kinds import documents
    from .compose import Asides

OPTIONS: dict[str, Any] = {
    "workers": {"type": "list", "elements": "str", "default": []},
    "jobs": {"type": "dict", "default": {}},
}
#: what the clock's part of a job shares with ``timers``
_SHARED = ("schedule", "description", "persistent", "random_delay", "timeout")
ENTRY: dict[str, Any] = {"service": {"type": "str", "required": True}, **{key: timers.ENTRY[key] for key in _SHARED}}
#: names the timer that a container was started by
_LABEL = "echodiary.job"
_STOPS = f'ExecStopPost=-/bin/sh -c "docker ps -q --filter label={_LABEL}={{}} | xargs -r docker stop"\n'
_FILE = {"owner": "root", "group": "root", "mode": "0644", "sensitive": False}


class Job(TypedDict, total=False):
    service: str
    schedule: str
    description: str | None
    persistent: bool
    random_delay: int
    timeout: int


def check_workers(name: str, workers: list[str], project: documents.ProjectSpec, asides: Asides) -> None:
    """SpecError for what could not be held back until the release has arrived."""
    for worker in workers:
        service = project["services"].get(worker)
        if service is None:
            raise SpecError(f"{name}: release: workers: the Compose file has no service '{worker}' that is started with the others")
        if service["oneshot"]:
            raise SpecError(
                f"{name}: release: workers: '{worker}' ends by itself (restart: no); let a job start it, or restart it unless-stopped"
            )
        if worker in asides.returning:
            raise SpecError(
                f"{name}: release: workers: '{worker}' is restarted always, or on failure, with which a reboot starts it in the slot that "
                "rests, too; write restart: unless-stopped"
            )
    if len(set(workers)) < len(workers):
        raise SpecError(f"{name}: release: workers: {', '.join(workers)} names one twice; name each once")
    for service_name, needed in asides.needs.items():
        wanting = sorted(set(needed) & set(workers))
        if wanting and service_name not in workers:
            raise SpecError(
                f"{name}: release: service '{service_name}' depends_on '{wanting[0]}', a worker, which is only started once the release "
                "has arrived; take that depends_on out"
            )


def read(name: str, project: documents.ProjectSpec, given: Mapping[str, Job], asides: Asides) -> documents.JobsSpec:
    """Each as a timer called ``<component>-<job>``, by whatever slot serves when it is time."""
    made = {f"{name}-{job}": _timer(name, job, entry, project, asides) for job, entry in given.items()}
    try:
        checked = timers.checked(made)
    except ConvergeError as error:
        raise SpecError(f"{name}: release: jobs: {error}") from error
    parts = timers.parts(checked)
    files = {path: {"content": _of_release(timer, text), **_FILE} for timer, one in parts.items() for path, text in one.files.items()}
    found = {
        "timers": checked,
        "files": files,
        "units": {unit: spec for one in parts.values() for unit, spec in one.units.items()},
        "validate": [judge for one in parts.values() for judge in one.validate],
    }
    return cast("documents.JobsSpec", found)


def refuse_taken(name: str, made: documents.JobsSpec, manifest: Mapping[str, Any]) -> None:
    """SpecError for what the component declares as well, beside its release."""
    if taken := [*(made["files"].keys() & manifest["files"].keys()), *(made["units"].keys() & manifest["units"].keys())]:
        raise SpecError(f"{name}: release: jobs make {min(taken)}, which is declared as well; keep one of them")


def _timer(name: str, job: str, entry: Job, project: documents.ProjectSpec, asides: Asides) -> timers.Timer:
    service = entry["service"]
    if service not in asides.profiled:
        raise SpecError(
            f"{name}: release: jobs {job}: the Compose file has no service '{service}' with profiles, which keep it from being started "
            "with the others; write it there as in profiles: [jobs]"
        )
    if not asides.profiled[service]:
        raise SpecError(f"{name}: release: jobs {job}: service '{service}' needs an image; building on hosts is not supported")
    place = ["--project-name", f"{project['name']}-{SLOT}", "--file", project["file"]]
    command = [
        "/usr/bin/docker",
        "compose",
        "--progress",
        "quiet",
        *place,
        "run",
        "--rm",
        "--no-deps",
        "-T",
        "--label",
        f"{_LABEL}={name}-{job}",
        service,
    ]
    # docker reads the Compose file of whichever slot serves, and the logins of registries
    timer = {**{key: entry.get(key) for key in _SHARED}, "command": command, "environment_file": SERVING.format(name)}
    timer["reads"] = [*sandbox.DOCKER, posixpath.dirname(project["file"].partition(f"/{SLOT}/")[0] + "/")]
    return cast("timers.Timer", timer)


def _of_release(timer: str, text: str) -> str:
    """The slot is whichever serves when the clock strikes, and that needs the engine. What systemd ends would go on in its container."""
    found = text.replace("timers in component.yml", "jobs of the release in component.yml", 1)
    found = found.replace("[Unit]\n", "[Unit]\nAfter=docker.service\nWants=docker.service\n", 1).replace(SLOT, "${SLOT}")
    return found.replace("ExecStart=", f"{_STOPS.format(timer)}ExecStart=", 1)


def claims(rolled: documents.ReleaseSpec | None) -> Iterable[str]:
    """What no other component may have: as people know it, and what that is made of."""
    found = rolled.get("jobs") if rolled else None
    if not found:
        return ()
    return [*(f"timer {one}" for one in found["timers"]), *found["files"], *(f"unit {one}" for one in found["units"])]


def claimed(rolled: documents.ReleaseSpec | None) -> Iterable[str]:
    """The same as resources."""
    return (claim if claim.startswith("/") else claim.replace(" ", ":", 1) for claim in claims(rolled))
