# SPDX-License-Identifier: GPL-3.0-or-later
"""Asking as users do: by the domain's name, over TLS, at the load balancer that the imitation has and the lab runs."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any, NamedTuple

import urllib3

from lab.cloud import account
from lab.errors import LabError
from lab.settings import Settings

#: how long hosts may take to be found well (s): two checks, ten seconds apart, and a little
WELL = 90


class Edge(NamedTuple):
    """``name``: the load balancer's own, which the lab's authority vouches for; ``host``: the domain; ``address``: where it is here."""

    name: str
    host: str
    address: str
    authority: Path
    endpoint: str

    def asked(self, method: str, path: str, body: dict[str, Any] | None = None) -> Any:
        """LabError for an answer that is none of success."""
        trust: dict[str, Any] = {"ca_certs": str(self.authority), "cert_reqs": "CERT_REQUIRED", "timeout": 30}
        said = {"Host": self.host, "Content-Type": "application/json"}
        with urllib3.HTTPSConnectionPool(self.address, 443, server_hostname=self.name, assert_hostname=self.name, **trust) as pool:
            answer = pool.request(method, path, body=None if body is None else json.dumps(body), headers=said, redirect=False)
            text = answer.data.decode()
        if answer.status >= 300:
            raise LabError(f"{method} https://{self.host}{path} over the load balancer: {answer.status} {text[:200]}")
        return json.loads(text)

    def sends_to_tls(self) -> None:
        with urllib3.HTTPConnectionPool(self.address, 80, timeout=30) as pool:
            answer = pool.request("GET", "/entries", headers={"Host": self.host}, redirect=False)
        if answer.status != 301 or not str(answer.headers.get("Location")).startswith(f"https://{self.host}"):
            raise LabError(f"http://{self.host} is answered by {answer.status} {answer.headers.get('Location')}, not sent to TLS")

    def is_well(self, hosts: int) -> None:
        """As the load balancer finds them."""
        end = time.monotonic() + WELL
        while (found := self._states()) != ["healthy"] * hosts:
            if time.monotonic() > end:
                raise LabError(f"the load balancer finds its {hosts} hosts {', '.join(found) or 'nowhere'} after {WELL} s")
            time.sleep(1)

    def _states(self) -> list[str]:
        elb = account.client(self.endpoint, "elbv2")
        (group,) = elb.describe_target_groups()["TargetGroups"]
        found = elb.describe_target_health(TargetGroupArn=group["TargetGroupArn"])["TargetHealthDescriptions"]
        return [one["TargetHealth"]["State"] for one in found]


def of(lab: Settings, endpoint: str, host: str) -> Edge:
    (balancer,) = account.client(endpoint, "elbv2").describe_load_balancers()["LoadBalancers"]
    return Edge(balancer["DNSName"], host, lab.address("balancer"), lab.state / "cloud" / "authority.pem", endpoint)
