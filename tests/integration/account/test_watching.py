# SPDX-License-Identifier: GPL-3.0-or-later
"""What is declared of watching, judged by what arrives: each alarm fires a little beyond its limit and not before, hosts' agents send what
alarms and the dashboard look at, and filters count what hosts log.

The imitation keeps alarms and datapoints and judges nothing: tests/alarms does. In place of Amazon's agent there is the lab's, by the same
configuration.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from moto.backends import get_backend

from tests import rendering
from tests.alarms import evaluate, filters, states
from tests.alarms.evaluate import Point
from tests.integration.account.environment import ACCOUNT, PREFIX, REGION
from tests.integration.account.inside import Inside, inside
from tests.integration.local_play import ROOT

pytestmark = pytest.mark.integration
HOST = {"role": "app", "type": "t4g.small", "zone": "a"}
DECLARED: dict[str, Any] = {"hosts": {"app1": HOST}, "database": {}, "images": None, "buckets": {}, "github": None, "key": False}
AGENT = ROOT / "lab/images/front/cloudwatch-agent/opt/aws/amazon-cloudwatch-agent/bin/start-amazon-cloudwatch-agent"
NAMESPACE, GROUP = "echodiary/production", "/echodiary/production/app"
CONFIG = "/opt/aws/amazon-cloudwatch-agent/etc/amazon-cloudwatch-agent.json"
#: what AWS itself sends of EC2's instances and RDS's databases, of all that its user guides list
OF_AWS = {
    ("AWS/EC2", "InstanceId"): {"CPUUtilization", "StatusCheckFailed_System", "StatusCheckFailed_Instance"},
    ("AWS/RDS", "DBInstanceIdentifier"): {"FreeStorageSpace", "CPUUtilization", "DatabaseConnections"},
}
#: minutes of which each period is a whole number
BEGIN = 1_796_100_000 // 3600 * 3600
ANSWER = json.dumps({"logger": "echodiary.observe", "handler": "/entries", "status": 200, "duration_ms": 3.1})


@pytest.fixture(scope="module")
def env(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Inside]:
    with inside(tmp_path_factory.mktemp("watching")) as env:
        env.declare(**DECLARED, watching={"email": ["ops@example.com"]}, budget={"monthly_usd": 120})
        env.apply()
        yield env


@pytest.fixture
def nothing_sent(env: Inside) -> None:
    backend(env, "cloudwatch").metric_data.clear()


def backend(env: Inside, service: str) -> Any:
    """What the imitation holds."""
    del env
    return get_backend(service)[ACCOUNT][REGION]


def points(env: Inside) -> list[Point]:
    """All that arrived."""
    return [
        Point(one.namespace, one.name, frozenset((pair.name, pair.value) for pair in one.dimensions), one.timestamp.timestamp(), one.value)
        for one in backend(env, "cloudwatch").metric_data
    ]


def alarms(env: Inside) -> dict[str, dict[str, Any]]:
    found = env.client("cloudwatch").describe_alarms()["MetricAlarms"]
    return {one["AlarmName"].rpartition("/")[2]: one for one in found}


def send(env: Inside, metric: Any, begin: float, periods: int, period: int, value: float) -> None:
    namespace, name, dimensions = metric
    pairs = [{"Name": key, "Value": one} for key, one in sorted(dimensions)]
    data = [
        {"MetricName": name, "Dimensions": pairs, "Timestamp": begin + number * period + 1, "Value": value} for number in range(periods)
    ]
    env.client("cloudwatch").put_metric_data(Namespace=namespace, MetricData=data)


LIMITS = (
    "app1-cpu", "app1-machine", "app1-host", "app1-memory", "app1-disk", "app-health",
    "database-storage", "database-cpu", "database-connections",
)  # fmt: skip


@pytest.mark.parametrize("name", LIMITS)
@pytest.mark.usefixtures("nothing_sent")
def test_each_fires_a_little_beyond_its_limit_and_is_over_a_little_within(env: Inside, name: str) -> None:
    alarm = alarms(env)[name]
    (metric,) = evaluate.metrics(alarm)
    within, period, limit = alarm["EvaluationPeriods"], alarm["Period"], alarm["Threshold"]
    little = 0.1 if limit < 1000 else limit / 1000
    beyond = {"GreaterThanThreshold": limit + little, "LessThanThreshold": limit - little}.get(alarm["ComparisonOperator"], limit)
    inside_of_it = {"GreaterThanThreshold": limit - little, "LessThanThreshold": limit + little}.get(
        alarm["ComparisonOperator"], limit - little
    )
    now, was, told = float(BEGIN), states.UNKNOWN, []
    for value in (inside_of_it, beyond, inside_of_it):
        send(env, metric, now, within, period, value)
        now += within * period
        was = evaluate.state(alarm, points(env), now, was)
        told.append(was)
    assert told == [states.OK, states.ALARM, states.OK]


@pytest.mark.parametrize(
    ("requests", "errors", "wanted"),
    [(1000, 51, states.ALARM), (1000, 50, states.OK), (20, 2, states.ALARM), (19, 19, states.OK), (20, 0, states.OK), (0, 0, states.OK)],
)
@pytest.mark.usefixtures("nothing_sent")
def test_a_share_of_errors_counts_from_so_many_answers_on(env: Inside, requests: int, errors: int, wanted: str) -> None:
    alarm = alarms(env)["app-errors"]
    for name, value in (("Requests-app", requests), ("ServerErrors-app", errors)):
        send(env, (NAMESPACE, name, frozenset()), BEGIN, 1, 300, value)
    assert evaluate.state(alarm, points(env), BEGIN + 300, states.OK) == wanted
    assert evaluate.state(alarm, points(env), BEGIN + 300 * 5, wanted) == states.OK, "it is over when nobody asks any more"


@pytest.mark.usefixtures("nothing_sent")
def test_who_falls_silent_is_told(env: Inside) -> None:
    """Its memory is what nobody hears of any more; how it is AWS's own checks tell."""
    alarm = alarms(env)["app1-memory"]
    (metric,) = evaluate.metrics(alarm)
    send(env, metric, BEGIN, 5, 60, 50)
    assert evaluate.state(alarm, points(env), BEGIN + 300, states.UNKNOWN) == states.OK
    assert evaluate.state(alarm, points(env), BEGIN + 900, states.OK) == states.UNKNOWN
    assert alarm["InsufficientDataActions"] == alarm["AlarmActions"] == [f"arn:aws:sns:{REGION}:{ACCOUNT}:{PREFIX}-alarms"]


def test_a_host_whose_machine_fails_is_moved_and_no_other(env: Inside) -> None:
    moved = {name for name, one in alarms(env).items() if f"arn:aws:automate:{REGION}:ec2:recover" in one["AlarmActions"]}
    assert moved == {"app1-machine"}


def run_agent(env: Inside, place: Path, logs: list[str]) -> subprocess.CompletedProcess[str]:
    """A round of the lab's agent, by the configuration that the role writes."""
    tree = rendering.tree(
        "cloudwatch_agent", inventory_hostname="app1", cloudwatch_agent_region=REGION, cloudwatch_agent_logs=logs,
        cloudwatch_agent_endpoint=env.aws.url, echodiary_environment="production", aws_environment={"hosts": {"app1": HOST}},
    )  # fmt: skip
    config = place / "config.json"
    config.write_text(tree[CONFIG])
    command = [sys.executable, str(AGENT), "--config", str(config), "--instance", instance(env), "--once"]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)


def instance(env: Inside) -> str:
    found = env.client("ec2").describe_instances(Filters=[{"Name": "tag:Name", "Values": ["app1"]}])["Reservations"]
    return str(found[0]["Instances"][0]["InstanceId"])


def container_log(place: Path, *lines: str) -> str:
    """As Docker keeps what a container says."""
    file = place / "abc-json.log"
    file.write_text("".join(json.dumps({"log": f"{line}\n", "stream": "stdout", "time": "2026-12-01T05:00:00Z"}) + "\n" for line in lines))
    return str(file)


def counted(env: Inside) -> list[filters.Datum]:
    """What the account's filters make of what arrived in its log group."""
    group = backend(env, "logs").groups[GROUP]
    events = [(one.timestamp / 1000, one.message) for stream in group.streams.values() for one in stream.events]
    every = env.client("logs").describe_metric_filters(logGroupName=GROUP)["metricFilters"]
    return [datum for one in every for datum in filters.counted(one, events)]


@pytest.mark.usefixtures("nothing_sent")
def test_what_alarms_and_the_dashboard_look_at_is_sent_by_somebody(env: Inside, tmp_path: Path) -> None:
    bad = ANSWER.replace("200", "503")
    log = container_log(tmp_path, *[ANSWER] * 38, bad, bad, "a line of another sort with status 500")
    health = tmp_path / "health.log"
    health.write_text("2026-12-01T05:00:00Z health-check FAILED http://127.0.0.1/health: 503\n")
    ran = run_agent(env, tmp_path, [log, str(health)])
    assert ran.returncode == 0, ran.stderr
    sums: dict[str, float] = {}
    for datum in counted(env):
        sums[datum.name] = sums.get(datum.name, 0) + datum.value
    assert sums == {"Requests-app": 40, "ServerErrors-app": 2, "HealthChecksFailed-app": 1}
    arrived = {(one.namespace, one.name, one.dimensions) for one in points(env)}
    assert {one[1] for one in arrived} == {"mem_used_percent", "disk_used_percent"} and len(arrived) == 2, "each is paid for"
    sent = arrived | {(datum.namespace, datum.name, frozenset[tuple[str, str]]()) for datum in counted(env)}
    looked = {metric for one in alarms(env).values() for metric in evaluate.metrics(one)}
    assert [one for one in looked if not (one in sent or is_of_aws(env, one))] == []
    assert {one for one in drawn(env) if not (one in sent or is_of_aws(env, one))} == set()
    assert drawn(env) == looked, "whatever an alarm looks at is drawn"


def is_of_aws(env: Inside, metric: Any) -> bool:
    namespace, name, dimensions = metric
    ((key, value),) = dimensions or [("", "")]
    there = {"AWS/EC2": instance(env), "AWS/RDS": env.client("rds").describe_db_instances()["DBInstances"][0]["DBInstanceIdentifier"]}
    return name in OF_AWS.get((namespace, key), ()) and there.get(namespace) == value


def drawn(env: Inside) -> set[Any]:
    """Of all widgets."""
    body = json.loads(env.client("cloudwatch").get_dashboard(DashboardName=PREFIX)["DashboardBody"])
    rows = [[word for word in row if isinstance(word, str)] for one in body["widgets"] for row in one["properties"]["metrics"]]
    return {(row[0], row[1], frozenset(zip(row[2::2], row[3::2], strict=True))) for row in rows if row}


@pytest.mark.usefixtures("nothing_sent")
def test_a_host_that_fails_its_own_check_twice_is_told(env: Inside) -> None:
    alarm, logs = alarms(env)["app-health"], env.client("logs")
    begin = int(time.time()) // 60 * 60 - 1200
    logs.create_log_stream(logGroupName=GROUP, logStreamName="checks")
    marks = ["OK", "OK", "FAILED", "OK", "FAILED", "FAILED", "OK", "OK"]
    events = [
        {"timestamp": (begin + 60 * number) * 1000, "message": f"x health-check {mark} http://127.0.0.1/health: 503"}
        for number, mark in enumerate(marks)
    ]
    logs.put_log_events(logGroupName=GROUP, logStreamName="checks", logEvents=events)
    found = [Point(one.namespace, one.name, frozenset(), one.at, one.value) for one in counted(env)]
    told, was = [], states.OK
    for number in range(2, len(marks) + 1):
        was = evaluate.state(alarm, found, begin + 60 * number, was)
        told.append(was)
    assert told == [states.OK] * 4 + [states.ALARM] + [states.OK] * 2, "once is not enough, and it is over with the next good one"
