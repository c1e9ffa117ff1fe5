# SPDX-License-Identifier: GPL-3.0-or-later
"""What is not UTF-8 where text is needed is refused in one line that names the file and, where there is one, the line."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from ansible.parsing.dataloader import DataLoader
from ansible.template import Templar
from ansible_collections.echodiary.infra.plugins.plugin_utils._common.errors import SpecError
from ansible_collections.echodiary.infra.plugins.plugin_utils._component import manifest as manifests
from ansible_collections.echodiary.infra.plugins.plugin_utils._component import render
from ansible_collections.echodiary.infra.plugins.plugin_utils._component import source as sources

FILES: dict[str, bytes] = {
    "component.yml": b"---\npackages: []\n",
    "defaults/main.yml": b"---\ndemo_name: x\n",
    "meta/argument_specs.yml": b"---\nargument_specs: {main: {options: {demo_name: {type: str}}}}\n",
    "tree/etc/plain": b"x",
}


def build(place: Path, **more: bytes) -> dict[str, Any]:
    for name, raw in {**FILES, **more}.items():
        path = place / "roles" / "demo" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(raw)
    loader = DataLoader()
    templar = Templar(loader=loader, variables={})
    source = sources.load("demo", str(place), loader)
    available = render.variables(source, {}, templar)
    return manifests.build("demo", render.spec(source, available, templar), render.tree(source, available, templar))


def refusal(place: Path, **more: bytes) -> str:
    with pytest.raises(SpecError) as caught:
        build(place, **more)
    assert "\n" not in str(caught.value)
    return str(caught.value)


def test_a_template_names_its_file_and_line(tmp_path: Path) -> None:
    said = refusal(tmp_path, **{"tree/etc/motd.j2": "one\ntwo caf\u00e9\n".encode("latin-1")})
    assert all(word in said for word in ("demo/tree/etc/motd.j2", "line 2", "0xe9", "UTF-8"))


def test_a_template_that_is_included(tmp_path: Path) -> None:
    more = {"tree/etc/motd.j2": b"{% include 'part.j2' %}\n", "templates/part.j2": "caf\u00e9\n".encode("latin-1")}
    assert "part.j2" in refusal(tmp_path, **more)


@pytest.mark.parametrize("name", ["component.yml", "defaults/main.yml", "meta/argument_specs.yml"])
def test_a_file_of_the_role_that_is_yaml(tmp_path: Path, name: str) -> None:
    assert name in refusal(tmp_path, **{name: FILES[name] + "# caf\u00e9\n".encode("latin-1")})


def test_a_compose_file(tmp_path: Path) -> None:
    more = {
        "component.yml": b"---\ncompose: /opt/compose.yaml\n",
        "tree/opt/compose.yaml": "services: {a: {image: caf\u00e9}}".encode("latin-1"),
    }
    assert "/opt/compose.yaml" in refusal(tmp_path, **more)


def test_what_is_no_template_may_be_anything(tmp_path: Path) -> None:
    assert build(tmp_path, **{"tree/etc/raw": b"\xe9\x00"})["files"]["/etc/raw"]["content"] == {"b64": "6QA="}
