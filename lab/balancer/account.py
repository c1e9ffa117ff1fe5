# SPDX-License-Identifier: GPL-3.0-or-later
"""Load balancers, listeners and target groups, read from the imitation; and told to it what targets are."""

from __future__ import annotations

import http.client
import json
import time
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import urlsplit

import boto3

from .asking import Asked
from .model import Check, Declared, Group, Listener, Target

_ALGORITHM = "load_balancing.algorithm.type"
#: between two looks at listeners and groups (s)
SELDOM = 4.0
_OUT = frozenset({"draining", "unused"})


class Account:
    def __init__(self, endpoint: str, region: str) -> None:
        session = boto3.Session("balancer", "balancer-of-the-lab", region_name=region)
        self.endpoint = endpoint
        self.elb, self.ec2 = (session.client(service, endpoint_url=endpoint) for service in ("elbv2", "ec2"))
        self._since, self._known = -SELDOM, dict[str, str]()
        self._listening: list[tuple[Listener, str]] = []
        self._used: list[Any] = []
        self._least: dict[str, bool] = {}

    def read(self) -> Declared:
        """Targets as they are now; what changes seldom, as it was some seconds ago."""
        if time.monotonic() - self._since > SELDOM:
            self._listening = list(self._listeners())
            used = {arn for _, arn in self._listening}
            self._used = [one for one in self.elb.describe_target_groups()["TargetGroups"] if one["TargetGroupArn"] in used]
            self._least = {one["TargetGroupArn"]: self._is_least(one["TargetGroupArn"]) for one in self._used}
            self._since = time.monotonic()
        names = {one["TargetGroupArn"]: one["TargetGroupName"] for one in self._used}
        listeners = tuple(one._replace(group=names.get(arn, "")) for one, arn in self._listening)
        return Declared(listeners, tuple(self._group(one) for one in self._used))

    def report(self, group: str, found: Mapping[str, Asked]) -> None:
        told = {one: {"state": its.state, "reason": its.reason, "description": its.description} for one, its in found.items()}
        body = json.dumps(told).encode()
        connection = http.client.HTTPConnection(urlsplit(self.endpoint).netloc, timeout=5)
        try:
            connection.request("POST", f"/strict/targets/{group}", body, {"Content-Type": "application/json"})
            connection.getresponse().read()
        finally:
            connection.close()

    def _is_least(self, arn: str) -> bool:
        attributes = self.elb.describe_target_group_attributes(TargetGroupArn=arn)["Attributes"]
        return {"Key": _ALGORITHM, "Value": "least_outstanding_requests"} in attributes

    def _listeners(self) -> Iterator[tuple[Listener, str]]:
        """Each with the group that its default action sends to. Rules of a listener are not looked at."""
        for balancer in self.elb.describe_load_balancers()["LoadBalancers"]:
            for one in self.elb.describe_listeners(LoadBalancerArn=balancer["LoadBalancerArn"])["Listeners"]:
                action: Any = next(iter(one["DefaultActions"]), {})
                plain = Listener(int(one["Port"]), one["Protocol"] == "HTTPS")
                if action.get("Type") == "redirect":
                    yield plain._replace(scheme=action["RedirectConfig"].get("Protocol", "HTTPS").lower()), ""
                elif action.get("Type") == "forward":
                    yield plain, _receiver(action)

    def _group(self, one: Mapping[str, Any]) -> Group:
        arn = one["TargetGroupArn"]
        health = self.elb.describe_target_health(TargetGroupArn=arn)["TargetHealthDescriptions"]
        draining = frozenset(each["Target"]["Id"] for each in health if each["TargetHealth"]["State"] == "draining")
        registered = {each["Target"]["Id"]: int(each["Target"]["Port"]) for each in health if each["TargetHealth"]["State"] not in _OUT}
        addresses = self._addresses([name for name in registered if name.startswith("i-")])
        targets = {name: Target(addresses.get(name, name), port) for name, port in registered.items()}
        return Group(one["TargetGroupName"], _check(one), targets, draining, self._least[arn])

    def _addresses(self, instances: list[str]) -> dict[str, str]:
        """An instance keeps its address."""
        new = [one for one in instances if one not in self._known]
        found = self.ec2.describe_instances(InstanceIds=new)["Reservations"] if new else []
        self._known |= {one["InstanceId"]: one["PrivateIpAddress"] for part in found for one in part["Instances"]}
        return self._known


def _receiver(action: Mapping[str, Any]) -> str:
    several = (action.get("ForwardConfig") or {}).get("TargetGroups") or [{}]
    return str(action.get("TargetGroupArn") or several[0].get("TargetGroupArn", ""))


def _check(one: Mapping[str, Any]) -> Check:
    port = str(one.get("HealthCheckPort") or "traffic-port")
    return Check(
        path=one.get("HealthCheckPath") or "/",
        port=0 if port == "traffic-port" else int(port),
        interval=float(one["HealthCheckIntervalSeconds"]),
        timeout=float(one["HealthCheckTimeoutSeconds"]),
        healthy=int(one["HealthyThresholdCount"]),
        unhealthy=int(one["UnhealthyThresholdCount"]),
        codes=str((one.get("Matcher") or {}).get("HttpCode") or "200"),
    )
