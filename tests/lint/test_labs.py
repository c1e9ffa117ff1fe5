# SPDX-License-Identifier: GPL-3.0-or-later
"""Labs of tests that run beside each other have names, addresses and ports of their own."""

from __future__ import annotations

import re
from pathlib import Path

INTEGRATION = Path(__file__).parents[1] / "integration"
LAB = re.compile(r'name, subnet, port_offset.* = (?:"(?P<name>.+)"|NAME), "(?P<subnet>[\d./]+)", "(?P<ports>\d+)"')


def test_no_two_share_any() -> None:
    labs = [found.groupdict() for path in INTEGRATION.rglob("*.py") for found in LAB.finditer(path.read_text(encoding="utf-8"))]
    assert len(labs) > 5
    for what in ("name", "subnet", "ports"):
        values = [lab[what] for lab in labs if lab[what]]
        assert sorted(set(values)) == sorted(values), what
