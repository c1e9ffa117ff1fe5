# SPDX-License-Identifier: GPL-3.0-or-later
"""When an image is built again, and what its build leaves behind."""

from __future__ import annotations

import io
import tarfile
from pathlib import Path

import pytest

from lab import base, images
from lab.images import Recipe


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "Dockerfile").write_text("ARG BASE\nFROM ${BASE} AS packages\nRUN true\n\nfrom ${BASE}\nCOPY a /a\n")
    (tmp_path / "a").write_text("one")
    (tmp_path / "notes").write_text("nothing the image holds")
    (tmp_path / ".dockerignore").write_text("# what stays out\nnotes\n")
    return tmp_path


def _hash(folder: Path, *, base_inputs: str = "b", **more: object) -> str:
    recipe = Recipe("x", "x:1", folder, "base:1", **more)  # type: ignore[arg-type]
    return images.inputs_hash(recipe, images.context_files(folder), base_inputs)


def test_what_is_ignored_does_not_cause_a_build(folder: Path) -> None:
    before = _hash(folder)
    (folder / "notes").write_text("changed")
    (folder / "__pycache__").mkdir()
    (folder / "__pycache__" / "a.pyc").write_text("left by a test")
    assert _hash(folder) == before


@pytest.mark.parametrize("what", ["content", "mode", "name", "base", "argument", "extra"])
def test_what_the_image_holds_does(folder: Path, what: str) -> None:
    before = _hash(folder)
    more: dict[str, object] = {}
    if what == "content":
        (folder / "a").write_text("two")
    elif what == "mode":
        (folder / "a").chmod(0o755)
    elif what == "name":
        (folder / "a").rename(folder / "b")
    elif what == "base":
        more = {"base_inputs": "another"}
    elif what == "argument":
        more = {"arguments": {"VERSION": "2"}}
    elif what == "extra":
        more = {"extra": {"ca/own.crt": b"certificate"}}
    assert _hash(folder, **more) != before  # type: ignore[arg-type]


def test_every_stage_carries_the_label(folder: Path) -> None:
    labelled = images.with_labels((folder / "Dockerfile").read_text())
    lines = labelled.splitlines()
    stages = [number for number, line in enumerate(lines) if line.lower().startswith("from")]
    assert len(stages) == 2
    assert all(lines[number + 1].startswith("LABEL echodiary.lab.image=") for number in stages)


def test_the_context_depends_on_content_only(folder: Path) -> None:
    files = images.context_files(folder)
    first = images.archive("FROM x", files, {"ca/": b""})
    (folder / "a").touch()
    assert images.archive("FROM x", files, {"ca/": b""}) == first
    with tarfile.open(fileobj=io.BytesIO(first)) as tar:
        names = {member.name: member for member in tar.getmembers()}
        assert names["ca"].isdir()
        assert "notes" not in names
        assert tar.extractfile("Dockerfile").read() == b"FROM x"  # type: ignore[union-attr]


def test_machines_without_authorities_of_their_own_build_with_an_empty_directory(tmp_path: Path) -> None:
    assert base.authorities(tmp_path / "missing") == {"ca/": b""}
    (tmp_path / "company").mkdir()
    (tmp_path / "company" / "proxy.crt").write_bytes(b"certificate")
    assert base.authorities(tmp_path) == {"ca/": b"", "ca/proxy.crt": b"certificate"}
