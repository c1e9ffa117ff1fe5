# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

from typing import Any

from ansible_collections.echodiary.infra.plugins.action import rehearsal
from ansible_collections.echodiary.infra.tests.unit.plugins.action.rig import Rig
from ansible_collections.echodiary.infra.tests.unit.plugins.plugin_utils._rehearsal.test_plan import DONE, dump, looked

GIVEN: dict[str, Any] = {"component": "shop", "image": "shop:2", "directory": "/b", "server_image": "postgres:17"}

NOBODY: dict[str, list[str]] = {"all": []}


def test_it_looks_and_then_rehearses_with_what_runs_in_the_release() -> None:
    rig = Rig(rehearsal, looked(store=dump()), DONE, groups=NOBODY)
    assert rig.run(**GIVEN)["verdict"] == "nothing"
    look, rehearse = rig.sent
    assert (look["do"], look["sources"], rehearse["do"]) == ("look", {}, "rehearse")
    assert "_inside.migrate" in rehearse["sources"] and rehearse["dump"] == dump()


def test_check_mode_only_looks() -> None:
    rig = Rig(rehearsal, looked(store=dump()), groups=NOBODY)
    assert rig.run(check=True, **GIVEN)["verdict"] == "would"
    assert [one["do"] for one in rig.sent] == ["look"]


def test_what_cannot_be_meant_is_refused() -> None:
    assert "max_wait" in Rig(rehearsal, {}, groups=NOBODY).refused(**GIVEN, max_wait=0)


def test_a_host_that_keeps_dumps_and_is_not_in_the_inventory() -> None:
    rig = Rig(rehearsal, looked(store=None), hostvars={}, groups=NOBODY)
    assert "the inventory has no host app9" in rig.run(**GIVEN, backup_host="app9")["msg"]


def test_the_job_is_the_inventory_s_where_it_has_one() -> None:
    """Of another host: whoever has the repository's key reads it."""
    jobs = {"nightly": {"kind": "postgres", "component": "shop"}}
    hosts: dict[str, Any] = {"app1": {"components": []}, "db1": {"components": ["backup"], "backup_jobs": jobs}}
    for given, job in (({}, "nightly"), ({"job": "other"}, "other")):
        rig = Rig(rehearsal, looked(store=dump()), hostvars=hosts, groups={"all": list(hosts)}, **hosts["app1"])
        rig.run(check=True, **GIVEN, **given)
        assert rig.sent[0]["job"] == job
