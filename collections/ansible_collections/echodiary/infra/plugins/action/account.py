# SPDX-License-Identifier: GPL-3.0-or-later
"""Controller only: the AWS account of an environment is read, compared with what is declared, and made so."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any, TypedDict

from ansible.utils.display import Display

from ..plugin_utils._calls.base import LocalAction
from ..plugin_utils._common.errors import SpecError
from ..plugin_utils._component import roster

if TYPE_CHECKING:
    from ..module_utils._kinds.documents import ListenSpec
    from ..module_utils._kinds.model import Json
    from ..plugin_utils._account.run import Run

display = Display()


class Options(TypedDict):
    """``login``: as of ``echodiary_aws``, with a region."""

    declared: dict[str, Json]
    environment: str
    account: str
    login: dict[str, str]
    replace: list[str]
    prune: bool


class ActionModule(LocalAction[Options]):
    """``echodiary.infra.account: {declared: …, environment: production, account: "123456789012", login: {region: ap-northeast-2}}``"""

    ARGUMENTS = {
        "declared": {"type": "dict", "required": True},
        "environment": {"type": "str", "required": True},
        "account": {"type": "str", "required": True},
        "login": {
            "type": "dict",
            "required": True,
            "options": {
                "region": {"type": "str", "required": True},
                "endpoint_url": {"type": "str"},
                "access_key": {"type": "str", "no_log": True},
                "secret_key": {"type": "str", "no_log": True},
                "session_token": {"type": "str", "no_log": True},
                "profile": {"type": "str"},
            },
        },
        "replace": {"type": "list", "elements": "str", "default": []},
        "prune": {"type": "bool", "default": False},
    }

    def _answer(self, args: Options) -> dict[str, Any]:
        from ..plugin_utils._account import apply, aws, declaration, guards, observe, run

        if aws.MISSING:
            raise SpecError(f"{sys.executable} has no {aws.MISSING.name}, which AWS is asked with; {sys.executable} -m pip install boto3")
        env = declaration.read(args["declared"], args["environment"], args["account"], args["login"]["region"], {})
        # one for all roles: it reads each component once
        known = roster.Roster(self._loader, self._templar, self._vars, [])
        env = env._replace(listens={role: _listens(known, env.hosts(role)) for role in env.roles})
        guards.check(env, run.wanted(env))
        this = run.begun(env, args["login"], self, self._vars, display.display)
        observe.check_account(this.aws, env)
        return self._run(this, apply.Choice(frozenset(args["replace"]), args["prune"]))

    def _run(self, this: Run, choice: Any) -> dict[str, Any]:
        from ..plugin_utils._account import apply, guards, plan, run, settle, told
        from ..plugin_utils._account.kinds import vpc

        guards.check_overlap(this.env, vpc.others(this.aws, this.env))
        before = this.everything()
        changes = run.planned(this.env, before)
        answer = told.plan(changes, plan.known_ids(before))
        for line in [*told.cut_off(this.journal.cut_off()), *told.lines(answer), told.total(answer), *told.notes(before)]:
            display.display(f"  {line}")
        todo = [change for change in changes if choice.takes(change)]
        if todo and not self._check:
            apply.apply(this, changes, before, choice)
        if not self._check:
            # what an earlier run left AWS busy with
            settle.settle(this, [one.resource for one in before if not one.settled])
            this.journal.is_well()
        return {"changed": bool(todo), "plan": answer}


def _listens(known: roster.Roster, hosts: list[str]) -> list[ListenSpec]:
    """Of all components that the inventory lists for them."""
    return [socket for entry in known.entries(*hosts) for socket in entry.listens]
