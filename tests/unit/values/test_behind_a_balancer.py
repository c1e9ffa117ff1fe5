# SPDX-License-Identifier: GPL-3.0-or-later
"""What an inventory says of its hosts' edge where provisioning puts a load balancer before it."""

from __future__ import annotations

import ipaddress
from pathlib import Path
from typing import Any

import pytest
from ansible.parsing.dataloader import DataLoader
from ansible.template import Templar
from ansible_collections.echodiary.infra.plugins.plugin_utils._account import declaration

INVENTORIES = Path(__file__).resolve().parents[3] / "inventories"
NETWORK = {"network": {"cidr": "10.20.0.0/16", "zones": ["a", "c"]}}


def said(environment: str, name: str, **variables: Any) -> Any:
    loader = DataLoader()
    given = loader.load_from_file(str(INVENTORIES / environment / "group_vars/app/main.yml"), trusted_as_template=True)
    return Templar(loader, variables=variables).template(given[name])


@pytest.mark.parametrize("environment", ["production", "staging"])
def test_a_host_keeps_connections_longer_than_the_load_balancer(environment: str) -> None:
    def keeps(**declared: Any) -> str:
        return str(said(environment, "haproxy_timeout_http_keep_alive", **declared))

    assert keeps() == keeps(aws_environment=NETWORK) == keeps(aws_environment={**NETWORK, "balancer": False}) == "15s"
    assert keeps(aws_environment={**NETWORK, "balancer": {"domain": "diary.example.com"}}) == "75s"
    assert keeps(aws_environment={**NETWORK, "balancer": {"idle_seconds": 120}}) == "135s"


@pytest.mark.parametrize("environment", ["production", "staging"])
def test_the_load_balancer_is_believed_wherever_it_stands(environment: str) -> None:
    """It has an address in each of the public subnets: those that are made, and nobody can know which."""
    believed = said(environment, "haproxy_trusted_proxies", aws_environment=NETWORK)
    hosts = {"app1": {"role": "app", "type": "t4g.small", "zone": "a"}}
    env = declaration.read({**NETWORK, "hosts": hosts}, environment, "123456789012", "ap-northeast-2", {})
    public = [ipaddress.ip_network(subnet) for _, subnet, _ in env.zones()]
    assert len(public) == 2 and all(any(one.subnet_of(ipaddress.ip_network(part)) for part in believed) for one in public)
    assert said(environment, "haproxy_trusted_proxies") == []
