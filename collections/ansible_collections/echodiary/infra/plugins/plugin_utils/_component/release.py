# SPDX-License-Identifier: GPL-3.0-or-later
"""The ``release`` of a component that lives in two slots: checked, with the fingerprint of everything that makes it one. Pure."""

from __future__ import annotations

import hashlib
import json
import posixpath
import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, NamedTuple, TypedDict

from ansible.module_utils.common.arg_spec import ArgumentSpecValidator

from ...module_utils._release.slots import PORT, SLOT
from .._common.errors import SpecError
from .._contract.points import POINTS
from . import compose, jobs, rates, requests, routes

if TYPE_CHECKING:
    from ...module_utils._kinds.documents import RequestSpec

#: points of the contract that an image may break; of one that nobody has there is nothing to accept
ACCEPTED = [point for point in POINTS if point != "image"]
_HAPROXY = {
    "backend": {"type": "str", "default": ""},
    "socket": {"type": "str", "default": "/run/haproxy/admin.sock"},
    "save": {"type": "str", "default": "/usr/local/lib/echodiary/haproxy-save-state"},
}
_CHECK = {
    "path": {"type": "str", "default": "/"},
    "status": {"type": "int", "default": 200},
}
_WARM_UP = {
    "path": {"type": "str", "required": True},
    "times": {"type": "int", "default": 1},
    "headers": {"type": "dict", "default": {}},
}
_MIGRATE = {
    "env_file": {"type": "str", "default": ""},
    "volumes": {"type": "list", "elements": "str", "default": []},
    "allow": {"type": "list", "elements": "dict", "default": []},
    "command": {"type": "list", "elements": "str", "default": []},
    "timeout": {"type": "float", "default": 600.0},
}
OPTIONS: dict[str, Any] = {
    "service": {"type": "str", "required": True},
    "slots": {"type": "dict", "default": {}},
    **jobs.OPTIONS,
    "haproxy": {"type": "dict", "options": _HAPROXY, "apply_defaults": True},
    **routes.OPTIONS,
    "check": {"type": "dict", "options": _CHECK, "apply_defaults": True},
    "internal_paths": {"type": "list", "elements": "str", "default": []},
    "max_body_bytes": {"type": "int", "default": 0},
    "rate": {"type": "dict", "options": rates.OPTIONS},
    "warm_up": {"type": "list", "elements": "dict", "default": [], "options": _WARM_UP},
    "requests": {"type": "list", "elements": "dict", "default": [], "options": requests.REQUEST},
    "latency": {"type": "str", "default": ""},
    "drain": {"type": "float", "default": 30.0},
    "interval": {"type": "float", "default": 1.0},
    "passes": {"type": "int", "default": 3},
    "keep": {"type": "int", "default": 5},
    "min_free": {"type": "float", "default": 1.0},
    "environment": {"type": "list", "elements": "str", "default": []},
    "accepts": {"type": "list", "elements": "str", "default": [], "choices": ACCEPTED},
    "migrate": {"type": "dict", "options": _MIGRATE},
}


#: of a release that nobody asks
_UNASKED = {"blue": 0, "green": 0}
#: what is said of requests
_OF_REQUESTS = ("hosts", "path", "internal_paths", "max_body_bytes", "rate", "warm_up", "requests", "latency")
#: of what is declared, what a host that rolls the component needs in another form, or not at all
_NOT_ROLLED = ("workers", "jobs", "accepts", "check", "internal_paths", "max_body_bytes", "rate", "requests", "latency")
#: segments of a path, which may end with a slash
_INTERNAL = re.compile(r"(/(?!\.{1,2}(/|$))[A-Za-z0-9._~!$&'()*+,=:@-]+)+/?")


class Check(TypedDict):
    path: str
    status: int


class Declared(NamedTuple):
    """What others have to know of a component with slots: the edge, and whoever deploys it. ``slots``: none of one that nobody asks.
    ``max_body_bytes``: 0 where it does not say; ``rate``: None there; ``latency``: a histogram that Prometheus has of its answers, in
    seconds; ``accepts``: points of the contract that may be broken."""

    route: routes.Route
    slots: dict[str, int]
    check: Check
    internal_paths: list[str]
    max_body_bytes: int
    rate: rates.Rate | None
    requests: list[RequestSpec]
    latency: str
    accepts: list[str]


def declared(name: str, given: Mapping[str, Any]) -> Declared:
    """From ``release`` as it was rendered. SpecError for anything that is not understood."""
    result = ArgumentSpecValidator({"release": {"type": "dict", "options": OPTIONS}}).validate({"release": dict(given)})
    if result.error_messages:
        raise SpecError(f"{name}: component.yml: {'; '.join(result.error_messages)}")
    return _declared(name, result.validated_parameters["release"])


def _declared(name: str, release: dict[str, Any]) -> Declared:
    _check_paths(name, release)
    backend = release["haproxy"]["backend"] or name
    if not re.fullmatch("[A-Za-z0-9._-]+", backend):
        raise SpecError(f"{name}: release: haproxy: backend '{backend}' has to be of letters, digits and ._-")
    if not re.fullmatch("([a-zA-Z_:][a-zA-Z0-9_:]*)?", release["latency"]):
        raise SpecError(f"{name}: release: latency '{release['latency']}' is no name of a metric, as in http_request_duration_seconds")
    if release["max_body_bytes"] < 0:
        raise SpecError(f"{name}: release: max_body_bytes has to be more than 0, not {release['max_body_bytes']}")
    try:
        requests.check(release["requests"])
    except SpecError as error:
        raise SpecError(f"{name}: release: {error}") from error
    route = routes.read(name, backend, release)
    asked = [key for key in _OF_REQUESTS if release[key]]
    if not release["slots"] and asked:
        raise SpecError(
            f"{name}: release: {', '.join(asked)} {'is' if len(asked) == 1 else 'are'} about requests, and without slots nobody asks it; "
            "give each slot a port, as in slots: {blue: 8001, green: 8002}, or leave that out"
        )
    return Declared(
        route=route,
        slots=_slots(name, release["slots"]) if release["slots"] else {},
        check=release["check"],
        internal_paths=release["internal_paths"],
        max_body_bytes=release["max_body_bytes"],
        rate=rates.read(f"{name}: release: rate", release["rate"]) if release["rate"] else None,
        requests=_addressed(route, release["requests"]),
        latency=release["latency"],
        accepts=release["accepts"],
    )


def _check_paths(name: str, release: dict[str, Any]) -> None:
    asked = [release["check"]["path"], *(one["path"] for one in release["warm_up"])]
    for path in [*asked, *release["internal_paths"]]:
        if not path.startswith("/") or re.search(r"[\s\x00-\x1f]", path):
            raise SpecError(f"{name}: release: path {path!r} has to begin with / and to be one word")
    for path in release["internal_paths"]:
        _check_internal(name, path)
    for one in release["warm_up"]:
        if not 1 <= one["times"] <= 1000:
            raise SpecError(f"{name}: release: warm_up: {one['path']}: times has to be from 1 to 1000, not {one['times']}")


def _check_internal(name: str, path: str) -> None:
    """As it is compared: decoded, without a query, its dots resolved, in letters that have one small form each."""
    if path == "/":
        raise SpecError(f"{name}: release: internal_paths: / is all there is; name what the edge keeps to itself")
    if not _INTERNAL.fullmatch(path):
        raise SpecError(
            f"{name}: release: internal_paths: {path!r} is no plain path, so the edge would miss it: write it decoded, without query, //, "
            ". and .., in ASCII letters, digits and -._~!$&'()*+,=:@ only, as in /admin/stats"
        )


def _addressed(route: routes.Route, asked: list[Any]) -> list[Any]:
    """As a user's request arrives: under the application's name, where it has one."""
    if not route.hosts:
        return asked
    return [{**one, "headers": {"Host": route.hosts[0], **one["headers"]}} for one in asked]


def read(manifest: dict[str, Any], release: dict[str, Any] | None) -> dict[str, Any] | None:
    """What the host needs to know of a release; None for a component that restarts in place."""
    if release is None:
        return None
    name, project = manifest["name"], manifest["compose"]
    if not project or release["service"] not in project["services"]:
        raise SpecError(f"{name}: release names service '{release['service']}', which the Compose file does not have")
    if SLOT not in project["file"]:
        raise SpecError(f"{name}: compose has to be in a directory of the slot (…/{SLOT}/…), so that two releases can be there at once")
    if f"{posixpath.dirname(project['file'])}/.env" in manifest["files"]:
        raise SpecError(f"{name}: {posixpath.dirname(project['file'])}/.env is written for each slot (SLOT and PORT); name yours otherwise")
    found = _declared(name, release)
    _check_numbers(name, release)
    _check_probes(name, manifest["health"], found)
    _check_environment(name, manifest, release)
    _check_migrate(name, release["migrate"])
    image = project["services"][release["service"]]["image"]
    edge = release["haproxy"] if found.slots else {"socket": "", "save": ""}
    return {
        **{key: value for key, value in release.items() if key not in _NOT_ROLLED},
        **_work(name, manifest, release),
        "slots": found.slots or _UNASKED,
        "haproxy": {**edge, "backend": found.route.backend},
        "hosts": list(found.route.hosts),
        "path": found.route.path,
        "warm_up": _addressed(found.route, release["warm_up"]),
        "image": image,
        "config": fingerprint(manifest, image),
        "state": "present",
        "expect": "",
        "migrated": False,
        "permitted": False,
    }


def _work(name: str, manifest: dict[str, Any], release: dict[str, Any]) -> dict[str, Any]:
    """Nothing where there is none. What nobody asks works by itself."""
    project = manifest["compose"]
    workers = release["workers"] or ([] if release["slots"] else [release["service"]])
    if release["slots"] and release["service"] in workers:
        raise SpecError(f"{name}: release: workers: service '{release['service']}' answers requests, for which it has to run before")
    given = {job: _job(name, job, entry) for job, entry in release["jobs"].items()}
    asides = compose.asides(manifest["files"][project["file"]]["content"]) if workers or given else compose.Asides({}, {}, [])
    jobs.check_workers(name, workers, project, asides)
    if not given:
        return {"workers": workers} if workers else {}
    made = jobs.read(name, project, given, asides)
    jobs.refuse_taken(name, made, manifest)
    return {**({"workers": workers} if workers else {}), "jobs": made}


def _job(name: str, job: str, entry: Any) -> jobs.Job:
    result = ArgumentSpecValidator(jobs.ENTRY).validate(entry if isinstance(entry, dict) else {})
    if result.error_messages:
        raise SpecError(f"{name}: release: jobs {job}: {'; '.join(result.error_messages)}")
    found: jobs.Job = result.validated_parameters
    return found


def _check_probes(name: str, health: list[dict[str, Any]], found: Declared) -> None:
    of_slot = [check for check in health if PORT in check["url"]]
    if found.slots and not of_slot:
        raise SpecError(f"{name}: a release needs a health probe of its own slot (http://127.0.0.1:{PORT}/…)")
    if of_slot and not found.slots:
        raise SpecError(f"{name}: health: {PORT} stands for the port of a slot, and the release has no slots; give each slot a port")


def _slots(name: str, slots: dict[str, Any]) -> dict[str, int]:
    if len(slots) != 2:
        raise SpecError(f"{name}: release needs two slots (name: port), not {len(slots)}")
    for slot, port in slots.items():
        if not re.fullmatch("[a-z0-9]+", str(slot)):
            raise SpecError(f"{name}: release: slot '{slot}' becomes part of paths and names; use small letters and digits")
        if isinstance(port, bool) or not re.fullmatch("[0-9]+", str(port)) or not 0 < int(port) < 65536:
            raise SpecError(f"{name}: release: slots: {port!r} is no port (slot {slot}); use a number from 1 to 65535")
    found = {str(slot): int(port) for slot, port in slots.items()}
    if len(set(found.values())) < 2:
        raise SpecError(f"{name}: release: slots: both are at {found.popitem()[1]}; each needs a port of its own")
    return found


def _check_numbers(name: str, release: dict[str, Any]) -> None:
    if release["passes"] < 1 or release["interval"] <= 0:
        raise SpecError(f"{name}: release: passes has to be 1 or more, and interval more than 0 s")
    if release["drain"] < 0:
        raise SpecError(f"{name}: release: drain has to be 0 or more seconds, not {release['drain']}")
    if release["keep"] < 2:
        raise SpecError(f"{name}: release: keep has to be 2 or more, for what serves and what rests, not {release['keep']}")


def _check_environment(name: str, manifest: dict[str, Any], release: dict[str, Any]) -> None:
    """A key that is missing would be found out by a crash in the middle of a deploy."""
    given = {
        line.partition("=")[0].strip()
        for path, file in manifest["files"].items()
        if path.endswith(".env") and isinstance(file["content"], str)
        for line in file["content"].splitlines()
        if line.partition("=")[2].strip()
    }
    missing = [key for key in release["environment"] if key not in given]
    if missing:
        raise SpecError(f"{name}: environment {', '.join(missing)} is empty or missing; set it in the inventory")


def _check_migrate(name: str, migrate: dict[str, Any] | None) -> None:
    """Alembic is asked in the release's environment and judged; of another tool's command nothing is known but that it is to run."""
    if migrate is None:
        return
    if not migrate["command"] and not migrate["env_file"]:
        raise SpecError(f"{name}: release: migrate needs env_file, for Alembic to find its database, or the command of another tool")
    if migrate["command"] and migrate["allow"]:
        raise SpecError(f"{name}: release: migrate: allow is about Alembic's migrations, which command replaces; keep one of them")
    if migrate["timeout"] <= 0:
        raise SpecError(f"{name}: release: migrate: timeout has to be more than 0 s, not {migrate['timeout']:g}")


def fingerprint(manifest: dict[str, Any], image: str) -> str:
    """Names everything but the image that a release runs with: definitions, environment, mounted files."""
    files = {path: str(file["content"]).replace(image, "") for path, file in manifest["files"].items() if SLOT in path}
    return hashlib.sha256(json.dumps(files, sort_keys=True).encode()).hexdigest()[:12]
