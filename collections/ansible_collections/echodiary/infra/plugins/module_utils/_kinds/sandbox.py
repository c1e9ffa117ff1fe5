# SPDX-License-Identifier: GPL-3.0-or-later
"""What the process of a unit may do: the lines of systemd.exec(5) that every unit of ours has, but for what it says that it needs. Pure.

Only the controller asks for them, and no host is sent this file. systemd passes over lines that its kernel or container does not have;
where it cannot hide a directory that one of a unit's own places lies in, it refuses the unit instead.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from . import model

#: of root's: to read and write what is others', and to become them
_ROOT = "CAP_CHOWN CAP_DAC_OVERRIDE CAP_DAC_READ_SEARCH CAP_FOWNER CAP_SETGID CAP_SETUID"
_LINES = {
    "NoNewPrivileges": "yes",
    "ProtectSystem": "strict",
    # strict leaves it as it is, once the kernel's parameters or control groups are protected as well
    "ReadOnlyPaths": "/run",
    "ProtectHome": "yes",
    "PrivateTmp": "yes",
    "PrivateDevices": "yes",
    "ProtectKernelModules": "yes",
    "ProtectKernelTunables": "yes",
    "ProtectKernelLogs": "yes",
    "ProtectControlGroups": "yes",
    "ProtectClock": "yes",
    "ProtectHostname": "yes",
    "RestrictAddressFamilies": "AF_UNIX AF_INET AF_INET6 AF_NETLINK",
    "RestrictNamespaces": "yes",
    "RestrictRealtime": "yes",
    "RestrictSUIDSGID": "yes",
    "LockPersonality": "yes",
    "MemoryDenyWriteExecute": "yes",
    "SystemCallArchitectures": "native",
    "SystemCallFilter": "@system-service",
    "SystemCallErrorNumber": "EPERM",
    "CapabilityBoundingSet": _ROOT,
}
#: where components, Docker and the host itself keep what nobody else is to know, or what gives all rights
SECRET = (
    "/etc/alertmanager",
    "/etc/echodiary",
    "/etc/grafana",
    "/etc/gshadow",
    "/etc/postgres_exporter",
    "/etc/redis_exporter",
    "/etc/shadow",
    "/etc/ssh",
    "/opt/echodiary",
    "/run/containerd",
    "/run/docker.sock",
    "/var/lib/containerd",
    "/var/lib/docker",
    "/var/lib/echodiary",
)
#: whoever runs Docker's client asks its engine, as which registries' user the client's file says
DOCKER = ("/run/docker.sock", "/root/.docker")
#: of people: hidden by ProtectHome
_HOMES = ("/home", "/root", "/run/user")
_RUN = re.compile(r"/run/([^/]+)")
#: what means itself in a list of paths
_PLAIN = re.compile(r"/[A-Za-z0-9_./@+-]*")


class Needs(NamedTuple):
    """``reads``: of what is hidden else; ``writes``: places that are there, or directories of its own right below ``/run``; ``but``:
    lines that are others for it, in systemd's words; ``root``: is it root's?"""

    reads: Sequence[str] = ()
    writes: Sequence[str] = ()
    but: Mapping[str, str] = {}
    root: bool = True


def words(given: Mapping[str, str | bool | None]) -> dict[str, str]:
    """YAML reads an unquoted yes or no as true or false."""
    return {name: ("yes" if value else "no") if isinstance(value, bool) else str(value or "") for name, value in given.items()}


def check(needs: Needs) -> None:
    """ConvergeError for what systemd would pass over, or take for something else."""
    for path in (*needs.reads, *needs.writes):
        if not path.startswith("/") or (path != "/" and path.endswith("/")) or "/../" in f"{path}/":
            raise model.ConvergeError(f"{path!r} has to be a whole path without '..' and without a '/' at its end")
        if not _PLAIN.fullmatch(path) and (path in needs.writes or _is_covered(path)):
            raise model.ConvergeError(f"{path!r} has a character that means something in a unit file; take a directory above it")
    for name, value in needs.but.items():
        if name not in _LINES:
            raise model.ConvergeError(f"sandbox: {name} is no line that it gets; there are {', '.join(_LINES)}")
        if "\n" in value or "\\" in value:
            raise model.ConvergeError(f"sandbox: {name} has to be one line")


def lines(needs: Needs) -> list[str]:
    """For ``[Service]``."""
    own = [*needs.reads, *needs.writes]
    given = {**_LINES, "CapabilityBoundingSet": _ROOT if needs.root else "", "ProtectHome": _homes(needs)}
    if any(_below("/run", path) for path in needs.writes):
        given["ReadOnlyPaths"] = ""
    found = [f"{name}={needs.but.get(name, value)}" for name, value in given.items()]
    return [*found, *_hidden(own), *_shown(needs.reads, needs.writes)]


def _homes(needs: Needs) -> str:
    """Of people's places all are seen, or those that are named, or none."""
    if any(_below(home, path) for path in needs.writes for home in _HOMES):
        return "no"
    if any(_below(home, path) for path in needs.reads for home in _HOMES):
        return "read-only"
    return "tmpfs" if any(_below(path, home) for path in (*needs.reads, *needs.writes) for home in _HOMES) else "yes"


def _hidden(own: Sequence[str]) -> Iterator[str]:
    left = [place for place in SECRET if not any(_below(place, path) for path in own)]
    opened = [place for place in left if any(_below(path, place) for path in own)]
    yield from (f"TemporaryFileSystem={place}:ro" for place in opened)
    if closed := [f"-{place}" for place in left if place not in opened]:
        yield f"InaccessiblePaths={' '.join(closed)}"


def _shown(reads: Iterable[str], writes: Iterable[str]) -> Iterator[str]:
    """Nothing is bound that is there by itself: one bind of a whole file system would show what is hidden in it."""
    for path in reads:
        if _is_covered(path):
            yield f"BindReadOnlyPaths=-{path}"
    for path in writes:
        made = _RUN.fullmatch(path)
        if made:
            yield from (f"RuntimeDirectory={made[1]}", "RuntimeDirectoryPreserve=yes")
        else:
            yield f"{'BindPaths' if _is_covered(path) else 'ReadWritePaths'}=-{path}"


def _is_covered(path: str) -> bool:
    return any(_below(path, place) and path != place for place in (*SECRET, *_HOMES))


def _below(path: str, place: str) -> bool:
    return f"{path.rstrip('/')}/".startswith(f"{place.rstrip('/')}/")
