# SPDX-License-Identifier: GPL-3.0-or-later
"""Packages, users and sysctl are *changed* by the well-kept modules; converge only finds out that they have to be."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from ansible.module_utils.common.text.converters import to_text

from ..module_utils._converge import sysctl


class Call(NamedTuple):
    """One module call: what people are told, which module, with what."""

    what: str
    module: str
    args: dict[str, Any]


def calls(needs: dict[str, Any], manager: str) -> Iterator[Call]:
    """In the order of a component: packages, then users, then kernel parameters."""
    if needs["packages"]:
        yield _packages(needs["packages"], manager)
    for user in needs["users"]:
        yield Call(f"user {user['name']}", "ansible.builtin.user", {**user, "append": True, "state": "present"})
    for key, value in needs["sysctl"].items():
        args = {"name": key, "value": value, "sysctl_file": sysctl.FILE, "sysctl_set": True, "reload": False}
        yield Call(f"sysctl {key}", "ansible.posix.sysctl", args)


def _packages(names: list[str], manager: str) -> Call:
    what = "packages " + ", ".join(names)
    if manager == "apt":
        extra = {"update_cache": True, "cache_valid_time": 3600, "install_recommends": False, "lock_timeout": 120}
        return Call(what, "ansible.builtin.apt", {"name": names, "state": "present", **extra})
    return Call(what, "ansible.builtin.dnf", {"name": [name.replace("=", "-") for name in names], "state": "present"})


def why_failed(call: Call, result: dict[str, Any]) -> str:
    said = to_text(result.get("msg") or result.get("stderr") or "no message").strip()
    return f"{call.what}: {call.module} failed: {said}"
