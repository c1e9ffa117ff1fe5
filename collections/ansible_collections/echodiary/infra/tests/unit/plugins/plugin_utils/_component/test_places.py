# SPDX-License-Identifier: GPL-3.0-or-later
"""A playbook of the collection runs for somebody whose roles lie elsewhere."""

from __future__ import annotations

from pathlib import Path

import pytest
from ansible import constants, context
from ansible_collections.echodiary.infra.plugins.plugin_utils._common.errors import SpecError
from ansible_collections.echodiary.infra.plugins.plugin_utils._component import source as sources

SHIPPED = "/usr/share/collection/playbooks"


def role(place: Path, name: str) -> str:
    path = place / "roles" / name
    path.mkdir(parents=True)
    (path / "component.yml").write_text("---\n")
    return str(path)


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    place = tmp_path / "here"
    place.mkdir()
    monkeypatch.chdir(place)
    return place


def typed(monkeypatch: pytest.MonkeyPatch, *playbooks: str) -> None:
    monkeypatch.setattr(context, "CLIARGS", {"args": playbooks})


def test_where_the_command_is_typed(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    typed(monkeypatch, "echodiary.infra.site")
    web = role(here, "web")
    assert sources.find("web", SHIPPED) == web


def test_beside_the_playbook_that_imports_it(here: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    web = role(tmp_path / "mine", "web")
    (tmp_path / "mine/site.yml").touch()
    typed(monkeypatch, "../mine/site.yml")
    assert sources.find("web", SHIPPED) == web


def test_on_the_path_of_roles(here: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    web = role(tmp_path / "far", "web")
    monkeypatch.setattr(constants, "DEFAULT_ROLES_PATH", [str(tmp_path / "far/roles")])
    assert sources.find("web", SHIPPED) == web


def test_the_users_own_comes_before_that_of_the_collection(here: Path) -> None:
    assert sources.find("haproxy", SHIPPED) == sources.find("echodiary.infra.haproxy", SHIPPED)
    mine = role(here, "haproxy")
    assert sources.find("haproxy", SHIPPED) == mine
    assert sources.find("echodiary.infra.haproxy", SHIPPED) != mine


def test_where_anybody_may_write_nothing_is_taken_from(here: Path) -> None:
    role(here, "web")
    here.chmod(0o777)
    with pytest.raises(SpecError, match="unknown component 'web'"):
        sources.find("web", SHIPPED)
