# SPDX-License-Identifier: GPL-3.0-or-later
"""Releases of a front end handed out by a real nginx with the role's own configuration, behind a real HAProxy, beside an application."""

from __future__ import annotations

import contextlib
import hashlib
import http.client
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import docker
from ansible_collections.echodiary.infra.plugins.module_utils._static import main
from ansible_collections.echodiary.infra.plugins.plugin_utils._static import build

from tests import rendering
from tests.integration import lab_images
from tests.integration.edge import edges
from tests.integration.edge.test_several import application

PATHS = ["/", "/index.html", "/assets/", "/favicon.svg", "/manifest.webmanifest"]
COMPONENTS = ["haproxy", "echodiary", "frontend"]


class Front(NamedTuple):
    """``place``: what a host has; ``port``: of the edge."""

    place: Path
    port: int

    @property
    def directory(self) -> Path:
        return self.place / "served"

    def ask(self, state: str, source: Path | None = None, *, check: bool = False, keep: int = 3, release: str = "") -> dict[str, Any]:
        """What the host says, asked as the controller does."""
        place = {"component": "frontend", "directory": str(self.directory), "pools": ["assets"], "keep": keep}
        edge = {"url": f"http://127.0.0.1:{self.port}", "name": "", "paths": PATHS}
        asked: Any = {
            "check": check,
            "state": state,
            "place": place,
            "release": release,
            "edges": [edge],
            "states": str(self.place / "states"),
        }
        if not source:
            return dict(main.run(asked))
        built = build.read(str(source), PATHS, [])
        asked["build"] = {"digest": built.digest, "files": built.files}
        answer: Any = main.run(asked)
        if answer.get("lacks"):
            sent = self.place / "sent"
            sent.write_bytes(built.archive)
            answer = main.run({**asked, "archive": str(sent)})
        return dict(answer)

    def get(self, path: str, **headers: str) -> Answer:
        """With the path as it is spelled."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        try:
            connection.putrequest("GET", path, skip_accept_encoding=True)
            for name, value in headers.items():
                connection.putheader(name.replace("_", "-"), value)
            connection.endheaders()
            answer = connection.getresponse()
            return Answer(answer.status, {name.lower(): value for name, value in answer.getheaders()}, answer.read())
        finally:
            connection.close()


class Answer(NamedTuple):
    status: int
    headers: dict[str, str]
    body: bytes


def built(place: Path, text: str, **more: str) -> Path:
    """What a build leaves: a page, and assets that are named by what they hold. ``text`` is in each of them."""
    script, style = f"document.title='{text}';//" + "x" * 2000, f"body::after{{content:'{text}'}}"
    assets = {f"assets/index-{_hash(script)}.js": script, f"assets/index-{_hash(style)}.css": style, "assets/shared-abcdefgh.js": "shared"}
    found = [name for name in assets if "shared" not in name]
    page = f"<!doctype html><title>{text}</title><link rel=stylesheet href=/{found[1]}><script type=module src=/{found[0]}></script>"
    files = {"index.html": page, "favicon.svg": "<svg/>", "manifest.webmanifest": "{}", **assets, **more}
    for name, content in files.items():
        (place / name).parent.mkdir(parents=True, exist_ok=True)
        (place / name).write_text(content)
    return place


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:8]


@contextlib.contextmanager
def running(place: Path, **variables: Any) -> Iterator[Front]:
    port = edges.free_port()
    host = {"inventory_hostname": "app1", "components": COMPONENTS, "frontend_port": port, **variables}
    with application("application") as slot, _nginx(place, port, host):
        ports = {"blue": slot, "green": edges.free_port()}
        with edges.before(place / "edge", components=COMPONENTS, echodiary_ports=ports, frontend_port=port, **variables) as edge:
            yield Front(place, edge.port)


@contextlib.contextmanager
def _nginx(place: Path, port: int, variables: Mapping[str, Any]) -> Iterator[None]:
    tree = rendering.tree("frontend", frontend_image="nginx", **variables)
    (place / "etc").mkdir()
    (place / "etc/nginx.conf").write_text(tree["/etc/echodiary/frontend/nginx.conf"])
    (place / "served").mkdir()
    container = docker.from_env().containers.run(
        lab_images.service("nginx"),
        [],
        entrypoint=["nginx", "-c", "/etc/echodiary/frontend/nginx.conf"],
        name=f"{edges.NAME}-nginx-{port}",
        detach=True,
        network_mode="host",
        user="59080:59080",
        read_only=True,
        cap_drop=["ALL"],
        tmpfs={"/tmp": ""},
        volumes={
            str(place / "etc"): {"bind": "/etc/echodiary/frontend", "mode": "ro"},
            str(place / "served"): {"bind": "/srv/frontend", "mode": "ro"},
        },
    )
    try:
        yield
    except AssertionError as error:
        raise AssertionError(f"{error}\n{container.logs().decode()}") from error
    finally:
        container.remove(force=True, v=True)
