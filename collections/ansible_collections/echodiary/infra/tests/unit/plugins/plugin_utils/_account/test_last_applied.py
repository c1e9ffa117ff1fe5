# SPDX-License-Identifier: GPL-3.0-or-later
"""Who moved, told from a few bytes of each field that was applied."""

from __future__ import annotations

import random
from collections.abc import Mapping
from typing import Any, cast

import pytest
from ansible_collections.echodiary.infra.plugins.plugin_utils._account import last_applied, model, run
from ansible_collections.echodiary.infra.plugins.plugin_utils._account import plan as planning
from ansible_collections.echodiary.infra.plugins.plugin_utils._account.last_applied import Record
from ansible_collections.echodiary.infra.plugins.plugin_utils._account.model import Ref, Resource, Seen, Wanted
from ansible_collections.echodiary.infra.plugins.plugin_utils._common.errors import SpecError

from .answers import account
from .example import EVERYTHING, environment

ENV = environment(**EVERYTHING)
#: of the kinds that there are
GROUP, NET = Resource("log_group", "/app"), Resource("vpc", "net")


def there(resource: Resource, fields: Mapping[str, Any], identity: str = "id", ours: bool = True) -> Seen:
    return Seen(resource, identity, fields, ours)


def recorded(wanted: list[Wanted], seen: list[Seen], before: Record | None = None) -> Record:
    kept = last_applied.text(last_applied.applied(wanted, seen, before))
    found = last_applied.read(account(get_parameter={"Parameter": {"Value": kept}}), ENV).record
    assert found and last_applied.as_kept(found) == kept
    return found


def moved(applied: Any, declared: Any, found: Any) -> str:
    """Of one field, by its value when it was applied, as it is declared, and as it is found."""
    record = recorded([Wanted(GROUP, {"days": applied})], [there(GROUP, {"days": applied})])
    return origins([Wanted(GROUP, {"days": declared})], [there(GROUP, {"days": found})], record)[0]


def origins(wanted: list[Wanted], seen: list[Seen], record: Record | None) -> list[str]:
    ids = planning.known_ids(seen)
    return last_applied.origins(planning.plan(wanted, seen, run.kinds(), ids), ids, record)


def test_who_moved_is_told_as_on_a_host() -> None:
    assert moved(applied=30, declared=30, found=7) == "corrective"
    assert moved(applied=30, declared=60, found=30) == "pending"
    assert moved(applied=30, declared=60, found=7) == "conflict"


def test_both_moved_where_git_changed_one_field_and_somebody_another() -> None:
    was, declared, found = {"days": 30, "key": ""}, {"days": 60, "key": ""}, {"days": 30, "key": "k"}
    record = recorded([Wanted(GROUP, was)], [there(GROUP, was)])
    assert origins([Wanted(GROUP, declared)], [there(GROUP, found)], record) == ["conflict"]


def test_without_a_record_nobody_is_named() -> None:
    assert origins([Wanted(GROUP, {"days": 30})], [there(GROUP, {"days": 7})], None) == [""]


def test_what_somebody_deleted_is_not_what_was_never_made() -> None:
    record = recorded([Wanted(GROUP, {"days": 30})], [there(GROUP, {"days": 30})])
    assert origins([Wanted(GROUP, {"days": 30}), Wanted(NET, {"dns": True})], [], record) == ["corrective", "pending"]


def test_what_git_let_go_is_not_what_somebody_made() -> None:
    record = recorded([Wanted(GROUP, {"days": 30})], [there(GROUP, {"days": 30})])
    others = Resource("log_group", "/theirs")
    assert origins([], [there(GROUP, {"days": 30}), there(others, {"days": 3}, "other")], record) == ["pending", "corrective"]
    again = recorded([], [there(GROUP, {"days": 30})], record)
    assert origins([], [there(GROUP, {"days": 30})], again) == ["pending"]


def test_what_is_made_anew_has_another_id_and_is_the_same() -> None:
    part, wanted = Resource("gateway", "g"), {"vpc": Ref("vpc", "net")}
    record = recorded([Wanted(NET, {}), Wanted(part, wanted)], [there(NET, {}, "vpc-1"), there(part, {"vpc": "vpc-1"}, "igw-1")])
    seen = [there(NET, {}, "vpc-2"), there(part, {"vpc": "vpc-9"}, "igw-2")]
    assert origins([Wanted(NET, {}), Wanted(part, wanted)], seen, record) == ["corrective"]


def test_a_field_that_an_earlier_version_did_not_compare_is_nobodys_hand() -> None:
    record = recorded([Wanted(GROUP, {"days": 30})], [there(GROUP, {"days": 30})])
    assert origins([Wanted(GROUP, {"days": 30, "key": "k"})], [there(GROUP, {"days": 30, "key": ""})], record) == ["pending"]


def test_what_is_refused_goes_on_being_what_git_asks_for() -> None:
    """Another provisioning that leaves it does not make it somebody's hand."""
    was, now = [Wanted(NET, {"cidr": "10.0.0.0/16"})], [Wanted(NET, {"cidr": "10.1.0.0/16"})]
    seen = [there(NET, {"cidr": "10.0.0.0/16"})]
    record = recorded(now, seen, recorded(was, seen))
    assert origins(now, seen, record) == ["pending"]


def test_the_order_of_a_list_is_no_difference() -> None:
    record = recorded([Wanted(GROUP, {"in": [{"port": 22}, {"port": 80}]})], [there(GROUP, {"in": [{"port": 80}, {"port": 22}]})])
    assert origins([Wanted(GROUP, {"in": [{"port": 80}, {"port": 22}]})], [there(GROUP, {"in": []})], record) == ["corrective"]


def everything() -> tuple[list[Wanted], list[Seen]]:
    """An environment that has something of each kind, just applied."""
    wanted = run.wanted(ENV)
    ids = {one.resource: f"id-{number}" for number, one in enumerate(wanted)}
    fields = {one.resource: {name: planning.resolved(value, ids) for name, value in one.fields.items()} for one in wanted}
    return wanted, [there(one.resource, fields[one.resource], ids[one.resource]) for one in wanted]


def test_a_whole_environment_fits_into_what_costs_nothing() -> None:
    wanted, seen = everything()
    kept = last_applied.text(last_applied.applied(wanted, seen, None))
    assert len(kept) <= last_applied.ROOM
    assert origins(wanted, seen, recorded(wanted, seen)) == []


def test_more_than_fits_is_refused_with_how_much_it_is() -> None:
    with pytest.raises(SpecError, match="5000 fields"):
        last_applied.text(last_applied.digest((str(number),)) for number in range(5000))


@pytest.mark.parametrize(("number", "width"), [(1, 40), (500, 40), (900, 32), (1400, 24), (2200, 20)])
def test_what_is_long_is_kept_with_fewer_bits(number: int, width: int) -> None:
    kept = last_applied.text(last_applied.digest((str(one),)) for one in range(number))
    found = last_applied.read(account(get_parameter={"Parameter": {"Value": kept}}), ENV).record
    assert found and found.width == width and all(found.has(str(one)) for one in range(number))
    # another's, by chance
    assert sum(found.has(f"other {one}") for one in range(2000)) <= 20


def test_no_value_is_in_it() -> None:
    wanted, seen = everything()
    kept = last_applied.text(last_applied.applied(wanted, seen, None))
    assert ENV.account not in kept and "echodiary" not in kept and "10.20" not in kept


@pytest.mark.parametrize("kept", ["", "2 40 0 gA==", "1 x 0 gA==", "1 40 0 ???", "1 40 9 gA==", "1 40 x gA==", "somebody's own words"])
def test_what_somebody_else_wrote_there_is_no_record(kept: str) -> None:
    assert last_applied.read(account(get_parameter={"Parameter": {"Value": kept}}), ENV) == (None, [])


def test_that_it_cannot_be_read_is_said_and_ends_nothing() -> None:
    class Refuses:
        def one(self, *_: Any, **__: Any) -> Any:
            raise SpecError("ssm:GetParameter is refused")

    found = last_applied.read(cast("Any", Refuses()), ENV)
    assert found.record is None and "ssm:GetParameter" in found.notes[0]


def test_hands_and_commits_at_random_are_told_apart() -> None:
    """Each field is left, changed in git, by hand, or by both; generated over everything that there is."""
    wanted, seen = everything()
    record, chance = recorded(wanted, seen), random.Random(7)
    for _ in range(40):
        number = chance.randrange(len(wanted))
        one, found = wanted[number], seen[number]
        name = chance.choice(sorted(one.fields))
        who = chance.choice(["pending", "corrective", "conflict"])
        declared = [*wanted]
        if who in ("pending", "conflict"):
            declared[number] = one._replace(fields={**one.fields, name: "declared anew"})
        there_now = [*seen]
        if who in ("corrective", "conflict"):
            there_now[number] = found._replace(fields={**found.fields, name: "by hand"})
        ids = planning.known_ids(there_now)
        changes = planning.plan(declared, there_now, run.kinds(), ids)
        told = dict(zip([change.resource for change in changes], last_applied.origins(changes, ids, record), strict=True))
        assert told == {one.resource: who}, (one.resource, name, model.UPDATE)
