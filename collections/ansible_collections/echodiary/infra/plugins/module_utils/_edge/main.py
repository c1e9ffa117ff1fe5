# SPDX-License-Identifier: GPL-3.0-or-later
"""The entry on the host: reads what HAProxy's edge was told, and tells it something else, which outlives its process."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from .._host import haproxy
from .._ledger import files
from .._release import traffic
from . import planning

if TYPE_CHECKING:
    from .shapes import Answer, Asked, Failed

MAP = "/var/lib/haproxy/edge.map"
SOCKET = "/run/haproxy/admin.sock"
MODE = 0o644


def run(manifest: Asked) -> Answer | Failed:
    edge: haproxy.EdgeSpec = {"socket": manifest.get("socket") or SOCKET, "backend": manifest["backend"], "save": ""}
    path = manifest.get("map") or MAP
    try:
        return _run(manifest, edge, path)
    except (haproxy.HaproxyError, planning.EdgeError) as error:
        return {"failed": True, "msg": str(error)}
    except OSError as error:
        return {"failed": True, "msg": f"{path}: {error}; does the task become root, and is there room on the disk?"}


def _run(manifest: Asked, edge: haproxy.EdgeSpec, path: str) -> Answer:
    now = read(edge, path)
    after = planning.wanted(now, manifest["traffic"], manifest["message"])
    if after != now and not manifest["check"]:
        tell(edge, path, planning.to_value(after), planning.remark(manifest.get("who", ""), time.time(), manifest.get("minutes")))
    places = _places(edge)
    left = sum(_drained(place, manifest["drain"]) for place in places) if after.traffic == planning.OUT and not manifest["check"] else None
    return {
        "changed": after != now,
        "differs": after != now,
        "before": planning.shown(now),
        "edge": planning.shown(after),
        "requests_left": left,
        "said": planning.words(after),
        "was": planning.words(now),
        "serving": planning.serving({place["backend"]: _serving(place) for place in places}),
    }


def read(edge: haproxy.EdgeSpec, path: str) -> planning.Edge:
    """What the process goes by, not what the file says."""
    return planning.from_value(next((value for key, value in _entries(edge, path) if key == planning.KEY), ""))


def _entries(edge: haproxy.EdgeSpec, path: str) -> list[tuple[str, str]]:
    said = haproxy.ask(edge, f"show map {path}")
    if said.startswith("Unknown map"):
        raise haproxy.HaproxyError(f"HAProxy knows no map {path}: its configuration is older than this; converge component haproxy first")
    rows = [line.split(" ", 2) for line in said.splitlines() if line.startswith("0x")]
    return [(row[1], row[2]) for row in rows if len(row) == 3]


def tell(edge: haproxy.EdgeSpec, path: str, value: str, remark: str = "") -> None:
    """The file first: a process that starts in between must not go back. Both versions are whole at every moment.

    ``remark``: who says so and when, which HAProxy does not read.
    """
    files.write(path, f"{remark}{planning.KEY} {value}\n" if value else "", MODE)
    version = haproxy.ask(edge, f"prepare map {path}").strip().rpartition(" ")[2]
    lines = [f"add map @{version} {path} <<\n{planning.KEY} {value}\n"] if value else []
    for command in (*lines, f"commit map @{version} {path}"):
        said = haproxy.ask(edge, command).strip()
        if said:
            raise haproxy.HaproxyError(f"HAProxy refuses '{command.splitlines()[0]}': {said}")
    if planning.to_value(read(edge, path)) != value:
        raise haproxy.HaproxyError(f"HAProxy did not take the edge's state; look at: show map {path}")


def _places(edge: haproxy.EdgeSpec) -> list[haproxy.EdgeSpec]:
    """The backend that was named, or those of all applications."""
    names = [edge["backend"]] if edge["backend"] else haproxy.backends(edge)
    return [{**edge, "backend": name} for name in names]


def _drained(place: haproxy.EdgeSpec, seconds: float) -> int:
    return sum(traffic.wait_for_requests(place, slot, seconds) for slot in haproxy.servers(place))


def _serving(place: haproxy.EdgeSpec) -> str:
    serving = [name for name, server in haproxy.servers(place).items() if server.admin == haproxy.READY and server.steady]
    return serving[0] if serving else ""
