# SPDX-License-Identifier: GPL-3.0-or-later
"""What was applied and is not declared any more, kind by kind: the third side of three-way drift, without a declaration. Pure."""

from __future__ import annotations

import importlib
from typing import Any, NamedTuple

import pytest
from ansible_collections.echodiary.infra.plugins.module_utils._kinds import groups, kinds, packages, protocol, sysctl, units, users
from ansible_collections.echodiary.infra.plugins.module_utils._kinds.model import Applied
from ansible_collections.echodiary.infra.tests.unit.plugins.module_utils._converge.builders import spec, unit
from hypothesis import given
from hypothesis import strategies as st

BOTH = {"state": "started", "enabled": True}
NONE = {"state": "stopped", "enabled": False}
OURS = frozenset({"/etc/systemd/system/x.timer"})


def actions(changes: list) -> list[tuple[str, str]]:
    assert all(change.origin == "pending" for change in changes), "git moved, nobody else"
    return [(str(change.resource), change.action) for change in changes]


@pytest.mark.parametrize(
    ("last", "live", "expected"),
    [
        # of a version that did not look what had been there: certain only where the unit file is ours
        (Applied({"x.timer": BOTH}, paths=OURS), unit(), ["disable", "stop"]),
        (Applied({"x.timer": BOTH}), unit(), ["report"]),
        (Applied({"x.timer": BOTH}, prune=True), unit(), ["disable", "stop"]),
        # nothing had been there
        (Applied({"x.timer": BOTH}, {"x.timer": None}), unit(), ["disable", "stop"]),
        (Applied({"x.timer": BOTH}, {"x.timer": None}), unit(active="failed", enabled=True), ["disable"]),
        # it had run without being enabled, and been enabled without running
        (Applied({"x.timer": BOTH}, {"x.timer": {"state": "started", "enabled": False}}), unit(), ["disable"]),
        (Applied({"x.timer": NONE}, {"x.timer": BOTH}), unit(active="inactive", enabled=False), ["enable", "start"]),
        (Applied({"x.timer": BOTH}, {"x.timer": BOTH}), unit(), []),
        # only what we saw to
        (Applied({"x.timer": {"state": "started"}}, {"x.timer": {"state": "stopped"}}), unit(), ["stop"]),
        # nothing left to do, or nobody can
        (Applied({"x.timer": BOTH}, paths=OURS), unit(active="inactive", enabled=False), []),
        (Applied({"x.timer": BOTH}, paths=OURS), unit(active="inactive", fixed=True), []),
        (Applied({"x.timer": BOTH}, paths=OURS), units.MISSING, []),
    ],
)
def test_a_unit_is_as_it_was_before_us(last: Applied, live: units.Unit, expected: list[str]) -> None:
    assert actions(units.plan({}, {"x.timer": live}, last)) == [("unit:x.timer", action) for action in expected]


@pytest.mark.parametrize(
    ("last", "expected"),
    [
        (Applied({"tree": "tree"}), ["report"]),
        (Applied({"tree": "tree"}, prune=True), ["remove"]),
        (Applied({"tree": "tree=2.*"}, {"tree": None}), ["report"]),
        (Applied({"tree": "tree"}, {"tree": "2.1"}, prune=True), []),
        (Applied({"absent": "absent"}, prune=True), []),
    ],
)
def test_a_package_goes_when_people_say_so(last: Applied, expected: list[str]) -> None:
    assert actions(packages.plan(["other"], {"tree": "2.1", "other": "1"}, last)) == [("package:tree", action) for action in expected]


LIVE = {"shell": "/bin/bash", "home": "/h", "uid": 7, "groups": ["adm", "docker"]}


@pytest.mark.parametrize(
    ("value", "more", "expected"),
    [
        ({"shell": "/bin/bash"}, {"before": {"u": None}}, ["remove"]),
        ({"shell": "/bin/bash"}, {}, ["report"]),
        ({"shell": "/bin/bash"}, {"prune": True}, ["remove"]),
        ({"shell": "/bin/bash"}, {"before": {"u": {"shell": "/bin/sh"}}}, ["restore"]),
        ({"shell": "/bin/bash"}, {"before": {"u": {"shell": "/bin/bash"}}}, []),
        # somebody has changed it since: it is not ours to change back
        ({"shell": "/bin/zsh"}, {"before": {"u": {"shell": "/bin/sh"}}}, []),
        ({"groups": ["docker"]}, {"before": {"u": {"groups": []}}}, ["restore"]),
    ],
)
def test_a_user_goes_or_gets_back_what_it_had(value: dict[str, Any], more: dict[str, Any], expected: list[str]) -> None:
    assert actions(users.plan([], {"u": LIVE}, Applied({"u": value}, **more))) == [("user:u", action) for action in expected]  # type: ignore[arg-type]
    assert users.plan([], {}, Applied({"u": value}, **more)) == []


@pytest.mark.parametrize(
    ("live", "before", "fields"),
    [
        (("1", "1"), {"k": "0"}, {"persisted": ["1", None], "running": ["1", "0"]}),
        (("1", "1"), {}, {"persisted": ["1", None]}),
        (("5", "1"), {"k": "0"}, {"persisted": ["1", None]}),
        (("0", None), {"k": "0"}, None),
        (("1", None), {}, None),
    ],
)
def test_a_kernel_parameter_is_forgotten_and_set_back(live: tuple, before: dict[str, str], fields: dict | None) -> None:
    changes = sysctl.plan({}, {"k": sysctl.Live(*live)}, Applied({"k": "1"}, before))
    assert [(change.action, change.fields) for change in changes] == ([("remove", fields)] if fields else [])


class Example(NamedTuple):
    """One name of a kind: declared, as it is found then, and what had been there before; each kind's own tests have one.

    ``stays``: it is only compared, so that nothing has to go with its declaration.
    """

    name: str
    declared: Any
    seen: Any
    before: Any = None
    stays: bool = False


def example(kind: protocol.AnyNamed) -> Example:
    """Found by the kind's name, so that a new one is tested here without being named here."""
    module = f"{__package__}.test_{kind.__name__.rpartition('.')[2]}"  # type: ignore[attr-defined]
    return Example(*importlib.import_module(module).EXAMPLE)


EXAMPLES = {kind.KEY: example(kind) for kind in kinds.ALL}


@given(st.sets(st.sampled_from(sorted(EXAMPLES))), st.booleans())
def test_what_is_declared_is_never_taken_away(left: set[str], prune: bool) -> None:
    """And what is not is, once, in the part of the plan where it belongs; what came first goes last."""
    whole = spec(**{key: one.declared for key, one in EXAMPLES.items()})
    seen = {kind.NAME: {EXAMPLES[kind.KEY].name: EXAMPLES[kind.KEY].seen} for kind in kinds.KINDS}
    before = {f"{kind.NAME}:{EXAMPLES[kind.KEY].name}": EXAMPLES[kind.KEY].before for kind in kinds.KINDS}
    record = {"resources": kinds.values(whole), "before": before}
    part = spec(**{key: one.declared for key, one in EXAMPLES.items() if key in left})
    found = kinds.plan(part, seen, kinds.applied(part, record, (), prune))  # type: ignore[arg-type]
    gone = {str(change.resource) for change in [*found.retiring, *found.leaving]}
    dropped = [kind for kind in kinds.KINDS if kind.KEY not in left and not EXAMPLES[kind.KEY].stays]
    assert (found.delegated, found.own) == ([], [])
    assert gone == {f"{kind.NAME}:{EXAMPLES[kind.KEY].name}" for kind in dropped}
    assert [change.resource.kind for change in found.leaving] == [kind.NAME for kind in reversed(dropped) if kind in kinds.DELEGATED]
    assert kinds.plan(part, seen, kinds.applied(part, record, gone, prune)) == kinds.Plan([], [], [], []), "what others declare stays"  # type: ignore[arg-type]


def test_a_report_of_what_is_declared_is_nobody_s_to_carry_out() -> None:
    """Else the controller would be asked for it again and again."""
    everything = {"g": groups.Live(7, primary=frozenset({"u"}))}
    declared = spec(groups=[{"name": "g", "members": [], "exclusive": True}])
    found = kinds.plan(declared, {"group": everything}, kinds.applied(declared, {"resources": {}}, (), False))  # type: ignore[arg-type, typeddict-item]
    assert found.delegated == []
    assert [change.action for change in found.leaving] == ["report"]
