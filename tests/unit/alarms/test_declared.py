# SPDX-License-Identifier: GPL-3.0-or-later
"""Alarms on a load balancer, as CloudWatch would be asked for them: 5xx of its own count, and so does a host that it does not reach."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.echodiary.infra.plugins.plugin_utils._account import declaration, model, plan
from ansible_collections.echodiary.infra.plugins.plugin_utils._account.kinds import alarm

from tests.alarms import evaluate, states
from tests.alarms.evaluate import Point

DECLARED: dict[str, Any] = {
    "network": {"cidr": "10.20.0.0/16", "zones": ["a", "c"]},
    "hosts": {"app1": {"role": "app", "type": "t4g.small", "zone": "a"}},
    "balancer": {"domain": "diary.example.com", "zone_id": "Z0123456789ABC"},
    "watching": {"email": ["ops@example.com"]},
}
ENV = declaration.read(DECLARED, "production", "123456789012", "ap-northeast-2", {})
PART, GROUP = "app/echodiary-production/50dc6c49", "targetgroup/echodiary-production-app/943f0178"
IDS = {
    model.Resource("instance", "app1"): "i-1",
    model.Resource("balancer", "echodiary-production"): ENV.arn("elasticloadbalancing", f"loadbalancer/{PART}"),
    model.Resource("target_group", "echodiary-production-app"): ENV.arn("elasticloadbalancing", GROUP),
}
WHOLE = frozenset({("LoadBalancer", PART)})


def asked(name: str) -> Any:
    """What PutMetricAlarm is given."""
    wanted = next(one for one in alarm.declared(ENV) if one.resource.name.endswith(f"/{name}"))
    fields: Any = {field: plan.resolved(value, IDS) for field, value in wanted.fields.items()}
    (call,) = alarm.hands(model.Goal(wanted.resource.name, "", fields, {}, {}))
    assert isinstance(call, model.Api)
    return call.args


@pytest.mark.parametrize(
    ("requests", "target", "own", "wanted"),
    [
        (1000, 51, 0, states.ALARM), (1000, 50, 0, states.OK), (1000, 30, 30, states.ALARM), (0, 0, 20, states.ALARM),
        (0, 0, 19, states.OK), (19, 19, None, states.OK), (20, 2, None, states.ALARM), (None, None, None, states.OK),
    ],
)  # fmt: skip
def test_whatever_users_got_counts(requests: float | None, target: float | None, own: float | None, wanted: str) -> None:
    sums = {"RequestCount": requests, "HTTPCode_Target_5XX_Count": target, "HTTPCode_ELB_5XX_Count": own}
    points = [Point("AWS/ApplicationELB", name, WHOLE, 301, value) for name, value in sums.items() if value is not None]
    assert evaluate.state(asked("balancer-errors"), points, 600, states.OK) == wanted


def test_a_host_that_does_not_answer_for_two_minutes() -> None:
    lost = WHOLE | {("TargetGroup", GROUP)}
    points = [
        Point("AWS/ApplicationELB", "UnHealthyHostCount", lost, 60 * minute, value) for minute, value in enumerate([0, 0, 1, 0, 1, 1, 0])
    ]
    told, was = [], states.OK
    for minute in range(2, 8):
        was = evaluate.state(asked("balancer-health"), points, 60 * minute, was)
        told.append(was)
    assert told == [states.OK] * 4 + [states.ALARM, states.OK]
