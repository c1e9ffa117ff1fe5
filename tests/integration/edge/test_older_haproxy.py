# SPDX-License-Identifier: GPL-3.0-or-later
"""The same configuration for the oldest HAProxy that a host may have. What its socket is asked: ``tests/integration/distributions``."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path
from typing import Any

from tests import rendering
from tests.integration import lab_images
from tests.integration.edge import edges
from tests.integration.edge.test_several import application

PAGE = '<!DOCTYPE html>\n<!-- made 1000000000 -->\n<html class="fresh"></html>\n'


def with_the_page(place: Path) -> dict[str, Any]:
    """A fleet whose third host makes the page for users, and this edge's copy of it in one language."""
    kept = place / "var/lib/haproxy/status"
    kept.mkdir(parents=True)
    (kept / "en.html").write_text(PAGE)
    return {**rendering.FLEET["hostvars"], "mon1": {"components": ["status_page"], "ansible_host": "10.0.0.5"}}


def test_2_6_reads_it_serves_and_goes_by_what_it_was_told(tmp_path: Path) -> None:
    with ExitStack() as stack:
        shop, cart = (stack.enter_context(application(name)) for name in ("shop", "cart"))
        ports = {"shop_ports": {"blue": shop, "green": edges.free_port()}, "cart_ports": {"a": cart, "b": edges.free_port()}}
        given: dict[str, Any] = {
            "components": ["haproxy", "shop", "cart"],
            "haproxy_bind": "*",
            **ports,
            "hostvars": with_the_page(tmp_path),
        }
        edge = stack.enter_context(edges.before(tmp_path, "out||", lab_images.older_haproxy(), **given))
        assert edge.get("/a", "shop.example").text == "shop /a"
        assert edge.get("/cart/1").text == "cart /cart/1"
        assert "haproxy_process_start_time_seconds" in edge.get("/metrics", port=edge.inside).text
        assert edge.get("/a", "shop.example", address=edges.own_address()).status == 503, "out of traffic for everybody but the host itself"
        for path in ("/status", "/status/en"):
            page = edge.get(path, "shop.example", address=edges.own_address())
            assert (page.status, page.text) == (200, PAGE.replace("fresh", "stale")), "also out of traffic, and an old copy says that it is"
        assert edge.get("/status/ko").status == 503, "not here yet"
