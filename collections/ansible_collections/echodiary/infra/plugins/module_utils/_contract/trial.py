# SPDX-License-Identifier: GPL-3.0-or-later
"""The copy is started, asked what its slots will be asked, and ended. What was seen is told; nothing of it is judged here."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any, NamedTuple

from .._converge import health
from .._gate import probes
from .._host import docker, http
from .._host.run import run, tail
from .._release import declared
from . import metrics, sockets, stop
from .workspace import SLOT, Workspace

if TYPE_CHECKING:
    from .._kinds.documents import ProbeSpec, RequestSpec
    from .shapes import Asked, Image, Manifest, Metrics, Said, Trial

POLL = 0.2
#: how long it may listen for itself alone before it counts as done with that (s)
_LONELY = 3.0
#: Docker's own check has so many tries, too
_TRIES = 3
#: where nothing of a file system can be written that lasts, and what Docker itself puts there (an init)
_MEMORY = (
    "/sbin/docker-init",
    "/usr/sbin/docker-init",
    "/dev",
    "/proc",
    "/sys",
    "/etc/hosts",
    "/etc/hostname",
    "/etc/resolv.conf",
    "/.dockerenv",
    "/run/.containerenv",
)


class Ports(NamedTuple):
    """``outer``: of this host; ``inner``: of the container, 0 where the service does not say."""

    outer: int
    inner: int


def tried(manifest: Manifest, space: Workspace, image: Image, inner: int) -> Trial:
    seen: Trial = {}
    ports = Ports(space.port, inner)
    done = run(space.compose("up", "-d", "--no-build", "--quiet-pull", manifest["service"]), timeout=180)
    found = docker.ids_of(space.project, manifest["service"]) or []
    if done.code or not found:
        return {"refused": tail(done.output), "log": docker.log_tail(found[0]) if found else ""}
    container = found[0]
    _await(seen, container, manifest["asked"], ports)
    _look_inside(seen, container)
    slow = _ask(seen, manifest["asked"], space.port) if seen["well"] else None
    if seen["well"]:
        seen["healthcheck"] = _healthcheck(container, _words(space.document["services"][manifest["service"]], image))
    _note_state(seen, container)
    if seen["well"] and not seen["ended"]:
        _end(seen, container, slow, manifest["asked"], ports)
    seen["log"] = docker.log_tail(container)
    seen["written"] = written(_changes(container), _mounts(container))
    return seen


def _inspected(container: str) -> dict[str, Any]:
    found: dict[str, Any] = docker.get(f"/containers/{container}/json").json() or {}
    return found


def _pid(container: str) -> int:
    """Of its process 1; 0 where it has ended."""
    return int((_inspected(container).get("State") or {}).get("Pid") or 0)


def _note_state(seen: Trial, container: str) -> bool:
    """Whether it still runs."""
    state = _inspected(container).get("State") or {}
    seen["ended"] = state.get("Status") not in ("running", "created")
    seen["code"], seen["out_of_memory"] = int(state.get("ExitCode") or 0), bool(state.get("OOMKilled"))
    return not seen["ended"]


def _await(seen: Trial, container: str, asked: Asked, ports: Ports) -> None:
    """Until all that a slot is asked is answered well, it has ended, or its time is over; sooner where nobody can ever reach it."""
    end, lonely = time.monotonic() + asked["deadline"], 0
    while not _is_settled(seen, container, asked, ports) and time.monotonic() < end and lonely * POLL < _LONELY:
        lonely = lonely + 1 if sockets.is_lonely(sockets.listening(_pid(container)), ports.inner) else 0
        time.sleep(POLL)


def _is_settled(seen: Trial, container: str, asked: Asked, ports: Ports) -> bool:
    runs = _note_state(seen, container)
    _ask_health(seen, asked, ports.outer)
    seen["well"] = runs and seen["check"]["status"] == asked["check"]["status"] and not seen["probe"]
    return seen["well"] or not runs


def _ask_health(seen: Trial, asked: Asked, port: int) -> None:
    """As HAProxy does, by a name; and as this host does, by its address."""
    url = f"http://127.0.0.1:{port}{asked['check']['path']}"
    named = http.request("GET", url, content=http.Content(headers={"Host": asked["check"]["host"]}))
    plain = http.request("GET", url)
    seen["check"] = {"status": named.status, "text": named.text[:200]}
    seen["plain"] = {"status": plain.status, "text": plain.text[:200]}
    seen["probe"] = health.once([_bound(one, port) for one in asked["probes"]]).why


def _bound(one: ProbeSpec, port: int) -> ProbeSpec:
    return {**one, "url": one["url"].replace("{port}", str(port)).replace("{slot}", SLOT)}


def _look_inside(seen: Trial, container: str) -> None:
    """Nothing where it has ended."""
    pid = _pid(container)
    if pid:
        seen["process"] = sockets.process(pid, str(_inspected(container)["Config"].get("StopSignal") or "SIGTERM"))
        seen["listening"] = sockets.listening(pid)


def _ask(seen: Trial, asked: Asked, port: int) -> stop.Slow | None:
    """The declared requests and the metrics; which request takes longest."""
    troubles, times = [], []
    for one in asked["requests"]:
        began = time.monotonic()
        why = _trouble(one, port)
        times.append(stop.Slow(one, time.monotonic() - began))
        troubles.append(why and _trouble(one, port))
    seen["requests"] = next((why for why in troubles if why), "")
    seen["metrics"] = [_metrics(path, port) for path in asked["metrics"]]
    return max(times, key=lambda one: one.seconds, default=None)


def _trouble(one: RequestSpec, port: int) -> str:
    asked = declared.probe(one, port)
    return declared.judge(one, probes.ask(asked, asked["timeout"]))


def _metrics(path: str, port: int) -> Metrics:
    answer = http.request("GET", f"http://127.0.0.1:{port}{path}", 5.0)
    found = metrics.read(answer.text) if answer.status == 200 else metrics.Read(0, answer.text[:120])
    return {"path": path, "status": answer.status, "samples": found.samples, "wrong": found.wrong}


def _words(service: dict[str, Any], image: Image) -> list[str]:
    """Of the check that Docker makes: the Compose file's, else the image's own."""
    declared_here = service.get("healthcheck") or {}
    return [] if declared_here.get("disable") else list(declared_here.get("test") or image["healthcheck"])


def _healthcheck(container: str, test: list[str]) -> Said | None:
    """As Docker runs it, without waiting for its turn. None where there is none."""
    kind, words = (test or ["NONE"])[0], test[1:]
    if kind == "NONE" or not words:
        return None
    command = ["/bin/sh", "-c", *words] if kind == "CMD-SHELL" else words
    for number in range(_TRIES):
        time.sleep(POLL * 3 * bool(number))
        done = run(["docker", "exec", container, *command], timeout=10)
        if not done.code:
            break
    return {"code": done.code, "text": tail(done.output, 3)}


def _end(seen: Trial, container: str, slow: stop.Slow | None, asked: Asked, ports: Ports) -> None:
    """What was cut once may have been unlucky: it counts when it is cut again."""
    seen["ending"] = stop.ended(container, slow, ports.outer)
    if not seen["ending"]["cut"]:
        return
    docker.post(f"/containers/{container}/start")
    again: Trial = {}
    _await(again, container, asked, ports)
    if again["well"]:
        seen["ending"] = stop.ended(container, slow, ports.outer)


def _changes(container: str) -> list[str]:
    return [str(one["Path"]) for one in docker.get(f"/containers/{container}/changes", 30).json() or []]


def _mounts(container: str) -> list[str]:
    found = _inspected(container)
    return [*(one["Destination"] for one in found.get("Mounts") or []), *((found.get("HostConfig") or {}).get("Tmpfs") or {})]


def written(changed: list[str], mounts: list[str]) -> list[str]:
    """What it wrote to its own file system; of directories only those in which nothing is told. Pure."""
    ours = [path for path in changed if not any(path == top or path.startswith(top.rstrip("/") + "/") for top in (*mounts, *_MEMORY))]
    above = {path[:end] for path in [*changed, *mounts, *_MEMORY] for end, letter in enumerate(path) if letter == "/"}
    return sorted(path for path in ours if path not in above)
