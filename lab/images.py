# SPDX-License-Identifier: GPL-3.0-or-later
"""Building an image only when what goes into it has changed. The hash of the inputs is a label on the image."""

from __future__ import annotations

import hashlib
import io
import re
import tarfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import docker
from docker.errors import APIError, ImageNotFound
from docker.utils.build import exclude_paths

from lab import labels
from lab.errors import LabError

SECONDS_PER_LINE = 900  # longest silence of a build step


@dataclass(frozen=True)
class Recipe:
    """An image to build: a directory with a Dockerfile, the image it stands on, and further inputs."""

    name: str  # label and progress line
    tag: str
    folder: Path
    base: str
    arguments: Mapping[str, str] = field(default_factory=dict)
    extra: Mapping[str, bytes] = field(default_factory=dict)  # files added to the context; names that end in / are directories


def ensure(client: docker.DockerClient, recipe: Recipe) -> tuple[str, bool]:
    """Makes the image exist; returns its id and whether it had to be built."""
    files = context_files(recipe.folder)
    wanted = inputs_hash(recipe, files, _inputs_of(client, recipe.base))
    present = find(client, recipe.tag)
    if present is not None and present.labels.get(labels.INPUTS) == wanted:
        return str(present.id), False
    identifier = _build(client, recipe, files, wanted)
    if present is not None and present.id != identifier:
        forget(client, str(present.id))
    return identifier, True


def find(client: docker.DockerClient, reference: str) -> Any | None:
    try:
        return client.images.get(reference)
    except ImageNotFound:
        return None


def forget(client: docker.DockerClient, identifier: str) -> None:
    """Removes an image nobody uses any more; one that is still in use stays until `down`."""
    try:
        client.images.remove(identifier)
    except APIError as error:
        if error.status_code not in (404, 409):
            raise


def context_files(folder: Path) -> dict[str, Path]:
    """The build context, .dockerignore applied: name in the archive -> file."""
    ignore = folder / ".dockerignore"
    patterns = ignore.read_text(encoding="utf-8").splitlines() if ignore.exists() else []
    patterns = [line.strip() for line in patterns if line.strip() and not line.startswith("#")]
    names = exclude_paths(str(folder), [*patterns, "**/__pycache__", "**/.*_cache"])
    return {name: folder / name for name in sorted(names) if (folder / name).is_file()}


def inputs_hash(recipe: Recipe, files: Mapping[str, Path], base_inputs: str) -> str:
    """Hash over everything that decides what the image holds, as far as this repository decides it."""
    digest = hashlib.sha256()
    for part in (recipe.name, recipe.base, base_inputs, repr(sorted(recipe.arguments.items()))):
        digest.update(part.encode() + b"\0")
    digest.update(files_hash(files).encode())
    for name, content in sorted(recipe.extra.items()):
        digest.update(f"{name}\0".encode() + hashlib.sha256(content).digest())
    return digest.hexdigest()[:32]


def files_hash(files: Mapping[str, Path]) -> str:
    """Hash over names, contents and the executable bit."""
    digest = hashlib.sha256()
    for name, path in files.items():
        executable = bool(path.stat().st_mode & 0o100)
        digest.update(f"{name}\0{executable}\0".encode() + hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()


def with_labels(dockerfile: str) -> str:
    """The Dockerfile with a label in every stage: what a build leaves behind stays recognisable.

    The label is the same everywhere, so that images with the same first stage share it."""
    return re.sub(r"(?mi)^(FROM\s.*)$", rf'\1\nLABEL {labels.IMAGE}="stage"', dockerfile)


def archive(dockerfile: str, files: Mapping[str, Path], extra: Mapping[str, bytes]) -> bytes:
    """A tar archive that depends on names, contents and the executable bit only."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as tar:
        for name, path in files.items():
            if name != "Dockerfile":
                _add(tar, name, path.read_bytes(), 0o755 if path.stat().st_mode & 0o100 else 0o644)
        for name, content in sorted(extra.items()):
            _add(tar, name, content, 0o644)
        _add(tar, "Dockerfile", dockerfile.encode(), 0o644)
    return buffer.getvalue()


def _add(tar: tarfile.TarFile, name: str, content: bytes, mode: int) -> None:
    member = tarfile.TarInfo(name.rstrip("/"))
    if name.endswith("/"):
        member.type, member.mode = tarfile.DIRTYPE, 0o755
        tar.addfile(member)
        return
    member.size, member.mode = len(content), mode
    tar.addfile(member, io.BytesIO(content))


def _inputs_of(client: docker.DockerClient, reference: str) -> str:
    image = find(client, reference)
    if image is None:
        raise LabError(f"Image {reference} is missing. Run: python -m lab up")
    return str(image.labels.get(labels.INPUTS) or image.id)


def _build(client: docker.DockerClient, recipe: Recipe, files: Mapping[str, Path], inputs: str) -> str:
    dockerfile = with_labels((recipe.folder / "Dockerfile").read_text(encoding="utf-8"))
    output = client.api.build(
        fileobj=io.BytesIO(archive(dockerfile, files, recipe.extra)),
        custom_context=True,
        tag=recipe.tag,
        buildargs={"BASE": recipe.base, **recipe.arguments},
        labels={labels.IMAGE: recipe.name, labels.INPUTS: inputs},
        rm=True,
        forcerm=True,
        decode=True,
        timeout=SECONDS_PER_LINE,
    )
    _follow(recipe, output)
    return str(client.images.get(recipe.tag).id)


def _follow(recipe: Recipe, output: Any) -> None:
    tail: list[str] = []
    for line in output:
        tail = [*tail, *str(line.get("stream", "")).splitlines()][-12:]
        if "error" in line:
            said = " | ".join(text.strip() for text in tail[-4:] if text.strip())
            raise LabError(f"Building image {recipe.name} failed: {line['error'].strip()}. Last output: {said}")
