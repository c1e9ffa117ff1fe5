# SPDX-License-Identifier: GPL-3.0-or-later
"""What is asked of AWS for the kinds of watching."""

from __future__ import annotations

import json
from typing import Any

from ansible_collections.echodiary.infra.plugins.plugin_utils._account import model
from ansible_collections.echodiary.infra.plugins.plugin_utils._account.hands import through
from ansible_collections.echodiary.infra.plugins.plugin_utils._account.kinds import alarm, budget, dashboard, subscription

from ..example import environment

TOPIC = "arn:aws:sns:ap-northeast-2:123456789012:echodiary-production-alarms"


def asked(calls: model.Calls) -> list[Any]:
    found: list[Any] = []
    through(calls, lambda call: (found.append(call), {})[1])
    return found


def test_a_url_is_named_without_what_is_behind_its_host() -> None:
    url = "https://events.example.com/integration/abcdef/enqueue"
    env = environment(watching={"https": [url]})
    (one,) = subscription.declared(env)
    assert one.resource.name.startswith("events.example.com-") and "abcdef" not in str(one.resource)
    assert one.once == {"endpoint": url, "protocol": "https"}


def test_one_that_nobody_confirmed_is_noted_and_cannot_be_taken_back() -> None:
    told = {"TopicArn": TOPIC, "Protocol": "email", "Endpoint": "ops@example.com"}
    waits = subscription._seen({**told, "SubscriptionArn": "PendingConfirmation"}, "ops@example.com")
    confirmed = subscription._seen({**told, "SubscriptionArn": f"{TOPIC}:1"}, "ops@example.com")
    assert waits.notes and not confirmed.notes
    assert asked(subscription.remove(waits)) == []
    assert [one.operation for one in asked(subscription.remove(confirmed))] == ["unsubscribe"]


def test_what_an_alarm_was_is_asked_for_as_it_was() -> None:
    """Somebody's percentile, taken back after a run that failed."""
    one = {"id": "m", "namespace": "AWS/EC2", "name": "CPUUtilization", "dimensions": {"InstanceId": "i-1"}, "stat": "p99", "period": 60}
    plain = {"comparison": "GreaterThanThreshold", "threshold": 1.0, "periods": 1, "datapoints": 1, "missing": "missing", "enabled": True}
    fields = {**plain, "description": None, "metrics": [one], "expression": None}
    (call,) = asked(alarm.hands(model.Goal("a", "arn", fields, {}, {})))
    assert (call.args["ExtendedStatistic"], call.args["Period"]) == ("p99", 60)
    assert "Statistic" not in call.args and "AlarmDescription" not in call.args


def test_a_share_is_asked_for_with_all_that_it_is_made_of() -> None:
    wanted = next(one for one in alarm.declared(environment(watching={"email": ["a@b.c"]})) if one.resource.name.endswith("app-errors"))
    (call,) = asked(alarm.hands(model.Goal(wanted.resource.name, "", wanted.fields, {}, {})))
    assert [(one["Id"], one["ReturnData"]) for one in call.args["Metrics"]] == [("errors", False), ("requests", False), ("result", True)]
    assert call.args["Metrics"][-1]["Expression"] == "IF(FILL(requests, 0) >= 20, 100 * FILL(errors, 0) / FILL(requests, 0), 0)"


def test_only_notices_that_differ_are_changed() -> None:
    (wanted,) = budget.declared(environment(budget={"monthly_usd": 120, "email": ["a@b.c"]}))
    before = {**wanted.fields, "told": [*wanted.fields["told"][:2], {**wanted.fields["told"][2], "to": ["x@b.c"]}]}
    identity = "arn:aws:budgets::123456789012:budget/echodiary-production"
    calls = asked(budget.hands(model.Goal("echodiary-production", identity, wanted.fields, {}, before)))
    assert [(one.operation, one.args["AccountId"], one.args["Notification"]["NotificationType"]) for one in calls] == [
        ("delete_notification", "123456789012", "FORECASTED"),
        ("create_notification", "123456789012", "FORECASTED"),
    ]


def test_hosts_share_a_graph_and_the_line_of_the_alarm_is_drawn() -> None:
    (one,) = dashboard.declared(environment(watching={"email": ["a@b.c"], "memory": 77}))
    widget = next(widget for widget in one.fields["widgets"] if widget["properties"]["title"] == "memory")
    assert [row[-1]["label"] for row in widget["properties"]["metrics"]] == ["app1", "mon1"]
    assert json.dumps(widget["properties"]["annotations"]) == '{"horizontal": [{"label": "alarm", "value": 77}]}'
    assert all(widget["x"] + widget["width"] <= 24 for widget in one.fields["widgets"])
