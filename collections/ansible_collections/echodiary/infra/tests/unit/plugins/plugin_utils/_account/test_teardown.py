# SPDX-License-Identifier: GPL-3.0-or-later
"""In which order an environment goes, what outlives it, and what is said of both."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from types import SimpleNamespace
from typing import Any, cast

import pytest
from ansible_collections.echodiary.infra.plugins.plugin_utils._account import teardown
from ansible_collections.echodiary.infra.plugins.plugin_utils._account.model import Resource, Seen
from ansible_collections.echodiary.infra.plugins.plugin_utils._account.run import Run
from ansible_collections.echodiary.infra.plugins.plugin_utils._common.errors import SpecError

from .answers import account
from .example import environment

ENV = environment(protected=False)
SNAPSHOT = {
    "DBInstanceIdentifier": "echodiary-production",
    "DBSnapshotIdentifier": "echodiary-production-final-1",
    "AllocatedStorage": 20,
    "SnapshotCreateTime": datetime.datetime(2026, 11, 30, tzinfo=datetime.UTC),
    "Status": "available",
}


def run(**answers: Any) -> Run:
    return cast("Run", SimpleNamespace(aws=account(**answers), env=ENV))


def seen(kind: str, name: str = "one", fields: Mapping[str, Any] | None = None, ours: bool = True) -> Seen:
    return Seen(Resource(kind, name), f"{kind}-{name}", fields or {}, ours)


def fates(*found: Seen, **answers: Any) -> list[tuple[str, bool]]:
    return [(str(one.resource), one.stays is None) for one in teardown.planned(run(**answers), found)]


def test_hosts_go_first_and_what_keeps_leases_last() -> None:
    found = [seen("vpc"), seen("lease_table"), seen("subnet"), seen("instance"), seen("security_group")]
    assert [name.partition(":")[0] for name, _ in fates(*found)] == ["instance", "security_group", "subnet", "vpc", "lease_table"]


def test_rules_go_before_the_groups_that_they_name_and_only_with_their_own() -> None:
    some = {"in": [{"with": "sg-2"}], "out": []}
    found = [seen("security_group", "a"), seen("packets", "a", some, ours=False), seen("packets", "b", some, ours=False)]
    assert fates(*found) == [("packets:a", True), ("security_group:a", True)]


def test_what_holds_something_is_kept_and_what_is_empty_goes() -> None:
    full = {"list_object_versions": {"Versions": [{"Size": 5}]}, "describe_images": {"imageDetails": [{"imageSizeInBytes": 5}]}}
    for kind in ("bucket", "registry"):
        assert fates(seen(kind), **full) == [(f"{kind}:one", False)]
        assert fates(seen(kind)) == [(f"{kind}:one", True)]


def test_a_secret_that_waits_for_its_deletion_is_not_deleted_again() -> None:
    assert fates(seen("secret", fields={"there": True})) == [("secret:one", True)]
    assert fates(seen("secret", fields={"there": False})) == [("secret:one", False)]


def test_what_is_somebody_elses_is_left_alone() -> None:
    assert fates(seen("vpc", ours=False)) == []
    assert fates(seen("bucket", ours=False)) == [("bucket:one", False)]


def test_snapshots_of_this_database_are_told_with_what_ends_them() -> None:
    others = {**SNAPSHOT, "DBInstanceIdentifier": "another"}
    found = teardown.planned(run(describe_db_snapshots={"DBSnapshots": [SNAPSHOT, others]}), [])
    said = list(teardown.lines(found, {found[0].resource: "1.90 USD a month"}))
    assert (
        len(found) == 1
        and "2026-11-30" in said[0]
        and said[0].endswith("1.90 USD a month")
        and said[1].endswith("--db-snapshot-identifier echodiary-production-final-1")
    )


def test_what_the_account_still_protects_is_named() -> None:
    held = [seen("instance", "app1", {"protected": True}), seen("database", "db", {"deletion_protection": True})]
    with pytest.raises(SpecError, match="instance:app1, database:db"):
        teardown.check_unprotected(held)
    # leases are protected from hands; the teardown itself lifts that
    teardown.check_unprotected([seen("lease_table", fields={"protected": True}), seen("instance", "b", {"protected": False})])


def test_the_total_counts_both() -> None:
    found = teardown.planned(run(), [seen("vpc"), seen("key", fields={"kept": True})])
    assert teardown.total(found) == "1 to take away · 1 kept"
