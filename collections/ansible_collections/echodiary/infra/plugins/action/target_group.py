# SPDX-License-Identifier: GPL-3.0-or-later
"""Controller only: hosts leave the target group of the load balancer before them, come back into it, and are seen to be well there."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple, TypedDict

from ansible.utils.display import Display

from ..plugin_utils._account import options
from ..plugin_utils._balancer import chosen, plan
from ..plugin_utils._calls.base import LocalAction
from ..plugin_utils._common import timestamps
from ..plugin_utils._common.errors import SpecError

if TYPE_CHECKING:
    from ..plugin_utils._account.aws import Aws
    from ..plugin_utils._balancer.shapes import Group

display = Display()

#: seconds beyond what the group itself says, for AWS to act
_SPARE = 60.0
#: after ``since``, in which AWS may be silent; and between two questions (s)
_PATIENCE, _PAUSE = 60.0, 2.0
#: so often a question is repeated that nobody answers: whoever is in trouble wants to know soon
_ATTEMPTS = 3


class Options(TypedDict):
    state: str
    hosts: list[str]
    behind: str
    minimum: int
    last: bool
    grace: float
    wait: float | None
    since: float
    required: bool
    accept_none: bool
    otherwise: str


class Asked(NamedTuple):
    aws: Aws
    group: Group
    args: Options


class ActionModule(LocalAction[Options]):
    """``echodiary.infra.target_group: {state: out}``"""

    ARGUMENTS = {
        "state": {"type": "str", "default": "read", "choices": ["read", "healthy", "out", "in"]},
        "hosts": {"type": "list", "elements": "str", "default": []},
        "behind": {"type": "str", "default": ""},
        "minimum": {"type": "int", "default": 1},
        "last": {"type": "bool", "default": False},
        "grace": {"type": "float", "default": 20.0},
        "wait": {"type": "float"},
        "since": {"type": "float", "default": 0.0},
        "required": {"type": "bool", "default": True},
        "accept_none": {"type": "bool", "default": False},
        "otherwise": {"type": "str", "default": ""},
    }

    def _answer(self, args: Options) -> dict[str, Any]:
        name, role = chosen.target_group(self._variable(chosen.VARIABLE), self._variable("aws_environment"), self._environment())
        wanted = self._wanted(args, args["behind"] or role)
        if not name or not wanted:
            return {
                "changed": False,
                "group": "",
                "hosts": {},
                "others": 0,
                "steps": [],
                "msg": "no load balancer stands before these hosts",
            }
        try:
            return self._of(self._answered(name, wanted, args))
        except SpecError as error:
            if args["required"]:
                raise SpecError(f"{error}{args['otherwise'] and '. ' + args['otherwise']}") from None
            display.warning(f"what the load balancer thinks of {', '.join(wanted)} is not known: {error}")
            return {"changed": False, "group": name, "hosts": {}, "others": 0, "steps": [], "msg": str(error)}

    def _variable(self, name: str) -> Any:
        return self._templar.template(self._vars.get(name))

    def _environment(self) -> str:
        return str(self._variable("echodiary_environment") or "")

    def _wanted(self, args: Options, group: str) -> dict[str, str]:
        """Host -> the instance that the inventory says it is. Only those that stand behind it."""
        behind = self._vars.get("groups", {}).get(group, [])
        names = [one for one in args["hosts"] or [self._vars["inventory_hostname"]] if one in behind]
        return {one: str(self._vars["hostvars"][one].get("aws_instance_id", "")) for one in names}

    def _answered(self, name: str, wanted: Mapping[str, str], args: Options) -> Asked:
        """In the middle of something AWS is given its time to come back."""
        from ..plugin_utils._account.aws import RefusedError

        while True:
            try:
                return self._asked(name, wanted, args)
            except RefusedError:
                raise
            except SpecError:
                if self._check or time.time() >= args["since"] + _PATIENCE:
                    raise
            time.sleep(_PAUSE)

    def _asked(self, name: str, wanted: Mapping[str, str], args: Options) -> Asked:
        from ..plugin_utils._account import aws
        from ..plugin_utils._balancer import observe

        login = {key: value for key, value in (self._variable("echodiary_aws") or {}).items() if key in options.LOGIN}
        account = aws.of(login, _ATTEMPTS)
        return Asked(account, observe.observe(account, name, wanted), args)

    def _of(self, asked: Asked) -> dict[str, Any]:
        does: dict[str, Callable[[Asked], dict[str, Any]]] = {
            "read": self._read,
            "healthy": self._healthy,
            "out": self._out,
            "in": self._in,
        }
        return does[asked.args["state"]](asked)

    def _read(self, asked: Asked) -> dict[str, Any]:
        return _told(asked.group, asked.group, [], "looked at")

    def _healthy(self, asked: Asked) -> dict[str, Any]:
        """After ``since`` what it says is of what runs now: before that, an answer may be older than the change."""
        group, args = asked.group, asked.args
        seconds = group.timing.recovers if args["wait"] is None else args["wait"]
        hold = max(0.0, args["since"] + group.timing.notices - time.time()) if args["since"] else 0.0
        if not self._check:
            group = _waited(asked, plan.unwell, max(seconds, hold), hold)
        unwell = plan.unwell(group)
        if unwell and args["accept_none"] and plan.nobody_is_healthy(group):
            return _told(group, group, [], f"{group.name} finds nobody healthy, so there is nobody to lose")
        if unwell:
            raise SpecError(f"the load balancer ({group.name}) does not find {_not_well(unwell)}")
        out = [f"{host.name} is isolated since {host.isolated}, and stays out of {group.name}" for host in group.hosts if host.isolated]
        if not args["since"]:
            for line in out:
                display.display(f"  {line}: nobody sees there whether what runs on it is well")
        well = ", ".join(host.name for host in group.hosts if not host.isolated)
        return _told(group, group, [], "; ".join([*([f"{group.name} finds {well} healthy"] if well else []), *out]))

    def _out(self, asked: Asked) -> dict[str, Any]:
        group, args = asked.group, asked.args
        plan.check_leave(group, args["minimum"], args["last"])
        steps = plan.leave(group)
        went = any(step.do == plan.DEREGISTER for step in steps)
        if self._check or not (steps or plan.still_there(group)):
            return _told(group, plan.after(group, steps, timestamps.now()), steps, f"out of {group.name}")
        left = self._applied(asked, steps, plan.still_there, group.timing.delay + _SPARE, args["grace"] if went else 0.0)
        there = plan.still_there(left)
        if there:
            raise SpecError(
                f"{_and(there)} in target group {group.name}, {timestamps.span(group.timing.delay + _SPARE)} after it was taken out of it"
            )
        return _told(group, left, steps, f"out of {group.name}")

    def _in(self, asked: Asked) -> dict[str, Any]:
        group, args = asked.group, asked.args
        steps, seconds = plan.enter(group), group.timing.recovers + _SPARE if args["wait"] is None else args["wait"]
        if self._check:
            return _told(group, plan.after(group, steps, timestamps.now()), steps, f"in {group.name}")
        now = self._applied(asked, steps, plan.unwell, seconds, 0.0)
        unwell = plan.unwell(now)
        if unwell:
            raise SpecError(
                f"the load balancer ({group.name}) does not find {_not_well(unwell)} after {timestamps.span(seconds)}: it is registered, "
                "and gets no requests as long as another host is healthy"
            )
        return _told(group, now, steps, f"in {group.name}")

    def _applied(
        self, asked: Asked, steps: Sequence[plan.Step], missing: Callable[[Group], Mapping[str, str]], seconds: float, at_least: float
    ) -> Group:
        from ..plugin_utils._balancer import apply

        apply.apply(asked.aws, asked.group, steps)
        expected = plan.after(asked.group, steps, timestamps.now())
        begun = asked._replace(group=asked.group._replace(hosts=expected.hosts))
        return _waited(begun, missing, seconds, at_least) if steps or missing(begun.group) else begun.group


def _waited(asked: Asked, missing: Callable[[Group], Mapping[str, str]], seconds: float, at_least: float) -> Group:
    from ..plugin_utils._balancer import apply, observe

    fresh = asked._replace(group=observe.again(asked.aws, asked.group))
    return apply.waited(asked.aws, fresh.group, missing, seconds, at_least, display.display)


def _not_well(said: Mapping[str, str]) -> str:
    return ", ".join(f"{host} healthy: {what}" for host, what in said.items())


def _and(said: Mapping[str, str]) -> str:
    return ", ".join(f"{host} is {what}" for host, what in said.items())


def _told(before: Group, after: Group, steps: Sequence[plan.Step], message: str) -> dict[str, Any]:
    return {
        "changed": bool(steps),
        "group": after.name,
        "before": plan.shown(before),
        "hosts": plan.shown(after),
        "others": plan.healthy_beside(after),
        "steps": plan.words(steps, before),
        "msg": message,
    }
