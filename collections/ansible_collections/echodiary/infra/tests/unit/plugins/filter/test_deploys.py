# SPDX-License-Identifier: GPL-3.0-or-later
"""What every host asks is answered from few hosts' variables: Ansible puts them together anew whenever it is asked for a host."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest
from ansible_collections.echodiary.infra.plugins.action import deploy_moved, deploy_verdict
from ansible_collections.echodiary.infra.plugins.filter import deploys
from ansible_collections.echodiary.infra.plugins.plugin_utils._deploy import plan
from ansible_collections.echodiary.infra.tests.unit.plugins.action.rig import Rig
from ansible_collections.echodiary.infra.tests.unit.plugins.plugin_utils._deploy.test_plan import CONTEXT, ORDER

NAMES = [f"app{number:02}" for number in range(50)]
RUN = plan.Run(plan.plan(ORDER._replace(hosts=NAMES, members=NAMES, canary=1, batch_size=25)), CONTEXT)
FOUND = RUN.result()
ROLLED = {"deploy_rolled": {"changed": True, "release": {"slot": "blue", "port": 8001, "config": "c"}}}


class Hostvars(dict[str, dict[str, Any]]):
    """Counts how often each host is asked for."""

    def __init__(self) -> None:
        super().__init__({name: dict(ROLLED) for name in NAMES})
        self.asked: Counter[str] = Counter()

    def __getitem__(self, name: str) -> dict[str, Any]:
        self.asked[name] += 1
        return super().__getitem__(name)


@pytest.mark.parametrize(
    ("ask", "most"),
    [
        (lambda hostvars, name: deploys.deploy_watch(hostvars, FOUND, name, FOUND["batches"][1], 1), 3),
        (lambda hostvars, name: deploys.deploy_entry(hostvars, FOUND, name), 6),
        (lambda hostvars, name: deploys.deploy_migration(hostvars, FOUND), 1),
    ],
)
def test_the_work_grows_as_the_hosts_do(ask: Callable[[Hostvars, str], Any], most: int) -> None:
    hostvars = Hostvars()
    for name in NAMES:
        ask(hostvars, name)
    assert hostvars.asked.total() <= most * len(NAMES)


@pytest.mark.parametrize("module", [deploy_verdict, deploy_moved])
def test_who_has_to_look_at_all_hosts_looks_once(module: Any) -> None:
    hostvars = Hostvars()
    given = {"what": "deploy of v2"} if module is deploy_verdict else {}
    Rig(module, hostvars=hostvars, ansible_play_hosts_all=NAMES).run(**given)
    assert set(hostvars.asked.values()) == {1}


def test_prometheus_knows_one_of_another_collection_by_its_short_name() -> None:
    settings = CONTEXT.gate._replace(prometheus="mon1", latency="seconds")
    order = ORDER._replace(component="acme.web.shop", hosts=NAMES[:1], members=NAMES[:1])
    found = plan.Run(plan.plan(order), CONTEXT._replace(gate=settings, check=False)).result()
    asked = deploys.deploy_watch(Hostvars(), found, NAMES[0], NAMES[:1], 0)["promql"]
    assert any('job="shop"' in one["query"] for one in asked) and "acme" not in str(asked)


def test_images_that_serve_are_each_named_once() -> None:
    hostvars = Hostvars()
    for number, name in enumerate(NAMES):
        hostvars[name]["deploy_prepared"] = {"release": {"running": {"image": f"v{number % 2}"}}}
    hostvars.asked.clear()
    assert deploys.deploy_serving(hostvars, FOUND) == ["v0", "v1"]
    assert set(hostvars.asked.values()) == {1}
