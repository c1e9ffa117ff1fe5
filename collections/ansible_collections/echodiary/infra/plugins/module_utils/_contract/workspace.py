# SPDX-License-Identifier: GPL-3.0-or-later
"""The service as Compose reads it, in a project of its own beside the slots: another port, the same everything else. Gone afterwards.

What others have already, a network or a volume with a name, is used and never taken away; what the copy made for itself goes with it.
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import socket
import tempfile
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, NamedTuple

from .._converge import desired
from .._host import docker
from .._host.errors import ConvergeError
from .._host.run import run, tail
from .._ledger import files as ledger

if TYPE_CHECKING:
    from .._kinds.documents import FileSpec
    from .shapes import Manifest, Service

SLOT = "preflight"
BASE = "/run"
_TRIED = "tried.json"


class Workspace(NamedTuple):
    """``document``: of Compose, resolved; ``stood_in``: what is not on this host, for which something empty stands."""

    root: str
    project: str
    port: int
    document: dict[str, Any]
    stood_in: list[str]

    @property
    def file(self) -> str:
        return os.path.join(self.root, _TRIED)

    def compose(self, *words: str) -> list[str]:
        return ["docker", "compose", "--progress", "quiet", "-p", self.project, "-f", self.file, *words]


@contextlib.contextmanager
def opened(manifest: Manifest) -> Iterator[Workspace]:
    """Only root can look into it, and it does not stay."""
    lock = _lock(manifest["name"])
    root = tempfile.mkdtemp(prefix="echodiary-preflight-", dir=BASE)
    try:
        yield _made(manifest, root)
    finally:
        shutil.rmtree(root, ignore_errors=True)
        os.close(lock)


def _lock(name: str) -> int:
    descriptor = os.open(f"{BASE}/echodiary-preflight-{name}.lock", os.O_RDWR | os.O_CREAT, 0o600)
    if ledger.flock(descriptor, 0.0):
        return descriptor
    os.close(descriptor)
    raise ConvergeError(f"another image is being tried for {name} on this host; wait until that is over, then run this again")


def _made(manifest: Manifest, root: str) -> Workspace:
    port, project = _free_port(), f"{manifest['name']}-{SLOT}"
    place = os.path.dirname(manifest["compose"])
    stood_in = [path for path, file in manifest["files"].items() if not _write(root + path[len(place) :], file)]
    _write_text(os.path.join(root, ".env"), f"SLOT={SLOT}\nPORT={port}\n")
    file, told = os.path.join(root, os.path.basename(manifest["compose"])), os.path.join(root, "told.json")
    words = ["docker", "compose", "-p", project, "-f", file, "config", "--format", "json", "--output", told]
    done = run(words, timeout=60)
    if done.code:
        raise ConvergeError(f"Compose does not understand {manifest['compose']}: {tail(done.output)}; correct it in the component's tree")
    with open(told, encoding="utf-8") as handle:
        document: dict[str, Any] = json.load(handle)
    return Workspace(root, project, port, document, stood_in)


def _free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        number: int = one.getsockname()[1]
        return number


def _write(path: str, file: FileSpec) -> bool:
    """Whether its contents were sent: long ones are not."""
    content = file["content"]
    os.makedirs(os.path.dirname(path), mode=0o755, exist_ok=True)
    if isinstance(content, dict) and "b64" not in content:
        _write_text(path, "")
        return False
    with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as handle:
        handle.write(desired.decode(content))
    with contextlib.suppress(LookupError):  # whom only a converged host knows
        shutil.chown(path, file["owner"], file["group"])
    os.chmod(path, int(file["mode"], 8))
    return True


def _write_text(path: str, text: str) -> None:
    with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as handle:
        handle.write(text)


def described(document: dict[str, Any], name: str, port: int) -> Service:
    """Pure."""
    service = document["services"][name]
    own = [one for one in service.get("ports") or [] if str(one.get("published")) == str(port)]
    return {
        "user": str(service.get("user") or ""),
        "port": int(own[0]["target"]) if own else 0,
        "shared": shared(document, port),
        "limit": int(service.get("mem_limit") or 0),
    }


def shared(document: dict[str, Any], port: int) -> list[str]:
    """What a second copy beside the first could not have too. Pure."""
    found = []
    for name, service in sorted(document["services"].items()):
        fixed = {str(one["published"]) for one in service.get("ports") or [] if one.get("published") not in (None, "", "0", str(port))}
        found += [f"port {number} of the host (service {name})" for number in sorted(fixed)]
        called = str(service.get("container_name") or "")
        if called and SLOT not in called:
            found.append(f"container name {called} (service {name})")
    return found


def write(space: Workspace, manifest: Manifest) -> list[str]:
    """The copy's own file; what stands in for what is missing here."""
    place = os.path.dirname(manifest["compose"]).replace("{slot}", SLOT)
    missing = _bind(space, place)
    tried = copied(space.document, manifest["service"], _known("volumes", "Volumes"), _known("networks", ""))
    _write_text(space.file, json.dumps(tried))
    return [*space.stood_in, *missing]


def _bind(space: Workspace, place: str) -> list[str]:
    """Directories of the slot are the workspace's, empty where no file is in them. Another one that is not on this host (yet) is made, for
    everybody to write."""
    missing = []
    binds = [one for service in space.document["services"].values() for one in service.get("volumes") or [] if one.get("type") == "bind"]
    for number, one in enumerate(binds):
        source = one["source"]
        if source.startswith(place + "/"):
            source = one["source"] = space.root + source[len(place) :]
        if source.startswith(space.root + "/"):
            _there(source)
        elif not os.path.exists(source):
            missing.append(source)
            one["source"] = os.path.join(space.root, f"stands-in-{number}")
            os.mkdir(one["source"])
            os.chmod(one["source"], 0o777)  # noqa: S103 - below a directory of root's alone, and empty
    return missing


def _there(path: str) -> None:
    if not os.path.exists(path):
        os.makedirs(path)


def _known(kind: str, key: str) -> set[str]:
    """Names of all volumes or networks of this host."""
    found = docker.get(f"/{kind}").json() or []
    return {one["Name"] for one in (found.get(key) or [] if isinstance(found, dict) else found)}


def copied(document: dict[str, Any], name: str, volumes: set[str], networks: set[str]) -> dict[str, Any]:
    """As it is, but it comes back for nobody, and its own file system can be written to: so Docker tells afterwards what was. Pure."""
    services = {key: {**service, "restart": "no"} for key, service in document["services"].items()}
    for service in services.values():
        service.pop("container_name", None)
    labels = {**(services[name].get("labels") or {}), "echodiary.infra": SLOT}
    services[name] = {**services[name], "read_only": False, "labels": labels}
    kept = {"volumes": _outside(document.get("volumes"), volumes), "networks": _outside(document.get("networks"), networks)}
    return {**document, "services": services, **{key: value for key, value in kept.items() if value}}


def _outside(declared: dict[str, Any] | None, there: set[str]) -> dict[str, Any]:
    """What is there already is not the copy's to make or to take away."""
    return {
        key: {"name": one["name"], "external": True} if one and one.get("name") in there else one for key, one in (declared or {}).items()
    }


def take_away(space: Workspace) -> None:
    """All that the copy made, at once: it has nothing to end well."""
    docker.kill_all(space.project)
    run(space.compose("down", "--volumes", "--remove-orphans", "--timeout", "0"), timeout=60)
