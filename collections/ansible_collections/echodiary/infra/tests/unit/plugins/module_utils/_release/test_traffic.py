# SPDX-License-Identifier: GPL-3.0-or-later
"""What a trial that was killed, or a hand, leaves in HAProxy is found; a record says who it was."""

from __future__ import annotations

from ansible_collections.echodiary.infra.plugins.module_utils._host.haproxy import Server
from ansible_collections.echodiary.infra.plugins.module_utils._kinds import model
from ansible_collections.echodiary.infra.plugins.module_utils._release import slots, traffic

EDGE = {"socket": "/run/x", "backend": "web", "save": ""}


def test_another_weight_of_the_serving_slot_is_a_change() -> None:
    servers = {"blue": Server("ready", True, 0, 1), "green": Server("maint", False, 0, 100)}
    (change,) = traffic.plan(EDGE, servers, "blue", model.CORRECTIVE, {})
    assert change.fields == {"blue weight": ["1 %", "100 %"]}


def test_the_weight_of_the_resting_slot_means_nothing() -> None:
    servers = {"blue": Server("ready", True, 0), "green": Server("maint", False, 0, 11)}
    assert traffic.plan(EDGE, servers, "blue", model.CORRECTIVE, {}) == []


def test_a_slot_on_trial_does_not_count_as_the_one_that_serves() -> None:
    record = {**slots.empty(), "active": "blue", "trial": "green"}
    servers = {"blue": Server("ready", True, 9, 1), "green": Server("ready", True, 9, 100)}
    for asked in (servers, None):
        assert slots.serving(["blue", "green"], record, asked, {"blue": True, "green": True}) == "blue"
