# SPDX-License-Identifier: GPL-3.0-or-later
"""What a host calls itself, what systemd gives to all that it starts, and kernel settings by which somebody stays: as they are in force."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from .._host.run import run
from .._kinds import model
from . import reading
from .shapes import Finding, Known

NAME = "names"
#: of systemd's environment, what every system has
USUAL = ("LANG", "LANGUAGE", "PATH", "TERM", "LC_ALL")
PATH = frozenset(["/usr/local/sbin", "/usr/local/bin", "/usr/sbin", "/usr/bin", "/sbin", "/bin", "/snap/bin"])
#: setting -> how it may be on a host that nobody changed (prefixes)
KERNEL: Mapping[str, tuple[str, ...]] = {
    "kernel.core_pattern": ("core", "|/usr/lib/systemd/systemd-coredump", "|/lib/systemd/systemd-coredump", "|/usr/share/apport/apport"),
    "kernel.modprobe": ("/sbin/modprobe", "/usr/sbin/modprobe", "/bin/true"),
    "kernel.randomize_va_space": ("2",),
    "kernel.poweroff_cmd": ("/sbin/poweroff",),
    "fs.suid_dumpable": ("0", "2"),
}


class Seen(NamedTuple):
    hostname: str = ""
    named: str = ""
    environment: Mapping[str, str] = {}
    kernel: Mapping[str, str] = {}


def observe(known: Known) -> Seen:
    shown = run(["systemctl", "show-environment"], timeout=10)
    environment = dict(line.split("=", 1) for line in shown.output.splitlines() if "=" in line) if shown.code == 0 else {}
    kernel = {key: value for key in KERNEL if (value := reading.text(f"/proc/sys/{key.replace('.', '/')}").strip())}
    return Seen(os.uname().nodename, reading.text("/etc/hostname").strip(), environment, kernel)


def plan(seen: Seen, known: Known) -> Iterator[Finding]:
    if seen.named and seen.hostname != seen.named:
        fields = {"name": [seen.hostname, seen.named]}
        yield Finding(model.Resource("host", "name"), "not as /etc/hostname has it", fields, heal=("hostname", seen.named))
    for name, value in seen.environment.items():
        if name not in USUAL or (name == "PATH" and not PATH.issuperset(value.split(":"))):
            why = "whatever systemd starts from now on is given it"
            yield Finding(model.Resource("environment", name), why, {name: [value, None]}, heal=("systemctl", "unset-environment", name))
    for key, value in seen.kernel.items():
        if not value.startswith(KERNEL[key]):
            yield Finding(model.Resource("kernel", key), "not as any distribution sets it", {key: [value, KERNEL[key][0]]}, heal=_set(key))


def _set(key: str) -> tuple[str, ...]:
    return ("sysctl", "-w", f"{key}={KERNEL[key][0]}")
