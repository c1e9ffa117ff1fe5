# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether a component lives in slots is asked of its own file, and nobody keeps a list."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from ansible.errors import AnsibleFilterError
from ansible.utils.vars import load_extra_vars
from ansible_collections.echodiary.infra.plugins.filter import deploys
from ansible_collections.echodiary.infra.plugins.plugin_utils._common.errors import SpecError
from ansible_collections.echodiary.infra.plugins.plugin_utils._component import released


@pytest.fixture
def beside(tmp_path: Path) -> str:
    """A directory of playbooks with three roles: two with a release, one without."""
    for name, text in (("one", "release: {service: api}\n"), ("two", "release: {service: api}\n"), ("plain", "compose: /x\n")):
        (tmp_path / "roles" / name).mkdir(parents=True)
        (tmp_path / "roles" / name / "component.yml").write_text(f"---\n# release: x\n{text}")
    return str(tmp_path)


def test_the_file_says_it(beside: str) -> None:
    assert [released.has_release(name, beside) for name in ("one", "two", "plain")] == [True, True, False]
    with pytest.raises(SpecError, match="unknown component 'none'"):
        released.has_release("none", beside)


def test_the_only_one_is_what_is_deployed(beside: str) -> None:
    assert deploys.released_component({"components": ["plain", "two"]}, beside) == "two"
    assert deploys.released_component({"components": "plain, one"}, beside) == "one"


def test_what_was_typed_is_meant_and_a_variable_of_that_name_is_not(beside: str, monkeypatch: pytest.MonkeyPatch) -> None:
    host: Any = {"components": ["plain", "two"], "component": "frontend"}
    assert deploys.released_component(host, beside) == "two"
    monkeypatch.setattr(load_extra_vars, "extra_vars", {"component": "shop"}, raising=False)
    assert deploys.released_component(host, beside) == "shop"
    assert deploys.released_component({"components": ["one", "acme.web.shop"]}, beside) == "acme.web.shop"


@pytest.mark.parametrize(("declared", "said"), [(["one", "two"], "one, two have.*-e component=one"), (["plain"], "[Nn]one")])
def test_where_there_are_several_or_none_somebody_has_to_say(declared: list[str], said: str, beside: str) -> None:
    with pytest.raises(AnsibleFilterError, match=said):
        deploys.released_component({"components": declared}, beside)


def test_of_a_host_that_declares_nothing_this_collection_is_asked(beside: str) -> None:
    assert released.has_release(deploys.released_component({}, beside), beside)


def test_what_is_done_once_is_done_on_the_first_host_of_each() -> None:
    fleet = {"app2": ["echodiary"], "app1": ["haproxy", "some.where.echodiary"], "mon1": ["prometheus"]}
    assert released.led({**fleet, "app1": ["haproxy", "echodiary"]}, "app1", ".") == ["echodiary"]
    assert released.led({**fleet, "app1": ["haproxy", "echodiary.infra.echodiary"]}, "app2", ".") == [], (
        "by its full name it is the same one"
    )
    assert released.led(fleet, "mon1", ".") == []
    assert released.led({"app2": ["no_such", "echodiary"], "app3": ["echodiary"]}, "app2", ".") == ["echodiary"]
