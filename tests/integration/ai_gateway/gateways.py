# SPDX-License-Identifier: GPL-3.0-or-later
"""A real HAProxy with the role's own configuration in front of a stand-in that streams, without a host around them."""

from __future__ import annotations

import contextlib
import http.client
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import docker

from tests import rendering
from tests.integration import lab_images
from tests.integration.edge.edges import free_port

STANDIN = Path(__file__).with_name("standin.py")
CHAT = "/v1/chat/completions"
PLACE = "etc/echodiary/ai_gateway"


class Answer(NamedTuple):
    status: int
    headers: dict[str, str]
    text: str

    @property
    def json(self) -> Any:
        return json.loads(self.text)

    @property
    def code(self) -> str:
        return str(self.json["error"]["code"])


def ask(port: int, path: str, body: Any = None, key: str = "", address: str = "127.0.0.1") -> Answer:
    with contextlib.closing(http.client.HTTPConnection(address, port, timeout=30)) as connection:
        headers = {"Authorization": f"Bearer {key}"} if key else {}
        said = None if body is None else json.dumps(body)
        connection.request("GET" if body is None else "POST", path, said, headers)
        answer = connection.getresponse()
        return Answer(answer.status, {name.lower(): value for name, value in answer.getheaders()}, answer.read().decode())


def chat(words: int = 3, **more: Any) -> dict[str, Any]:
    return {"model": "stand-in", "messages": [{"role": "user", "content": "one two"}], "max_tokens": words, **more}


class Gateway:
    """``model``: the port of the stand-in; ``start`` and ``stop`` are its."""

    def __init__(self, place: Path, keys: dict[str, dict[str, Any]], usage: str = "asked", **variables: Any) -> None:
        self.place, self.usage = place, usage
        self.port, self.inside, self.model = free_port(), free_port(), free_port()
        self.variables = {"ai_gateway_keys": keys, **variables}
        self.container: Any = None
        self._standin: subprocess.Popen[bytes] | None = None

    def ask(self, path: str, body: Any = None, key: str = "") -> Answer:
        return ask(self.port, path, body, key)

    def start(self) -> None:
        self._standin = subprocess.Popen([sys.executable, str(STANDIN), str(self.model), self.usage], stderr=subprocess.DEVNULL)
        until(lambda: reaches(self.model, "/health"))

    def stop(self) -> None:
        if self._standin:
            self._standin.kill()
            self._standin.wait(10)

    def used(self) -> dict[str, float]:
        """What it tells Prometheus of its keys."""
        lines = ask(self.inside, "/metrics").text.splitlines()
        return {name: float(value) for name, _, value in (line.rpartition(" ") for line in lines if line)}

    def reload(self) -> None:
        """Once the new process is there, which takes what comes."""
        before = self.container.logs().decode().count("Loading success")
        self.container.kill("USR2")
        until(lambda: self.container.logs().decode().count("Loading success") > before)

    def restart(self) -> None:
        self.container.restart(timeout=1)
        until(lambda: reaches(self.inside, "/healthz"))

    def write(self, **variables: Any) -> None:
        given = {
            "playbook_dir": str(Path(__file__).parent),
            "ai_gateway_port": self.port,
            "ai_gateway_metrics_port": self.inside,
            "ai_gateway_models": [f"127.0.0.1:{self.model}"],
            **self.variables,
            **variables,
        }
        files = {path: text for path, text in rendering.tree("ai_gateway", **given).items() if path.startswith(f"/{PLACE}/")}
        for path, text in files.items():
            target = self.place / path.lstrip("/")
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(text)


@contextlib.contextmanager
def running(place: Path, keys: dict[str, dict[str, Any]], usage: str = "asked", image: str = "", **variables: Any) -> Iterator[Gateway]:
    gateway = Gateway(place, keys, usage, **variables)
    gateway.write()
    gateway.start()
    prepared = "mkdir -p /run/ai-gateway /var/lib/ai_gateway/usage && chown haproxy: /var/lib/ai_gateway/usage"
    container = gateway.container = docker.from_env().containers.run(
        image or lab_images.host(),
        ["sh", "-c", f"{prepared} && exec haproxy -W -f /{PLACE}/haproxy.cfg"],
        entrypoint=[],
        name=f"echodiary-gateway-test-{gateway.port}",
        detach=True,
        network_mode="host",
        volumes={str(place / PLACE): {"bind": f"/{PLACE}", "mode": "ro"}},
    )
    try:
        until(lambda: reaches(gateway.inside, "/healthz"))
        yield gateway
    except AssertionError as error:
        raise AssertionError(f"{error}\n{container.logs().decode()}") from error
    finally:
        gateway.stop()
        if os.environ.get("KEEP_MACHINE"):
            print(container.logs().decode())  # noqa: T201
        container.remove(force=True, v=True)


def reaches(port: int, path: str) -> bool:
    with contextlib.suppress(OSError, http.client.HTTPException):
        return ask(port, path).status == 200
    return False


def until(question: Callable[[], Any], seconds: float = 20) -> Any:
    end = time.monotonic() + seconds
    while not (answer := question()):
        assert time.monotonic() < end, f"not within {seconds:g} s"
        time.sleep(0.05)
    return answer
