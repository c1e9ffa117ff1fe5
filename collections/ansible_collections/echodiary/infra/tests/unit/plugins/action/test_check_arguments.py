# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

from pathlib import Path
from types import MappingProxyType

import pytest
from ansible import context
from ansible_collections.echodiary.infra.plugins.action import check_arguments
from ansible_collections.echodiary.infra.tests.unit.plugins.action.rig import Rig

SPECS = """---
argument_specs:
  main:
    options:
      web_port: {type: int}
      web_tls: {type: bool}
      web_key: {type: list, elements: str, no_log: true}
"""


@pytest.fixture
def role(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    (tmp_path / "meta").mkdir()
    (tmp_path / "meta" / "argument_specs.yml").write_text(SPECS)
    monkeypatch.setattr(context, "CLIARGS", MappingProxyType({}))
    return str(tmp_path)


def test_values_of_their_types_pass(role: str) -> None:
    assert Rig(check_arguments, web_port=80, web_tls=False, other="x").run(role=role) == {"changed": False}


def test_text_in_place_of_another_type_is_refused_with_what_to_type(role: str) -> None:
    said = Rig(check_arguments, web_port="80", web_tls="no").refused(role=role)
    assert '{"web_port": 80}' in said and '{"web_tls": false}' in said


def test_a_secret_is_not_said(role: str) -> None:
    said = Rig(check_arguments, web_key="hunter22").refused(role=role)
    assert "web_key" in said and "hunter22" not in said


def test_words_that_the_shell_left_over_are_refused(role: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(context, "CLIARGS", MappingProxyType({"extra_vars": ("reason=two words",)}))
    assert "two words" in Rig(check_arguments).refused(role=role)
