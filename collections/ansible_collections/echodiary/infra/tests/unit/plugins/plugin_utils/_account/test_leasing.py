# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

from types import SimpleNamespace
from typing import Any, cast

import pytest
from ansible_collections.echodiary.infra.plugins.plugin_utils._account import apply, leasing, run, take_back
from ansible_collections.echodiary.infra.plugins.plugin_utils._account.kinds import log_group
from ansible_collections.echodiary.infra.plugins.plugin_utils._common.errors import SpecError
from ansible_collections.echodiary.infra.plugins.plugin_utils._lease.places import Place

from .example import environment

NOW = "2026-12-01T09:00:00Z"
LEASE = {"owner": "ann@desk", "reason": "provision", "acquired": NOW, "expires": NOW, "expired": False, "run_url": "", "ttl": 60.0}
GRANTED = {"token": 4, "lease": LEASE, "held": True, "msg": "lock account: acquired"}
PLACE = Place("echodiary-production-lease", "ap-northeast-2", "production", {})


class Store:
    """Answers one after the other; of the last there are enough."""

    def __init__(self, *answers: dict[str, Any]) -> None:
        self.answers, self.asked = list(answers), cast("list[Any]", [])

    def ask(self, manifest: Any) -> Any:
        self.asked.append(manifest["asked"])
        return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]


HELD: dict[str, Any] = {"outcome": "done", "lease": LEASE, "now": NOW}
LOST: dict[str, Any] = {**HELD, "outcome": "lost"}
SILENT: dict[str, Any] = {"failed": True, "msg": "the table does not answer"}


def test_it_is_renewed_by_its_own_token() -> None:
    store = Store(HELD)
    leasing.Lease(store.ask, 4, 60).holds()
    assert [(one["state"], one["token"]) for one in store.asked] == [("renewed", 4)]


def test_who_has_it_now_is_told() -> None:
    with pytest.raises(leasing.LostError, match=r"held by ann@desk .*nothing was taken back"):
        leasing.Lease(Store(LOST).ask, 4, 60).holds()


def test_a_table_that_does_not_answer_is_borne_as_long_as_the_lease_lives() -> None:
    lease = leasing.Lease(Store(SILENT, HELD).ask, 4, 60)
    lease.holds()
    lease.holds()
    with pytest.raises(leasing.LostError, match="does not answer"):
        leasing.Lease(Store(SILENT).ask, 4, -1).holds()


@pytest.mark.parametrize("result", [{}, {"skipped": True, "changed": False}])
def test_a_check_has_none(result: dict[str, Any]) -> None:
    assert leasing.of(result, PLACE, []) is None


def test_a_hosts_file_keeps_none_of_an_account() -> None:
    assert leasing.of(GRANTED, None, []) is None


def test_a_refusal_says_who_and_what_can_be_typed() -> None:
    refused = {"token": None, "held": True, "msg": "lock account is held by ann@desk"}
    with pytest.raises(SpecError) as said:
        leasing.of(refused, PLACE, ["inventories/my own"])
    assert "held by ann@desk" in str(said.value) and "-i 'inventories/my own' -m echodiary.infra.deploy_lock" in str(said.value)
    with pytest.raises(SpecError, match=r"^no such table$"):
        leasing.of({"token": None, "msg": "no such table"}, PLACE, [])


def test_only_the_environments_own_table_is_made() -> None:
    assert leasing.is_own(environment(), PLACE)
    assert not leasing.is_own(environment(), PLACE._replace(table="echodiary-lease"))
    assert not leasing.is_own(environment(), PLACE._replace(region="us-east-1"))


def test_who_has_lost_it_neither_changes_nor_takes_back(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(take_back, "take_back", lambda *_: pytest.fail("taken back"))
    said: list[str] = []
    journal = SimpleNamespace(opens=lambda: None, begins=lambda _: pytest.fail("begun"), closes=said.append)
    env = environment()
    this = run.Run(
        env, cast("Any", _Nothing()), cast("Any", None), cast("Any", journal), said.append, leasing.Lease(Store(LOST).ask, 4, 60).holds
    )
    changes = [one for one in run.planned(env, []) if one.resource.kind == log_group.NAME]
    with pytest.raises(leasing.LostError):
        apply.apply(this, changes, [], apply.Choice())
    assert said == ["stopped: the account is another run's"]


class _Nothing:
    """An account in which there is nothing."""

    def forget(self) -> None:
        pass

    def find(self, *_: Any, **__: Any) -> list[Any]:
        return []
