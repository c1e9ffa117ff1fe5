# SPDX-License-Identifier: GPL-3.0-or-later
"""What a deploy is going to do: decided once, from its settings and the inventory, before anything is touched. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final, NamedTuple, TypedDict

from .._common import images
from .._common.errors import SpecError
from .declared_requests import Condition, Request
from .gate import Settings

HEAD: Final = "head"
#: kinds that leave the fleet on another release than the pin says, where hosts are left out
_WHOLE: Final = ("deploy", "rollback")
#: an inventory's value of what node_exporter reads, where it does not say
TEXTFILES: Final = "/var/lib/node_exporter/textfile"


class PlanError(SpecError):
    """It is not clear what is meant."""


class Share(TypedDict):
    """``share``: percent of a host's requests; ``hold``: seconds."""

    share: float
    hold: float


class Order(NamedTuple):
    """As it was asked for. ``release``: a tag, a digest, a full reference, or nothing: then ``pinned``, the image of the inventory.
    ``hosts``: of the play; ``members``: that run the component, --limit or not. ``revision``: of the schema, or
    ``head``. ``named``: the component was typed. ``commanded``: its schema is brought along by a command of its own."""

    kind: str
    component: str
    released: bool
    release: str
    pinned: str
    hosts: Sequence[str]
    members: Sequence[str]
    canary: int
    batch_size: int
    revision: str
    reason: str
    named: bool = False
    commanded: bool = False


class Plan(NamedTuple):
    """``slots``: the component lives in two of them. ``lead``: does what is done once. ``image``: the goal, as it was asked for; ``named``:
    the same where a rollback was asked for one. ``release``: the goal in words, ``given``: as it was typed. ``state``: what the module
    ``release`` is asked for. ``widest``: hosts of the largest batch. ``revision``: None for the newest. ``purpose``: of the lease.
    ``also``: what commands that are suggested need beside the release.
    """

    kind: str
    component: str
    slots: bool
    lead: str
    hosts: list[str]
    batches: list[list[str]]
    widest: int
    left_out: list[str]
    image: str
    named: str
    pinned: str
    release: str
    given: str
    state: str
    schema_state: str
    revision: str | None
    purpose: str
    also: str


class Context(NamedTuple):
    """What is only said or passed on. ``textfiles``: directory that node_exporter reads on the lease's host, or nothing. ``asked``: names
    of the requests that each host has to answer. ``allowed``: rules of migrations that are allowed. ``rollouts``: of the first batch and
    of the others. ``requests``: conditions that every host has to meet through its edge; ``verify``: requests that a new release has to
    answer. ``check``: a preview. ``logs``: whose lines are worth a look, where some host
    keeps them."""

    reason: str
    who: str
    commit: str
    environment: str
    textfiles: str
    asked: str
    requests: list[Request | Condition]
    verify: list[Request]
    allowed: list[str]
    rollouts: list[list[Share]]
    gate: Settings
    check: bool
    logs: Sequence[str] = ()


class Run(NamedTuple):
    plan: Plan
    context: Context

    def result(self) -> dict[str, Any]:
        """Flat, as an action returns it; ``of_result`` is its inverse."""
        return {**self.plan._asdict(), **self.context._asdict(), "gate": self.context.gate._asdict()}


def of_result(result: Mapping[str, Any]) -> Run:
    context = {name: result[name] for name in Context._fields}
    context["gate"] = Settings(**{name: result["gate"][name] for name in Settings._fields})
    return Run(Plan(**{name: result[name] for name in Plan._fields}), Context(**context))


class Step(NamedTuple):
    """One batch. ``requests``: what the release is asked on its slot; None where it has served before."""

    phase: str
    requests: list[Request] | None
    steps: list[Share]


def plan(order: Order) -> Plan:
    _check_revision(order)
    hosts = sorted(order.hosts)
    rolls = batches(order.kind, hosts, order.canary, order.batch_size)
    pinned = order.pinned if order.released else ""
    image = goal_image(order.release, pinned) if _needs_image(order) else ""
    newest = order.revision == HEAD
    return Plan(
        kind=order.kind,
        component=order.component,
        slots=order.released,
        lead=hosts[0],
        hosts=hosts,
        batches=rolls,
        widest=max(map(len, rolls), default=0),
        left_out=left_out(order.kind, order.members, hosts),
        image=image,
        named=image if order.release else "",
        pinned=pinned,
        release=words(order.kind, order.component, order.release),
        given=order.release,
        state="restarted" if order.kind == "restart" else "present",
        schema_state="head" if newest else "revision",
        revision=None if newest else order.revision,
        purpose=purpose(order),
        also=f" -e component={order.component}" if order.named else "",
    )


def _check_revision(order: Order) -> None:
    if order.commanded and order.revision not in ("", HEAD):
        raise PlanError(
            f"deploy_revision={order.revision}: the schema of {order.component} is brought along by a command (migrate.command), which "
            "only goes forward; leave deploy_revision out, or go back to a backup (ansible-playbook echodiary.infra.backups lists them)"
        )


def _needs_image(order: Order) -> bool:
    return order.kind in ("deploy", "migrate") or (order.kind == "rollback" and bool(order.release))


def goal_image(release: str, pinned: str) -> str:
    """``release`` as a full reference. Raises PlanError where the repository is not known."""
    if "/" in release:
        return release
    if not pinned:
        raise PlanError("no image is pinned in the inventory, so nobody knows which is meant; say -e release=<full reference>")
    if not release:
        return pinned
    return f"{images.repository(pinned)}{'@' if release.startswith('sha256:') else ':'}{release}"


def words(kind: str, component: str, release: str) -> str:
    """What people call the goal."""
    return release or {"rollback": "the release before", "restart": component}.get(kind, "the pinned release")


def purpose(order: Order) -> str:
    """What the lease is for."""
    what = f"{order.kind} {words(order.kind, order.component, order.release)}"
    return f"{what}: {order.reason}" if order.reason else what


def batches(kind: str, hosts: Sequence[str], canary: int, size: int) -> list[list[str]]:
    """The canary alone, then the rest; with a ``size`` below 1 the rest at once. A rollback is one step, since every host swaps without
    losing a request; a restart goes host by host; a migration rolls nobody."""
    if kind == "migrate":
        return []
    if kind == "rollback":
        return [list(hosts)]
    if kind == "restart":
        return [[host] for host in hosts]
    first = max(canary, 0)
    return [batch for batch in [list(hosts[:first]), *_chunks(hosts[first:], size)] if batch]


def _chunks(hosts: Sequence[str], size: int) -> Iterable[list[str]]:
    step = size if size > 0 else max(len(hosts), 1)
    return (list(hosts[start : start + step]) for start in range(0, len(hosts), step))


def left_out(kind: str, members: Sequence[str], hosts: Sequence[str]) -> list[str]:
    """Hosts that run the component and are not in the play: --limit left them out."""
    return sorted(set(members) - set(hosts)) if kind in _WHOLE else []


def textfiles(components: Sequence[str], directory: str) -> str:
    """``components``: of the lease's host. It says there, for Prometheus, that a deploy is under way and how it ended."""
    return (directory or TEXTFILES) if "node_exporter" in components else ""


def step(run: Run, index: int) -> Step:
    """``index``: of the batch. What goes back, or is the same release again, has served before: it gets all requests at once, and answers
    nobody first."""
    phase = "canary" if index == 0 and len(run.plan.batches) > 1 else "roll"
    if run.plan.kind != "deploy":
        return Step(phase, None, [])
    return Step(phase, run.context.verify, run.context.rollouts[0 if index == 0 else 1])


def run_id(kind: str, began: float, token: int | None) -> str:
    """The same on all hosts. ``began``: seconds since the epoch."""
    return f"{kind}-{int(began)}-{token or 0}"
