# SPDX-License-Identifier: GPL-3.0-or-later
"""A lock in a table: what a host's file does, and what only a place that many write to has to do."""

from __future__ import annotations

import json
from typing import Any

import pytest
from ansible_collections.echodiary.infra.plugins.plugin_utils._lease import asking, item
from ansible_collections.echodiary.infra.tests.unit.plugins.plugin_utils._lease.memory import Memory, ask

KEY = "here/deploy"


@pytest.fixture
def store() -> Memory:
    return Memory()


def test_the_whole_life(store: Memory) -> None:
    assert ask(store, "acquired")["lease"]["token"] == 1
    store.now += 60
    refused = ask(store, "acquired", owner="bob")
    assert (refused["outcome"], refused["changed"], refused["lease"]["owner"]) == ("held", False, "ann")
    store.now += 540
    assert ask(store, "renewed", token=1)["lease"]["seconds_left"] == 900
    assert ask(store, "released", token=1)["lease"] is None
    again = ask(store, "acquired", owner="bob")
    assert (again["lease"]["token"], again["broken"]) == (2, None)
    assert [event["event"] for event in ask(store, "read")["journal"]] == ["acquired", "released", "acquired"]


@pytest.mark.parametrize("part", [0.0, 0.4, 0.999])
def test_who_died_is_taken_over_after_the_whole_life_and_never_before(store: Memory, part: float) -> None:
    """The clock is told in whole seconds, which may not cost the holder one."""
    store.now += part
    ask(store, "acquired", owner="dead", ttl=60)
    store.now += 60.0
    assert ask(store, "acquired", owner="bob")["outcome"] == "held"
    store.now += 3.0
    taken = ask(store, "acquired", owner="bob")
    assert (taken["outcome"], taken["lease"]["token"], taken["broken"]["owner"]) == ("done", 2, "dead")


def test_who_was_taken_over_renews_nothing_and_gives_nothing_back(store: Memory) -> None:
    ask(store, "acquired", owner="dead", ttl=60)
    store.now += 63
    ask(store, "acquired", owner="bob")
    before = store.items[KEY]
    assert ask(store, "renewed", token=1)["outcome"] == "lost"
    assert not ask(store, "released", token=1)["changed"]
    assert store.items[KEY] == before


def test_late_is_not_lost(store: Memory) -> None:
    ask(store, "acquired", ttl=60)
    store.now += 100
    late = ask(store, "renewed", token=1)
    assert late["outcome"] == "done"
    assert "after it had expired" in late["notes"][0]


def test_who_is_overtaken_decides_again(store: Memory) -> None:
    """Both have read that nobody holds it."""
    store.meanwhile = [lambda: ask(store, "acquired", owner="bob")]
    answer = ask(store, "acquired", owner="ann")
    assert (answer["outcome"], answer["lease"]["owner"], answer["lease"]["token"]) == ("held", "bob", 1)


def test_a_renewal_that_a_freeze_overtakes_loses_neither(store: Memory) -> None:
    ask(store, "acquired")
    store.meanwhile = [lambda: ask(store, "frozen", until="2099-01-01T00:00:00Z", reason="holidays", owner="bob")]
    answer = ask(store, "renewed", token=1)
    assert (answer["outcome"], answer["freeze"]["owner"]) == ("done", "bob")


def test_who_is_always_overtaken_says_so() -> None:
    class Busy(Memory):
        def write(self, new: item.Item, seen: item.Item | None) -> bool:
            return False

    assert "quicker" in ask(Busy(), "acquired")["msg"]


def test_an_item_that_was_removed_and_made_anew_is_another(store: Memory) -> None:
    """Its token begins again, and so would a number that counts writes."""
    ask(store, "acquired", owner="ann")

    def anew() -> None:
        store.items.clear()
        ask(store, "acquired", owner="bob")

    store.meanwhile = [anew]
    assert ask(store, "renewed", token=1)["lease"]["owner"] == "bob"


def test_check_mode_and_reading_write_nothing(store: Memory) -> None:
    answer = ask(store, "acquired", check=True)
    assert (answer["changed"], answer["lease"]["token"]) == (True, 1)
    assert ask(store, "read")["lease"] is None
    assert store.items == {}


def test_a_freeze_holds_by_the_tables_clock(store: Memory) -> None:
    assert "has passed" in ask(store, "frozen", until="2020-01-01T00:00:00Z")["msg"]
    assert ask(store, "frozen", until="2027-01-15T09:00:00Z", reason="fair")["changed"]
    assert ask(store, "acquired")["outcome"] == "frozen"
    assert ask(store, "acquired", override_freeze="down")["lease"]["override"] == "down"
    ask(store, "released", token=1)
    store.now += 7200
    assert ask(store, "acquired")["outcome"] == "done"


def _damaged(store: Memory, **given: Any) -> None:
    record = json.loads(store.items[KEY]["record"]["S"])
    store.items[KEY]["record"] = {"S": json.dumps({**record, **given})}


FOREIGN = {"at": "2027-01-15T08:00:00Z", "uptime": 1.0, "boot": "a host's"}
LEASE = {"token": 3, "owner": "ann", "reason": "v1", "run_url": "", "ttl": 900.0, "override": "", "acquired": FOREIGN, "renewed": FOREIGN}


@pytest.mark.parametrize("given", [{"lease": []}, {"lease": LEASE}, {"token": "3"}, {"freeze": {"until": "soon"}}])
def test_what_cannot_be_believed_is_refused_until_forced_and_no_token_is_given_out_again(store: Memory, given: dict[str, Any]) -> None:
    for _ in range(3):
        ask(store, "released", token=ask(store, "acquired")["lease"]["token"])
    _damaged(store, **given)
    kept = store.items[KEY]["record"]
    for state in ("read", "acquired"):
        assert "force=true" in ask(store, state)["msg"]
    forced = ask(store, "released", force=True, reason="by hand")
    assert forced["changed"]
    assert store.items[KEY]["damaged"] == kept
    assert ask(store, "acquired")["lease"]["token"] == 4


def test_what_a_newer_version_wrote_is_not_ours_to_break(store: Memory) -> None:
    ask(store, "acquired")
    _damaged(store, version=99)
    for answer in (ask(store, "acquired"), ask(store, "released", force=True, reason="mine")):
        assert "newer version" in answer["msg"]
        assert "force" not in answer["msg"]


def test_the_journal_does_not_grow_without_end(store: Memory) -> None:
    for _ in range(40):
        ask(store, "released", token=ask(store, "acquired")["lease"]["token"])
    assert len(json.loads(store.items[KEY]["journal"]["S"])) == item.KEPT
    assert len(ask(store, "read")["journal"]) == 20


def test_what_the_store_cannot_do_is_a_refusal() -> None:
    class Down(Memory):
        def read(self, key: str) -> asking.Seen:
            raise asking.StoreError("table leases does not answer")

    assert ask(Down(), "acquired") == {"failed": True, "msg": "lock here/deploy: table leases does not answer"}
