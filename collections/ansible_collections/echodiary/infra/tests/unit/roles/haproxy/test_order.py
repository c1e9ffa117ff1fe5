# SPDX-License-Identifier: GPL-3.0-or-later
"""How the client is told where the authority looks for its answer."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from edge_certificate import order
from edge_certificate.errors import TlsError

ACME: Any = {"challenge": "dns", "provider": "route53", "resolvers": ["10.0.0.2:53", "10.0.0.3:53"]}


def test_where_the_answer_is() -> None:
    assert order.challenge({**ACME, "challenge": "http"}) == ["--http", "--http.port", order.NOWHERE]
    resolvers = ["--dns.resolvers", "10.0.0.2:53", "--dns.resolvers", "10.0.0.3:53"]
    assert order.challenge(ACME) == ["--dns", "route53", *resolvers]


def test_what_writes_into_the_zone_is_told_by_no_argument(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(order.configs, "DNS", str(tmp_path / "dns.json"))
    assert order._zone(ACME) == {}, "what the host itself may do"
    (tmp_path / "dns.json").write_text('{"AWS_SECRET_ACCESS_KEY": "no-argument"}')
    assert order._zone(ACME) == {"AWS_SECRET_ACCESS_KEY": "no-argument"}
    assert order._zone({**ACME, "challenge": "http"}) == {}
    assert "no-argument" not in order.challenge(ACME)
    (tmp_path / "dns.json").write_text("[")
    with pytest.raises(TlsError, match="converge component haproxy"):
        order._zone(ACME)
