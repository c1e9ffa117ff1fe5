# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.echodiary.infra.plugins.plugin_utils._account import alarms, metrics, rights
from ansible_collections.echodiary.infra.plugins.plugin_utils._account.declaration import Environment
from ansible_collections.echodiary.infra.plugins.plugin_utils._account.kinds import catalog, role
from ansible_collections.echodiary.infra.plugins.plugin_utils._common.errors import SpecError

from .example import BALANCER, environment

WHOM = {"email": ["ops@example.com"]}


def watched(**how: Any) -> Environment:
    return environment(watching={**WHOM, **how})


def names(env: Environment) -> set[str]:
    return {one.name for one in alarms.of(env)}


def test_a_small_fleet_is_watched_by_default() -> None:
    of_hosts = {f"{host}-{what}" for host in ("app1", "mon1") for what in ("cpu", "machine", "host", "memory", "disk")}
    of_database = {f"database-{what}" for what in ("storage", "cpu", "connections")}
    assert names(watched()) == {*of_hosts, *of_database, "app-errors", "app-health"}


@pytest.mark.parametrize("given", [None, False])
def test_who_does_not_want_it_has_none_of_it(given: object) -> None:
    env = environment(watching=given, budget=None)
    kinds = ("topic", "subscription", "metric_filter", "alarm", "dashboard", "budget")
    assert [one for kind in kinds for one in catalog.named(kind).declared(env)] == []


@pytest.mark.parametrize(
    ("limit", "gone"),
    [
        ("cpu", {"app1-cpu", "mon1-cpu"}),
        ("memory", {"app1-memory", "mon1-memory"}),
        ("disk", {"app1-disk", "mon1-disk"}),
        ("errors", {"app-errors"}),
        ("health", {"app-health"}),
        ("database_cpu", {"database-cpu"}),
        ("database_storage", {"database-storage"}),
        ("database_connections", {"database-connections"}),
    ],
)
def test_each_is_left_out_by_false(limit: str, gone: set[str]) -> None:
    assert names(watched()) - names(watched(**{limit: False})) == gone


def test_without_the_agent_nothing_waits_for_what_it_would_send() -> None:
    env = watched(agent=False)
    left = [metric for one in alarms.of(env) for metric in one.metrics.values()]
    assert {one.namespace for one in left} == {"AWS/EC2", "AWS/RDS"}
    assert list(metrics.logged(env)) == []
    assert "cloudwatch:PutMetricData" not in str(rights.of_hosts(env, "app"))


def test_hosts_may_send_metrics_of_their_environment_only() -> None:
    sent = next(one for one in rights.of_hosts(watched(), "app")["Statement"] if "cloudwatch:PutMetricData" in one["Action"])
    assert sent["Condition"] == {"StringEquals": {"cloudwatch:namespace": "echodiary/production"}}
    own = next(one for one in role.declared(watched()) if one.resource.name == "echodiary-production-app")
    assert sent in own.fields["inline"]["echodiary"]["Statement"]


@pytest.mark.parametrize(
    ("given", "why"),
    [
        ({"email": []}, "names nobody"),
        ({"email": ["ops"]}, "is no address"),
        ({"email": [f"{number}@example.com" for number in range(11)]}, "10 addresses"),
        ({"https": ["https://hooks.slack.com/services/T/B/x"]}, "hooks.slack.com confirms no subscription"),
        ({"https": ["https://discord.com/api/webhooks/1/x"]}, "discord.com confirms no subscription"),
        ({"https": ["http://example.com"]}, "no https URL"),
        ({"cpu": 100}, "1 to 99"),
        ({"cpu": True}, "1 to 99"),
        ({"memory": "much"}, "1 to 99"),
        ({"health": 11}, "1 to 10"),
        ({"errors_of": 0}, "1 or more"),
        ({"mail": "x"}, "mail"),
    ],
)
def test_what_cannot_be_is_refused(given: dict[str, Any], why: str) -> None:
    with pytest.raises(SpecError, match=why) as refused:
        watched(**given)
    assert "hooks.slack.com/services" not in str(refused.value), "a URL is a password"


def test_one_address_is_enough_for_all_that_writes() -> None:
    ours, other = ["ops@example.com"], ["money@example.com"]

    def told(**given: Any) -> tuple[list[str], list[str]]:
        declared: Any = environment(**{"budget": {"monthly_usd": 70}, "watching": {}, **given}).declared
        return (declared["watching"] or {}).get("email", []), declared["budget"]["email"]

    assert told(email=ours) == (ours, ours)
    assert told(email=ours, watching=None) == ([], ours)
    assert told(email=ours, watching={"email": other}) == (other, other)
    assert told(email=ours, budget={"monthly_usd": 70, "email": other}) == (ours, other)
    assert told(email=ours, budget={"monthly_usd": 70, "email": []}) == (ours, [])
    with pytest.raises(SpecError, match=r"aws_environment\.email: 'ops'"):
        told(email=["ops"])
    with pytest.raises(SpecError, match="names nobody"):
        told()


@pytest.mark.parametrize("budget", [{"monthly_usd": 0}, {"monthly_usd": 10, "email": ["x"]}, {"monthly_usd": 10, "covers": "all"}])
def test_a_budget_that_cannot_be_is_refused(budget: dict[str, Any]) -> None:
    with pytest.raises(SpecError, match=r"aws_environment"):
        environment(budget=budget)


def test_whom_a_budget_writes_to_is_whom_alarms_tell_unless_it_says_others() -> None:
    assert environment(watching=WHOM, budget={"monthly_usd": 1}).declared["budget"] == {
        "monthly_usd": 1.0, "email": ["ops@example.com"], "covers": "account",
    }  # fmt: skip
    told = environment(watching=WHOM, budget={"monthly_usd": 1, "email": ["boss@example.com"]}).declared["budget"]
    assert told and told["email"] == ["boss@example.com"]


def test_whom_nobody_serves_is_not_watched() -> None:
    assert names(watched(serving=["web"])) == {one for one in names(watched()) if not one.startswith("app-")}


def test_what_a_load_balancer_sees_is_asked_of_it_and_not_of_the_hosts() -> None:
    env = environment(watching=WHOM, balancer=BALANCER)
    assert {one for one in names(env) if "-errors" in one or "-health" in one} == {"balancer-errors", "balancer-health"}
    assert list(metrics.logged(env)) == []
    both = names(environment(watching={**WHOM, "serving": ["app", "monitoring"]}, balancer=BALANCER))
    assert {"monitoring-errors", "monitoring-health", "balancer-errors"} <= both


def test_a_load_balancer_is_known_to_metrics_by_the_end_of_its_arn() -> None:
    env = watched()
    for dimension, resource, part in (
        ("LoadBalancer", "loadbalancer/app/echodiary-production/50dc6c49", "app/echodiary-production/50dc6c49"),
        ("TargetGroup", "targetgroup/echodiary-production-app/943f0178", "targetgroup/echodiary-production-app/943f0178"),
    ):
        arn = env.arn("elasticloadbalancing", resource)
        assert metrics.told(dimension, arn) == part and metrics.read(env, dimension, part) == arn
    assert metrics.told("InstanceId", "i-1") == metrics.read(env, "InstanceId", "i-1") == "i-1"
