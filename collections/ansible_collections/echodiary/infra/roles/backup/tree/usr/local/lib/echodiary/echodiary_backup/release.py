# SPDX-License-Identifier: GPL-3.0-or-later
"""The release that serves here, started on a database that came back, and asked: is it well on that, and can it read?

It runs in its own image, in the network of the server that was filled, in which there is nobody else; a password is made for the run. It
ends with that server, whatever becomes of who started it.
"""

from __future__ import annotations

import contextlib
import json
import os
import secrets
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping
from typing import IO, Any, NamedTuple, cast

from . import asking, service, throwaway
from .config import Asked, Job, Release
from .errors import BackupError
from .service import Live
from .throwaway import Server

AVAILABLE, REQUIRED, OFF = "available", "required", "off"
#: written by whoever rolls a release: which of its slots serves
_SLOTS = "/var/lib/echodiary/slots/{}.json"
_WITHOUT_FILES = "services: {{{}: {{env_file: !reset []}}}}"
_PAUSE, _PATIENCE, _TAIL = 0.5, 10.0, 40


class UntriedError(BackupError):
    """Why no release is started."""


class Tried(NamedTuple):
    """``good`` is None where there was nothing to try, or nobody wanted it; ``words`` say why, or how it went."""

    good: bool | None
    words: str


class Found(NamedTuple):
    """The service that serves: resolved, without what its files of variables say; ``place``: directory of its Compose file."""

    live: Live
    bare: dict[str, Any]
    place: str


def tried(name: str, job: Job, server: Server, phases: dict[str, float]) -> Tried:
    """``phases``: gets the seconds until it was well and had been read."""
    given = job.get("restore_test", {})
    if given.get("release", AVAILABLE) == OFF:
        return Tried(None, "")
    try:
        wanted = _declared(job)
        found = _found(job["component"], wanted)
    except UntriedError as why:
        return Tried(None, str(why))
    began = time.monotonic()
    try:
        return Tried(True, _asked(f"echodiary-restore-test-{name}-release", job, wanted, found, server))
    except BackupError as error:
        return Tried(False, f"release {found.live.image} {error}")
    finally:
        phases["release"] = time.monotonic() - began


def _declared(job: Job) -> Release:
    """With what the job says of its own."""
    declared, given = job.get("release"), job.get("restore_test", {})
    if declared is None:
        raise UntriedError(f"component {job['component']} declares no release that answers requests")
    ready: list[Asked] = [{"path": given["ready"]}] if given.get("ready") else declared["ready"]
    reads: list[Asked] = [{"path": given["read"], "host": declared["host"]}] if given.get("read") else declared["reads"]
    return {**declared, "ready": ready, "reads": reads}


def _found(component: str, wanted: Release) -> Found:
    try:
        with open(_SLOTS.format(component), encoding="utf-8") as handle:
            slot = str(json.load(handle)["active"])
    except (OSError, ValueError, KeyError):
        slot = ""
    file = wanted["compose"].replace("{slot}", slot)
    if not slot or not os.path.exists(file):
        raise UntriedError(f"no release of {component} serves on this host")
    whole = _resolved(file, wanted["service"], [])
    bare = _resolved(file, wanted["service"], ["-f", "-"], _WITHOUT_FILES.format(json.dumps(wanted["service"])))
    live = service.live(whole, wanted["variable"])
    if not live.url:
        raise UntriedError(f"the release of {component} has no database in {wanted['variable']} (database: migrate: variable)")
    if not live.port:
        raise UntriedError(f"service {wanted['service']} of {component} publishes no port, so nobody knows where it listens")
    if _run(["docker", "image", "inspect", "--format", "{{.Id}}", live.image]).returncode:
        raise UntriedError(f"image {live.image} is not on this host")
    return Found(live, bare, os.path.dirname(file))


def _resolved(file: str, name: str, more: list[str], given: str = "") -> dict[str, Any]:
    done = _run(["docker", "compose", "-f", file, *more, "config", "--format", "json"], given)
    if done.returncode:
        raise UntriedError(f"Compose does not understand {file}: {_last(done.stderr.splitlines())}")
    found: dict[str, Any] = json.loads(done.stdout)["services"].get(name) or {}
    return found


def _asked(container: str, job: Job, wanted: Release, found: Found, server: Server) -> str:
    password = secrets.token_urlsafe(24)
    server.login(wanted["user"], password)
    environment = {
        **job.get("restore_test", {}).get("environment", {}),
        wanted["variable"]: service.url(found.live, wanted["user"], password, throwaway.RESTORED),
    }
    hidden = service.secrets(found.live, job["database"]["password"])
    document = service.tried(found.bare, found.place, server.name, environment, hidden, os.path.isfile)
    with _running(container, document) as process:
        _await(process, server.pid, found.live.port, wanted)
        for one in wanted["reads"]:
            why = unread(_ask(server.pid, found.live.port, one))
            if why:
                raise BackupError(f"is well on it, and GET {one['path']} {why}; its last words: {process.last}")
    read = ", ".join(one["path"] for one in wanted["reads"])
    return f"release {found.live.image} is well on it and " + (f"answers {read}" if read else "declares nothing to be read")


class _Process:
    """It writes to us alone: its last words are kept, for as long as somebody may want to know them."""

    def __init__(self, command: list[str], document: Mapping[str, Any]) -> None:
        self.process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, cwd="/", env=_environment()
        )
        self._lines: list[str] = []
        self._reader = threading.Thread(target=self._follow, daemon=True)
        self._reader.start()
        given = cast("IO[bytes]", self.process.stdin)
        with contextlib.suppress(BrokenPipeError):
            given.write(json.dumps(document).encode())
        with contextlib.suppress(BrokenPipeError):
            given.close()

    def _follow(self) -> None:
        for line in cast("IO[bytes]", self.process.stdout):
            self._lines.append(line.decode(errors="replace").rstrip())
            del self._lines[:-_TAIL]

    @property
    def last(self) -> str:
        return _last(self._lines)

    def ended(self) -> int | None:
        code = self.process.poll()
        if code is not None:
            self._reader.join(_PATIENCE)
        return code

    def end(self) -> None:
        try:
            self.process.wait(_PATIENCE)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


@contextlib.contextmanager
def _running(container: str, service: Mapping[str, Any]) -> Iterator[_Process]:
    """Its document goes through a pipe: a killed run leaves no file."""
    words = [
        "docker",
        "compose",
        "--progress",
        "quiet",
        "-p",
        container,
        "-f",
        "-",
        "run",
        "--rm",
        "--no-deps",
        "-T",
        "--interactive=false",
    ]
    process = _Process([*words, "--name", container, "release"], {"services": {"release": service}})
    try:
        yield process
    finally:
        throwaway.remove(container)
        process.end()


def _await(process: _Process, pid: int, port: int, wanted: Release) -> None:
    end, why = time.monotonic() + wanted["deadline"], ""
    while time.monotonic() < end:
        code = process.ended()
        if code is not None:
            raise BackupError(f"ended by itself with {code} on it; its last words: {process.last}")
        found = ((one, unwell(one, _ask(pid, port, one))) for one in wanted["ready"])
        why = next((f"GET {one['path']} {trouble}" for one, trouble in found if trouble), "")
        if not why:
            return
        time.sleep(_PAUSE)
    raise BackupError(f"does not become well on it in {wanted['deadline']:.0f} s: {why}; its last words: {process.last}")


def _ask(pid: int, port: int, one: Asked) -> tuple[int, str]:
    """In the server's network."""
    question = [str(port), one["path"], one.get("host", ""), "5"]
    done = _run(["nsenter", f"--net=/proc/{pid}/ns/net", sys.executable, "-I", asking.__file__, *question])
    if done.returncode:
        raise BackupError(f"cannot be asked: {_last(done.stderr.splitlines())}")
    answer = json.loads(done.stdout)
    return answer["status"], answer["text"]


def unwell(one: Asked, answer: tuple[int, str]) -> str:
    """Pure. What of the answer is not as it is declared."""
    status, text = answer
    if status != one.get("status", 200):
        return _answered(status, text)
    wanted = one.get("json") or {}
    body = _body(text) if wanted else None
    wrong = [f"{path} is {_lookup(body, path)!r}, not {value!r}" for path, value in wanted.items() if _lookup(body, path) != value]
    return f"says that {', '.join(wrong)}" if wrong else ""


def unread(answer: tuple[int, str]) -> str:
    status, text = answer
    if not 200 <= status < 300:
        return _answered(status, text)
    return "" if text.strip() else f"answers {status} and nothing else"


def _answered(status: int, text: str) -> str:
    said = " ".join(text.split())[:200]
    return f"answers {status} ({said})" if status else f"has no answer ({said})"


def _body(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return None


def _lookup(body: Any, path: str) -> Any:
    for part in path.split("."):
        body = body.get(part) if isinstance(body, dict) else None
    return body


def _run(command: list[str], given: str = "") -> subprocess.CompletedProcess[str]:
    try:
        return subprocess.run(command, input=given, capture_output=True, text=True, check=False, cwd="/", env=_environment())
    except FileNotFoundError as error:
        raise UntriedError(f"{command[0]} is not on this host") from error


def _environment() -> dict[str, str]:
    """Nothing that Compose would put in for a variable."""
    return {key: os.environ[key] for key in ("PATH", "HOME", "DOCKER_HOST", "LANG") if key in os.environ}


def _last(lines: list[str]) -> str:
    said = [line.strip() for line in lines if line.strip()]
    return " / ".join(said[-3:])[-400:] or "none"
