# SPDX-License-Identifier: GPL-3.0-or-later
"""An image that a registry has for other machines is refused by a real engine's word, and not a byte of it is pulled."""

from __future__ import annotations

import hashlib
import http.client
import json
import subprocess
from collections.abc import Iterator
from typing import Any

import pytest
from ansible_collections.echodiary.infra.plugins.module_utils._host import docker, platforms
from ansible_collections.echodiary.infra.plugins.module_utils._kinds import model
from ansible_collections.echodiary.infra.plugins.module_utils._platforms import main
from ansible_collections.echodiary.infra.plugins.module_utils._release import images

from tests.integration import lab_images
from tests.waiting import eventually

pytestmark = pytest.mark.integration
KIND = "application/vnd.docker"
OTHER = "arm64" if platforms.architecture() == "amd64" else "amd64"


class Registry:
    """A real one, on a free port of this machine. ``push``: as ``docker buildx`` leaves an image there, by digest."""

    def __init__(self, container: str) -> None:
        self.container = container
        said = subprocess.run(["docker", "port", container, "5000/tcp"], capture_output=True, text=True, check=True).stdout
        self.address = said.split()[0]

    def push(self, name: str, *architectures: str) -> str:
        """One image for each architecture, and a list of them."""
        listed = [{**self._image(name, one), "platform": {"os": "linux", "architecture": one}} for one in architectures]
        kind = f"{KIND}.distribution.manifest.list.v2+json"
        return f"{self.address}/{name}@{self._manifest(name, {'schemaVersion': 2, 'mediaType': kind, 'manifests': listed})['digest']}"

    def asked(self) -> str:
        done = subprocess.run(["docker", "logs", self.container], capture_output=True, text=True, check=True)
        return done.stdout + done.stderr

    def answers(self) -> bool:
        try:
            return self._ask("GET", "/v2/")[0] == 200
        except (OSError, http.client.HTTPException):
            return False

    def _image(self, name: str, architecture: str) -> dict[str, Any]:
        config = self._blob(name, json.dumps({"os": "linux", "architecture": architecture, "rootfs": {"type": "layers", "diff_ids": []}}))
        config["mediaType"] = f"{KIND}.container.image.v1+json"
        kind = f"{KIND}.distribution.manifest.v2+json"
        return self._manifest(name, {"schemaVersion": 2, "mediaType": kind, "config": config, "layers": []})

    def _blob(self, name: str, text: str) -> dict[str, Any]:
        digest = f"sha256:{hashlib.sha256(text.encode()).hexdigest()}"
        _, headers = self._ask("POST", f"/v2/{name}/blobs/uploads/")
        where = headers["Location"].partition(self.address)[2] or headers["Location"]
        status, _ = self._ask("PUT", f"{where}{'&' if '?' in where else '?'}digest={digest}", text, "application/octet-stream")
        assert status == 201
        return {"digest": digest, "size": len(text)}

    def _manifest(self, name: str, document: dict[str, Any]) -> dict[str, Any]:
        text = json.dumps(document)
        digest = f"sha256:{hashlib.sha256(text.encode()).hexdigest()}"
        status, _ = self._ask("PUT", f"/v2/{name}/manifests/{digest}", text, document["mediaType"])
        assert status == 201
        return {"mediaType": document["mediaType"], "digest": digest, "size": len(text)}

    def _ask(self, method: str, path: str, body: str = "", kind: str = "") -> tuple[int, Any]:
        connection = http.client.HTTPConnection(self.address, timeout=10)
        try:
            connection.request(method, path, body, {"Content-Type": kind} if kind else {})
            answer = connection.getresponse()
            answer.read()
            return answer.status, answer.headers
        finally:
            connection.close()


@pytest.fixture(scope="module")
def registry() -> Iterator[Registry]:
    started = ["docker", "run", "-d", "--rm", "-p", "127.0.0.1::5000", lab_images.service("registry")]
    container = subprocess.run(started, capture_output=True, text=True, check=True).stdout.strip()
    try:
        found = Registry(container)
        eventually(found.answers, 30)
        yield found
    finally:
        subprocess.run(["docker", "rm", "-fv", container], capture_output=True, check=True)


def test_what_a_registry_has_it_for_is_known_before_anything_is_pulled(registry: Registry) -> None:
    both = registry.push("both", "amd64", "arm64")
    assert docker.offered(both) == docker.Offered("", ("linux/amd64", "linux/arm64"))
    foreign = registry.push("foreign", OTHER)
    with pytest.raises(model.ConvergeError, match=f"is built for linux/{OTHER}, this host is {platforms.architecture()}"):
        images.have(foreign)
    assert docker.platform_of(foreign) == "" and "GET /v2/foreign/blobs/" not in registry.asked()


def test_of_many_the_foreign_ones_are_named_and_those_that_nobody_knows_keep_nobody(registry: Registry) -> None:
    good, foreign = registry.push("good", "amd64", "arm64"), registry.push("exporter", OTHER)
    unknown = f"{registry.address}/nobody@sha256:{'0' * 64}"
    answer = main.run({"images": [good, foreign, unknown]})
    assert [foreign in line for line in answer["refused"]] == [True]
    assert [unknown in line for line in answer["unknown"]] == [True]
