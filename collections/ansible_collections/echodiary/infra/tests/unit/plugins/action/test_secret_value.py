# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import json
from typing import Any

import pytest
from ansible.errors import AnsibleActionFail
from ansible_collections.echodiary.infra.plugins.action import secret_value
from ansible_collections.echodiary.infra.plugins.plugin_utils._database import store
from ansible_collections.echodiary.infra.tests.unit.plugins.action.rig import Rig


class Manager:
    """An account with one secret; ``put`` is what was written."""

    def __init__(self, text: str) -> None:
        self.text, self.put = text, list[dict[str, Any]]()

    def one(self, service: str, operation: str, path: str, **asked: str) -> str:
        assert (service, operation, path, asked) == ("secretsmanager", "get_secret_value", "SecretString", {"SecretId": "app"})
        return self.text

    def call(self, service: str, operation: str, args: dict[str, str]) -> dict[str, str]:
        assert (service, operation, args["SecretId"]) == ("secretsmanager", "put_secret_value", "app")
        self.put.append(json.loads(args["SecretString"]))
        return {"VersionId": "v2"}


def change(manager: Manager, monkeypatch: pytest.MonkeyPatch, **given: Any) -> dict[str, Any]:
    monkeypatch.setattr(store.aws, "of", lambda _: manager)
    return Rig(secret_value).run(name="app", region="eu-west-1", values={"a": "new"}, **given)


def test_only_what_was_given_changes(monkeypatch: pytest.MonkeyPatch) -> None:
    manager = Manager('{"a": "old", "b": "kept"}')
    assert change(manager, monkeypatch) == {"changed": True, "version": "v2", "kept": []}
    assert manager.put == [{"a": "new", "b": "kept"}]


@pytest.mark.parametrize(("text", "given", "changed"), [('{"a": "new"}', {}, False), ('{"a": "old"}', {"check": True}, True)])
def test_nothing_is_written_without_need(monkeypatch: pytest.MonkeyPatch, text: str, given: dict[str, Any], changed: bool) -> None:
    manager = Manager(text)
    assert (change(manager, monkeypatch, **given), manager.put) == ({"changed": changed, "kept": []}, [])


def test_what_has_a_value_may_keep_it_and_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    manager = Manager('{"a": "old"}')
    assert change(manager, monkeypatch, keep=["a"]) == {"changed": False, "kept": ["a"]}
    lacks = Manager('{"a": ""}')
    assert change(lacks, monkeypatch, keep=["a"]) == {"changed": True, "version": "v2", "kept": []}
    assert (manager.put, lacks.put) == ([], [{"a": "new"}])


def test_what_is_there_is_not_said_where_it_cannot_be_read(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(AnsibleActionFail) as caught:
        change(Manager("hunter22"), monkeypatch)
    assert "hunter22" not in str(caught.value) and "no JSON object" in str(caught.value)
    seen: BaseException | None = caught.value
    while seen is not None:
        assert "hunter22" not in str(seen)
        seen = seen.__cause__ or (None if seen.__suppress_context__ else seen.__context__)
