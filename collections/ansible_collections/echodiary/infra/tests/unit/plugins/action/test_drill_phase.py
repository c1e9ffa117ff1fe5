# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import time

from ansible_collections.echodiary.infra.plugins.action import drill_phase
from ansible_collections.echodiary.infra.tests.unit.plugins.action.rig import Rig


def test_each_phase_comes_after_those_before() -> None:
    first = Rig(drill_phase).run(name="loss")["phases"]
    both = Rig(drill_phase).run(name="site", text="hosts", phases=first)["phases"]
    assert both[:1] == first
    assert [one["name"] for one in both] == ["loss", "site"]
    assert first[0]["at"] <= both[1]["at"] <= time.time()
