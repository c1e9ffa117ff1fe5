# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

from ansible_collections.echodiary.infra.plugins.action import evidence
from ansible_collections.echodiary.infra.tests.unit.plugins.action.rig import Rig

COMPONENT = {
    "name": "web",
    "project": "web-blue",
    "changes": [{"origin": "pending", "resource": "file:/a"}, {"origin": "corrective", "resource": "file:/b"}],
}


def test_only_what_somebody_moved_is_asked_about() -> None:
    rig = Rig(evidence, {"changed": False, "evidence": {"file:/b": ["ann"]}})
    assert rig.run(components=[COMPONENT], resources=["unit:x"])["evidence"] == {"file:/b": ["ann"]}
    assert rig.packages == ["_evidence"]
    assert rig.manifest == {"asked": [["web", "web-blue", "file:/b"], ["", "", "unit:x"]]}


def test_where_git_alone_moved_the_host_is_not_asked() -> None:
    rig = Rig(evidence, {})
    quiet = {**COMPONENT, "changes": COMPONENT["changes"][:1]}
    for asked in ({"components": [quiet]}, {"components": []}, {"resources": []}):
        assert rig.run(**asked) == {"changed": False, "evidence": {}, "components": {}}
    assert rig.sent == []


def test_asking_about_nothing_at_all_is_a_mistake() -> None:
    assert "one of the following is required: components, resources" in Rig(evidence, {}).refused()


def test_a_host_that_says_nothing_is_a_failure_that_may_be_borne() -> None:
    assert Rig(evidence, "").run(resources=["unit:x"])["failed"]
