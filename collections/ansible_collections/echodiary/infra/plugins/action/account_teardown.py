# SPDX-License-Identifier: GPL-3.0-or-later
"""Controller only: all of an environment is taken out of its AWS account, but for what outlives it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ansible.utils.display import Display

from ..plugin_utils._account import door, options
from ..plugin_utils._common.errors import SpecError

if TYPE_CHECKING:
    from ..plugin_utils._account.leasing import Lease
    from ..plugin_utils._account.run import Run
    from ..plugin_utils._account.teardown import Fate

display = Display()


class Options(options.Which):
    confirm: str
    lease: dict[str, Any]


class ActionModule(door.AccountAction[Options]):
    """``echodiary.infra.account_teardown: {declared: …, environment: staging, account: "123456789012", login: {…}, confirm: staging}``"""

    ARGUMENTS = {**options.SPEC, "confirm": {"type": "str", "default": ""}, "lease": {"type": "dict", "default": {}}}

    def _answer(self, args: Options) -> dict[str, Any]:
        from ..plugin_utils._account import declaration, observe, run, teardown

        env = declaration.read(args["declared"], args["environment"], args["account"], args["login"]["region"], {})
        teardown.check(env, None if self._check else args["confirm"])
        this = run.begun(env, args["login"], self, self._vars, display.display)
        observe.check_account(this.aws, env)
        lease = None if self._check else self._lease(this, args["lease"])
        return self._run(this._replace(holds=lease.holds) if lease else this)

    def _lease(self, this: Run, result: dict[str, Any]) -> Lease | None:
        """None where nobody keeps one, or not any more: the table goes with the environment."""
        from ..plugin_utils._account import leasing
        from ..plugin_utils._account.kinds import lease_table

        place = self._place()
        if place and leasing.is_own(this.env, place) and not this.seen(lease_table):
            return None
        return leasing.of(result, place, self._vars.get("ansible_inventory_sources") or [])

    def _run(self, this: Run) -> dict[str, Any]:
        from ..plugin_utils._account import teardown

        seen = this.everything()
        teardown.check_unprotected(seen)
        fates = teardown.planned(this, seen)
        going = [str(fate.resource) for fate in fates if not fate.stays]
        self._show(this, fates)
        if going and not self._check:
            fates = teardown.tear_down(this, fates)
            self._show(this, fates)
        if not self._check:
            this.journal.is_well()
            self._forget(this)
            self._look_for_others(this, fates)
        kept = [{"resource": str(fate.resource), "why": fate.stays.why} for fate in fates if fate.stays]
        return {"changed": bool(going), "removed": going, "kept": kept}

    def _show(self, this: Run, fates: list[Fate]) -> None:
        from ..plugin_utils._account import teardown
        from ..plugin_utils._cost import cost_line

        costs = cost_line.of_kept(this.env.region, {fate.resource: fate.stays for fate in fates if fate.stays})
        for line in [*teardown.lines(fates, costs), teardown.total(fates)]:
            display.display(f"  {line}")

    def _forget(self, this: Run) -> None:
        """What was last applied to it is nobody's business any more. What stays of it costs nothing."""
        from ..plugin_utils._account import last_applied, rights

        name = rights.last_applied(this.env)
        try:
            if last_applied.remove(this.aws, this.env):
                display.display(f"  parameter {name}  removed")
        except SpecError as error:
            display.display(f"  warning: parameter {name} stays: {error}. To end it: aws ssm delete-parameter --name {name}")

    def _look_for_others(self, this: Run, fates: list[Fate]) -> None:
        from ..plugin_utils._account import unknown

        known = [fate.seen.id if fate.seen else str(fate.resource) for fate in fates]
        for line in unknown.told(this.aws, this.env, known):
            display.display(f"  {line}")
