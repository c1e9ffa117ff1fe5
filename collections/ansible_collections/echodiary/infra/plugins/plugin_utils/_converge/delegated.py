# SPDX-License-Identifier: GPL-3.0-or-later
"""What is *changed* by the well-kept modules: converge only finds out that it has to be, and each kind says how."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from ansible.module_utils.common.text.converters import to_text

from ...module_utils._kinds import kinds, model
from ...module_utils._kinds.protocol import Call

if TYPE_CHECKING:
    from ...module_utils._converge import exchange
    from ...module_utils._kinds import documents

#: what dpkg asks for after it was killed, without a question to anybody and with changed configuration files kept
GO_ON = ["env", "DEBIAN_FRONTEND=noninteractive", "dpkg", "--force-confdef", "--force-confold", "--configure", "-a"]


def calls(needs: exchange.Needs, spec: documents.ComponentSpec | None, manager: str) -> Iterator[Call]:
    """In the order in which the host asks for it, but for what has a turn of its own; an interrupted dpkg goes on first.

    Without ``spec``: of a component that leaves.
    """
    if needs.get("interrupted"):
        yield Call("dpkg --configure -a", "ansible.builtin.command", {"argv": GO_ON})
    yield from sorted(_of_kinds(needs, spec, manager), key=lambda call: call.turn)


def _of_kinds(needs: exchange.Needs, spec: documents.ComponentSpec | None, manager: str) -> Iterator[Call]:
    changes = [model.Change.of(told) for told in needs.get("delegated", [])]
    for name in dict.fromkeys(change.resource.kind for change in changes):
        kind = next(one for one in kinds.DELEGATED if name == one.NAME)
        yield from kind.delegate([change for change in changes if change.resource.kind == name], kinds.declared(spec, kind), manager)


def asked_again(done: Sequence[Call], call: Call) -> str:
    """Why there is no point in making ``call``: something that it brings was brought before and went again. Else empty."""
    for thing in call.brings:
        before = [number for number, earlier in enumerate(done) if thing in earlier.brings]
        if before:
            kind = thing.split()[0] + " "
            later = [other for one in done[before[-1] + 1 :] for other in one.brings if other.startswith(kind)]
            return _pushed_out(thing, later, call.module) if later else _without_effect(thing, call.module)
    return ""


def packages_before(specs: list[documents.ComponentSpec], component: str) -> dict[str, str]:
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
    see = next(one.look(name, _manager(module)) for one in kinds.DELEGATED if kind == one.NAME)
    return f"{thing} was brought by {module} and is still not as declared; '{see}' on the host shows what there is"


def went(gone: dict[str, str], done: Sequence[Call], component: str) -> str:
    """``gone``: package -> the component before ``component`` that declares it."""
    name, owner = next(iter(gone.items()))
    last = next(call for call in reversed(done) if call.brings and call.brings[0].startswith("package "))
    names = " ".join([name, *(one.partition(" ")[2] for one in last.brings)])
    return (
        f"package {name} of component {owner} went with {', '.join(last.brings)} of {component}: they push each other out; "
        f"declare only one of them (on the host, '{_simulation(last.module)} {names}' says why)"
    )


def _simulation(module: str) -> str:
    return "apt-get install --simulate" if module.endswith("apt") else "dnf install --assumeno"


def _manager(module: str) -> str:
    return "apt" if module.endswith("apt") else "dnf"


def why_failed(call: Call, result: Mapping[str, model.Json]) -> str:
    said = to_text(result.get("msg") or result.get("stderr") or "no message").strip()
    if call.args.get("argv"):
        said = " ".join(to_text(result.get("stderr") or result.get("stdout") or said).split())[-500:]
    return f"{call.what}: {call.module} failed: {said}" + (f"; {call.next_step}" if call.next_step else "")


def stays(done: Sequence[Call]) -> list[str]:
    """What a component that was taken back leaves behind: it was changed before the transaction began."""
    return [f"not taken back: {', '.join(call.brings)} ({call.module})" for call in done if call.brings]
