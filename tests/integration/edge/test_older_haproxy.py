# SPDX-License-Identifier: GPL-3.0-or-later
"""The same configuration for the oldest HAProxy that a host may have. What its socket is asked: ``tests/integration/distributions``."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path

from tests.integration import lab_images
from tests.integration.edge import edges
from tests.integration.edge.test_several import application


def test_2_6_reads_it_serves_and_goes_by_what_it_was_told(tmp_path: Path) -> None:
    with ExitStack() as stack:
        shop, cart = (stack.enter_context(application(name)) for name in ("shop", "cart"))
        ports = {"shop_ports": {"blue": shop, "green": edges.free_port()}, "cart_ports": {"a": cart, "b": edges.free_port()}}
        given = {"components": ["haproxy", "shop", "cart"], "haproxy_bind": "*", **ports}
        edge = stack.enter_context(edges.before(tmp_path, "out||", lab_images.older_haproxy(), **given))
        assert edge.get("/a", "shop.example").text == "shop /a"
        assert edge.get("/cart/1").text == "cart /cart/1"
        assert "haproxy_process_start_time_seconds" in edge.get("/metrics", port=edge.inside).text
        assert edge.get("/a", "shop.example", address=edges.own_address()).status == 503, "out of traffic for everybody but the host itself"
