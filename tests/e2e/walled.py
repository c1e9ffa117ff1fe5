# SPDX-License-Identifier: GPL-3.0-or-later
"""The fleet with component firewall on every host, a database host of its own beside it, and what the inventory says of both.

E2E_FIREWALL=1 gives every test of a fleet one with it: the drills of deploys and of monitoring are the same with it and without.
"""

from __future__ import annotations

import json
import shutil
from typing import Any

from tests.e2e import fleet

APP = ["baseline", "docker", "node_exporter", "haproxy", "echodiary", "backup"]
MONITORING = [
    "baseline", "docker", "node_exporter", "postgres_exporter", "redis_exporter", "blackbox_exporter", "alertmanager", "prometheus",
    "status_page", "backup",
]  # fmt: skip
DATABASE = ["baseline", "node_exporter", "postgres"]
COMPONENTS = {"app1": APP, "app2": APP, "mon1": MONITORING}
#: this machine, as hosts see it come: it converges them, and is the load balancer before them
HERE = [f"{fleet.SUBNET}.1", fleet.address6("1")]
#: whom tests ask at the monitoring host
ASKED = [{"port": port, "from": HERE} for port in (9090, 9093)]
DATABASE_HOST = "db1"
_PLACE, _FURTHER = fleet.INVENTORY / "host_vars", fleet.INVENTORY / "walled.yml"


def wall(**more: Any) -> None:
    """From the next converge on. ``more``: variables of all hosts."""
    for host, components in known().items():
        given = {"firewall_ssh_from": HERE, "firewall_edge_from": HERE, **({"firewall_allow": ASKED} if host == "mon1" else {})}
        say(host, **{"components": [*components, "firewall"], **given, **more})


def known() -> dict[str, list[str]]:
    return {**COMPONENTS, **({DATABASE_HOST: DATABASE} if _FURTHER.exists() else {})}


def say(host: str, **variables: Any) -> None:
    """Over what the groups say."""
    place = _PLACE / host / "walled.yml"
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_text(json.dumps(variables))


def unsay() -> None:
    shutil.rmtree(_PLACE, ignore_errors=True)
    _FURTHER.unlink(missing_ok=True)


def add_database() -> str:
    """A host with PostgreSQL of its own. Its address."""
    fleet.lab("host", "create", DATABASE_HOST, "--image", "bare")
    form = "{{range .NetworkSettings.Networks}}{{.IPAddress}} {{.GlobalIPv6Address}}{{end}}"
    both = fleet.docker("inspect", "-f", form, f"{fleet.NAME}-{DATABASE_HOST}").split()
    itself = {
        "ansible_host": both[0],
        "firewall_addresses": both,
        "postgres_admin_password": "nobodys-but-this-tests",
        "node_exporter_clock_synchronised": False,
    }
    _FURTHER.write_text(json.dumps({"all": {"children": {"database": {"hosts": {DATABASE_HOST: itself}}}}}))
    say(DATABASE_HOST, components=DATABASE)
    return both[0]


def remove_database() -> None:
    fleet.lab("host", "destroy", DATABASE_HOST)
    _FURTHER.unlink(missing_ok=True)
    shutil.rmtree(_PLACE / DATABASE_HOST, ignore_errors=True)
