# SPDX-License-Identifier: GPL-3.0-or-later
"""What a broken-in program of each unit can do on its host: tried from inside of the unit's own sandbox."""

from __future__ import annotations

import json
import logging
import re
from pathlib import Path
from typing import Any

import pytest
from testinfra.host import Host

log = logging.getLogger(__name__)
HOSTILE = Path(__file__).resolve().parents[1] / "hostile"
UNIT = re.compile(r"file:/etc/systemd/system/([^/]+\.service)(?:\.d/.*)?$")
#: what some need. Whatever else a unit does is a fault
MAY = {
    "haproxy.service": {"make memory that is written and run", "write to /run"},
    "haproxy-hold.service": {"set a kernel parameter"},
    "echodiary-container-metrics.service": {"ask Docker's engine"},
    # its patterns are compiled while it runs
    "echodiary-log-shipper.service": {"make memory that is written and run", "read /var/lib/echodiary/hostile/key"},
    "echodiary-log-containers.service": {"read /var/lib/echodiary/hostile/key"},
    "echodiary-firewall.service": {"read /etc/echodiary/hostile/key"},
}
#: units of the distribution with a sandbox of its own, of which ours changes other lines
PACKAGED = {"chrony.service"}


def units(sequence: list[dict[str, Any]]) -> list[str]:
    """Those whose file, or a part of it, the role brings."""
    resources = [change["resource"] for record in sequence for one in record["components"] for change in one["changes"]]
    files = {found[1] for resource in resources if (found := UNIT.match(resource))}
    timers = {f"{resource.partition(':')[2]}.service" for resource in resources if resource.startswith("timer:")}
    return sorted((files | timers) - PACKAGED)


def test_a_hostile_program_gets_no_further_than_its_unit(host: Host, sequence: list[dict[str, Any]]) -> None:
    mine = units(sequence)
    if not mine:
        pytest.skip("the role brings no unit")
    acts = (HOSTILE / "acts.py").read_text(encoding="utf-8")
    given = json.dumps({"acts": acts, "units": mine})
    with host.sudo():
        found = json.loads(host.check_output("python3 -c %s %s", (HOSTILE / "in_units.py").read_text(encoding="utf-8"), given))
    free = {act for act, why in found.pop("").items() if not why}
    assert {"mount", "set a kernel parameter", "write to /etc", "read /etc/shadow", "read /root/.ssh/hostile"} <= free
    for unit, tried in found.items():
        did = {act for act in free if not tried[act]}
        log.warning("%s: %d of %d acts refused; left: %s", unit, len(free - did), len(free), sorted(did) or "none")
        assert did <= MAY.get(unit, set()), unit
