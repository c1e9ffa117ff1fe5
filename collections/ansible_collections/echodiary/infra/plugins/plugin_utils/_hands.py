# SPDX-License-Identifier: GPL-3.0-or-later
"""Packages, users and sysctl are *changed* by the well-kept modules; converge only finds out that they have to be."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from ansible.module_utils.common.text.converters import to_text

from ..module_utils._converge import sysctl

#: what dpkg asks for after it was killed, without a question to anybody and with changed configuration files kept
GO_ON = ["env", "DEBIAN_FRONTEND=noninteractive", "dpkg", "--force-confdef", "--force-confold", "--configure", "-a"]


class Call(NamedTuple):
    """One module call: what people are told, which module, with what. ``brings`` names each thing that it makes true."""

    what: str
    module: str
    args: dict[str, Any]
    brings: tuple[str, ...] = ()


def calls(needs: dict[str, Any], manager: str) -> Iterator[Call]:
    """In the order of a component: packages (an interrupted dpkg goes on first), then users, then kernel parameters."""
    if needs.get("interrupted"):
        yield Call("dpkg --configure -a", "ansible.builtin.command", {"argv": GO_ON})
    if needs["packages"]:
        yield _packages(needs["packages"], manager)
    for user in needs["users"]:
        what = f"user {user['name']}"
        yield Call(what, "ansible.builtin.user", {**user, "append": True, "state": "present"}, (what,))
    for key, value in needs["sysctl"].items():
        args = {"name": key, "value": value, "sysctl_file": sysctl.FILE, "sysctl_set": True, "reload": False}
        yield Call(f"sysctl {key}", "ansible.posix.sysctl", args, (f"sysctl {key}",))


def _packages(names: list[str], manager: str) -> Call:
    what, brings = "packages " + ", ".join(names), tuple(f"package {name}" for name in names)
    if manager == "apt":
        extra = {"update_cache": True, "cache_valid_time": 3600, "install_recommends": False, "lock_timeout": 120}
        return Call(what, "ansible.builtin.apt", {"name": names, "state": "present", **extra}, brings)
    return Call(what, "ansible.builtin.dnf", {"name": [name.replace("=", "-") for name in names], "state": "present"}, brings)


def asked_again(lent: list[Call], call: Call) -> str:
    """Why there is no point in making ``call``: something that it brings was brought before and went again. Else empty."""
    for thing in call.brings:
        before = [number for number, earlier in enumerate(lent) if thing in earlier.brings]
        if before:
            kind = thing.split()[0] + " "
            later = [other for one in lent[before[-1] + 1 :] for other in one.brings if other.startswith(kind)]
            return _pushed_out(thing, later, call.module) if later else _without_effect(thing, call.module)
    return ""


def packages_before(specs: list[dict[str, Any]], component: str) -> dict[str, str]:
    """Package -> the component that declares it, for the components ahead of ``component``: what is done and has to stay."""
    kept: dict[str, str] = {}
    for spec in specs:
        if spec["name"] == component:
            break
        kept.update(dict.fromkeys(spec["packages"], spec["name"]))
    return kept


def _pushed_out(thing: str, later: list[str], module: str) -> str:
    kind = thing.split()[0]
    names = [one.partition(" ")[2] for one in (thing, *later)]
    look = "" if kind != "package" else f" (on the host, '{_simulation(module)} {' '.join(names)}' says why)"
    return f"{thing} was there and went again with {', '.join(later)}: they push each other out; declare only one of them{look}"


def _without_effect(thing: str, module: str) -> str:
    kind, _, name = thing.partition(" ")
    see = {"package": f"{_listing(module)} {name.partition('=')[0]}", "user": f"getent passwd {name}", "sysctl": f"sysctl {name}"}[kind]
    return f"{thing} was brought by {module} and is still not as declared; '{see}' on the host shows what there is"


def went(gone: dict[str, str], lent: list[Call], component: str) -> str:
    """``gone``: package -> the component before ``component`` that declares it."""
    name, owner = next(iter(gone.items()))
    last = next(call for call in reversed(lent) if call.brings and call.brings[0].startswith("package "))
    names = " ".join([name, *(one.partition(" ")[2] for one in last.brings)])
    return (
        f"package {name} of component {owner} went with {', '.join(last.brings)} of {component}: they push each other out; "
        f"declare only one of them (on the host, '{_simulation(last.module)} {names}' says why)"
    )


def _simulation(module: str) -> str:
    return "apt-get install --simulate" if module.endswith("apt") else "dnf install --assumeno"


def _listing(module: str) -> str:
    return "apt-cache policy" if module.endswith("apt") else "dnf list"


def why_failed(call: Call, result: dict[str, Any]) -> str:
    said = to_text(result.get("msg") or result.get("stderr") or "no message").strip()
    if call.args.get("argv"):
        said = " ".join(to_text(result.get("stderr") or result.get("stdout") or said).split())[-500:]
    return f"{call.what}: {call.module} failed: {said}"
