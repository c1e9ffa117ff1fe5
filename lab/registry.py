# SPDX-License-Identifier: GPL-3.0-or-later
"""The lab's registry: what is in it, and how an image gets there."""

from __future__ import annotations

import json
from http.client import HTTPConnection
from typing import Any

import docker

from lab.errors import LabError

MANIFESTS = (
    "application/vnd.docker.distribution.manifest.v2+json",
    "application/vnd.oci.image.manifest.v1+json",
    "application/vnd.docker.distribution.manifest.list.v2+json",
    "application/vnd.oci.image.index.v1+json",
)


def digest_of(address: str, name: str, tag: str, image_id: str) -> str | None:
    """Digest under which the registry serves `name:tag`, if that is the image with this id; else None."""
    connection = HTTPConnection(address, 5000, timeout=10)
    try:
        connection.request("GET", f"/v2/{name}/manifests/{tag}", headers={"Accept": ", ".join(MANIFESTS)})
        answer = connection.getresponse()
        body = answer.read()
        digest = answer.headers.get("Docker-Content-Digest")
    finally:
        connection.close()
    if answer.status != 200 or not digest:
        return None
    config: dict[str, Any] = json.loads(body).get("config") or {}
    # Engines identify an image by its configuration or, with the containerd store, by its manifest.
    return digest if image_id in (config.get("digest"), digest) else None


def push(client: docker.DockerClient, port: int, image_id: str, name: str, tag: str) -> str:
    """Pushes through the port on 127.0.0.1 and returns the digest. No local tag stays behind."""
    repository = f"127.0.0.1:{port}/{name}"
    client.images.get(image_id).tag(repository, tag)
    try:
        return _push(client, repository, tag)
    finally:
        client.images.remove(f"{repository}:{tag}", noprune=True)


def _push(client: docker.DockerClient, repository: str, tag: str) -> str:
    digest = ""
    for line in client.images.push(repository, tag=tag, stream=True, decode=True):
        if "error" in line:
            raise LabError(f"Pushing {repository}:{tag} to the lab's registry failed: {line['error']}")
        digest = (line.get("aux") or {}).get("Digest") or digest
    if not digest:
        raise LabError(f"Pushing {repository}:{tag} to the lab's registry ended without a digest.")
    return digest
