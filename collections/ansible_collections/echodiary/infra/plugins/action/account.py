# SPDX-License-Identifier: GPL-3.0-or-later
"""Controller only: the AWS account of an environment is read, compared with what is declared, and made so."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ansible.utils.display import Display

from ..plugin_utils._account import door, options
from ..plugin_utils._common import reserved
from ..plugin_utils._common.errors import SpecError
from ..plugin_utils._component import roster

if TYPE_CHECKING:
    from ..plugin_utils._account.last_applied import Record
    from ..plugin_utils._account.model import Seen
    from ..plugin_utils._account.run import Run

display = Display()


class Options(options.Which):
    replace: list[str]
    prune: bool
    restart: bool
    admin_keys: list[str]
    lease: dict[str, Any]
    only: str | None


class ActionModule(door.AccountAction[Options]):
    """``echodiary.infra.account: {declared: …, environment: production, account: "123456789012", login: {region: ap-northeast-2}}``"""

    ARGUMENTS = {
        **options.SPEC,
        "replace": {"type": "list", "elements": "str", "default": []},
        "prune": {"type": "bool", "default": False},
        "restart": {"type": "bool", "default": True},
        "admin_keys": {"type": "list", "elements": "str", "default": [], "no_log": False},
        "lease": {"type": "dict", "default": {}},
        "only": {"type": "str", "choices": ["lease_table"]},
    }

    def _answer(self, args: Options) -> dict[str, Any]:
        from ..plugin_utils._account import apply, asked, declaration, guards, leasing, observe, rights, run

        env = declaration.read(args["declared"], args["environment"], args["account"], args["login"]["region"], {})
        if problem := reserved.refusal(self._vars["groups"]["all"]):
            raise SpecError(problem)
        place = self._place()
        if args["only"] and (self._check or place is None):
            return {"changed": False, "plan": []}
        # one for all roles: it reads each component once
        known = roster.Roster(self._loader, self._templar, self._vars, [])
        env = env._replace(listens=asked.of_roles(known, env), admin_keys=tuple(args["admin_keys"]))
        asked.check_front(known, env)
        asked.check_agent(known, env)
        guards.check(env, run.wanted(env))
        lease = None if self._check else leasing.of(args["lease"], place, self._vars.get("ansible_inventory_sources") or [])
        this = run.begun(env, args["login"], self, self._vars, display.display)
        observe.check_account(this.aws, env)
        if args["only"]:
            return {"changed": bool(place and leasing.is_own(env, place) and leasing.make_table(this)), "plan": []}
        if lease:
            this = this._replace(holds=lease.holds)
        elif not self._check:
            display.display(f"  {leasing.NOBODY.format(table=rights.lease_table(env))}")
        return self._run(this, apply.Choice(frozenset(args["replace"]), args["prune"], args["restart"]))

    def _run(self, this: Run, choice: Any) -> dict[str, Any]:
        from ..plugin_utils._account import apply, endpoints, looking, rights, settle, told
        from ..plugin_utils._account.kinds import secret
        from ..plugin_utils._cost import cost_line

        found = looking.look(this.aws, this.env)
        noted = [*found.notes, *told.keyless(found.changes, this.env.admin_keys)]
        paid = cost_line.of_plan(this.env, found.changes, choice.prune)
        for line in [*told.cut_off(this.journal.cut_off()), *told.lines(found.told), told.total(found.told), paid, *noted]:
            display.display(f"  {line}")
        todo, after = [change for change in found.changes if choice.takes(change)], found.seen
        if todo and not self._check:
            after = apply.apply(this, found.changes, found.seen, choice)
        if not self._check:
            # what an earlier run left AWS busy with
            settle.settle(this, [one.resource for one in found.seen if not one.settled])
            this.journal.is_well()
            self._remember(this, after, found.record)
        return {
            "changed": bool(todo),
            "plan": found.told,
            "secret": rights.secret_name(this.env),
            # into a secret that a check would make, nothing would be written yet
            "endpoints": {} if self._check and secret.NAME in {one.resource.kind for one in todo} else endpoints.read(this.aws, this.env),
        }

    def _remember(self, this: Run, seen: list[Seen], before: Record | None) -> None:
        """What was applied stays so, whether it is remembered or not."""
        from ..plugin_utils._account import last_applied, run

        try:
            text = last_applied.text(last_applied.applied(run.wanted(this.env), seen, before))
            if text != (last_applied.as_kept(before) if before else ""):
                last_applied.write(this.aws, this.env, text)
        except SpecError as error:
            display.display(f"  warning: what was applied is not remembered, so checks cannot tell who moved: {error}")
