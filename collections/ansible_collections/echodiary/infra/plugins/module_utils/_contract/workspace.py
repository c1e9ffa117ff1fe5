# SPDX-License-Identifier: GPL-3.0-or-later
"""The files of a slot in a directory of their own, and the service as Compose reads it there: another port, the same everything else."""

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
    with _locked(manifest["name"]) if manifest["start"] else contextlib.nullcontext():
        root = _root(manifest)
        try:
            yield _made(manifest, root)
        finally:
            shutil.rmtree(root, ignore_errors=True)


def _root(manifest: Manifest) -> str:
    """What is started has one place, so that what a run left there that was killed goes with the next. To look takes a moment, and nobody
    waits for it."""
    if not manifest["start"]:
        return tempfile.mkdtemp(prefix="echodiary-preflight-", dir=BASE)
    root = f"{BASE}/echodiary-preflight-{manifest['name']}"
    shutil.rmtree(root, ignore_errors=True)
    os.mkdir(root, 0o700)
    return root


@contextlib.contextmanager
def _locked(name: str) -> Iterator[None]:
    descriptor = os.open(f"{BASE}/echodiary-preflight-{name}.lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        if not ledger.flock(descriptor, 0.0):
            raise ConvergeError(f"another image is being tried for {name} on this host; wait until that is over, then run this again")
        yield
    finally:
        os.close(descriptor)


def _made(manifest: Manifest, root: str) -> Workspace:
    port, project = _free_port(), f"{manifest['name']}-{SLOT}"
    place = os.path.dirname(manifest["compose"])
    stood_in = [path for path, file in manifest["files"].items() if not _write(root + path[len(place) :], file)]
    write_text(os.path.join(root, ".env"), f"SLOT={SLOT}\nPORT={port}\n")
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
        write_text(path, "")
        return False
    with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as handle:
        handle.write(desired.decode(content))
    with contextlib.suppress(LookupError):  # whom only a converged host knows
        shutil.chown(path, file["owner"], file["group"])
    os.chmod(path, int(file["mode"], 8))
    return True


def write_text(path: str, text: str) -> None:
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
