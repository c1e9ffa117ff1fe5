# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import pytest
from ansible_collections.echodiary.infra.plugins.plugin_utils._common.errors import SpecError
from ansible_collections.echodiary.infra.plugins.plugin_utils._gateway import places
from ansible_collections.echodiary.infra.plugins.plugin_utils._gateway.shapes import Entry


@pytest.mark.parametrize(
    "address", ["127.0.0.1", "10.0.1.7", "10.0.1.7:8000", "192.168.0.1", "172.30.1.1", "fd00::1", "[fd00::1]:8000", "::1"]
)
def test_a_private_address_is_itself(address: str) -> None:
    assert places.private(address, "x_bind") == address


@pytest.mark.parametrize(
    "address", ["0.0.0.0", "::", "[::]:8000", "*", "", "8.8.8.8", "8.8.8.8:8000", "2600::1", "gateway.example", "224.0.0.1"]
)
def test_another_is_refused(address: str) -> None:
    with pytest.raises(SpecError, match=r"x_bind: .*private"):
        places.private(address, "x_bind")


def entry(host: str, bind: str, address: str, component: str = "model_server") -> Entry:
    return {"host": host, "component": component, "address": address, "listens": [{"port": 8000, "address": bind}]}


def test_model_servers_are_found_where_they_listen() -> None:
    entries = [entry("ai1", "127.0.0.1", "127.0.0.1"), entry("ai2", "10.0.1.8", "10.0.1.9"), entry("ai2", "*", "10.0.1.9", "docker")]
    assert places.models(entries) == ["127.0.0.1:8000", "10.0.1.8:8000"]
    assert places.models([entry("ai3", "fd00::3", "10.0.1.9")]) == ["[fd00::3]:8000"]


def test_one_that_nobody_else_reaches_is_refused_and_so_is_none_at_all() -> None:
    with pytest.raises(SpecError, match=r"ai2: its model_server listens on 127.0.0.1.*model_server_bind"):
        places.models([entry("ai2", "127.0.0.1", "10.0.1.8")])
    with pytest.raises(SpecError, match="ai_gateway_models"):
        places.models([entry("app1", "*", "10.0.1.1", "haproxy")])
