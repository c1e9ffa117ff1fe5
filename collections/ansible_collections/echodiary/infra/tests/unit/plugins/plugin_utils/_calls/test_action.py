# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from ansible.errors import AnsibleConnectionFailure
from ansible_collections.echodiary.infra.plugins.plugin_utils._calls import action as actions

VARIABLES: dict[str, Any] = {"inventory_hostname": "app1", "hostvars": {"app2": {"ansible_python_interpreter": "/opt/py"}}}


class Play:
    """An action plugin in a play; ``asked`` are those that it asked, ``does`` what they do."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, dict[str, Any], Any, dict[str, Any]]] = []
        self.does: Any = dict
        self._task = SimpleNamespace(args={"own": 1}, copy=lambda: SimpleNamespace(args={"own": 1}))
        self._connection, self._play_context, self._loader, self._templar = "here", None, None, None
        self._shared_loader_obj = SimpleNamespace(action_loader=SimpleNamespace(get=self._get))

    def _get(self, name: str, *, task: Any, connection: Any, **_: Any) -> Any:
        def run(task_vars: dict[str, Any]) -> Any:
            self.asked.append((name, task.args, connection, task_vars))
            return self.does()

        return SimpleNamespace(run=run)


def test_it_gets_arguments_of_its_own_and_the_asking_task_keeps_its() -> None:
    play = Play()
    play.does = lambda: {"changed": True}
    assert actions.run(play, "x.lock", {"state": "read"}, VARIABLES) == {"changed": True}
    assert play.asked == [("x.lock", {"state": "read"}, "here", VARIABLES)]
    assert play._task.args == {"own": 1}


def test_on_its_own_host_no_other_connection_is_made(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(actions, "_connection", None)
    play = Play()
    actions.run_on(play, "app1", "x.lock", {}, VARIABLES)
    assert [asked[2] for asked in play.asked] == ["here"]


@pytest.mark.parametrize("fails", [False, True])
def test_on_another_the_connection_is_closed_again_and_what_failed_is_a_result(monkeypatch: pytest.MonkeyPatch, fails: bool) -> None:
    closed: list[bool] = []
    there = SimpleNamespace(close=lambda: closed.append(True))
    monkeypatch.setattr(actions, "_connection", lambda *_: there)
    play = Play()

    def lost() -> dict[str, Any]:
        raise AnsibleConnectionFailure("no\nroute")

    play.does = lost if fails else dict
    found = actions.run_on(play, "app2", "x.lock", {}, VARIABLES)
    assert (found, closed) == ({"failed": True, "msg": "no route"} if fails else {}, [True])
    _, _, connection, variables = play.asked[0]
    assert (connection, variables["inventory_hostname"], variables["ansible_python_interpreter"]) == (there, "app2", "/opt/py")


def test_a_host_that_the_inventory_does_not_know() -> None:
    assert "no host app3" in actions.run_on(Play(), "app3", "x.lock", {}, VARIABLES)["msg"]
