# SPDX-License-Identifier: GPL-3.0-or-later
"""Controller only: all of an environment is taken out of its AWS account, but for what outlives it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ansible.errors import AnsibleActionFail, AnsibleConnectionFailure
from ansible.utils.display import Display

from ..plugin_utils._account import options
from ..plugin_utils._calls.base import LocalAction
from ..plugin_utils._common.errors import SpecError
from ..plugin_utils._lease import places

if TYPE_CHECKING:
    from ..plugin_utils._account.leasing import Lease
    from ..plugin_utils._account.run import Run
    from ..plugin_utils._account.teardown import Fate

display = Display()


class Options(options.Which):
    confirm: str
    lease: dict[str, Any]


class ActionModule(LocalAction[Options]):
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

        given = self._variable(places.VARIABLE)
        place = places.of(given, self._variable(places.LOGIN), this.env.name) if given else None
        if place and leasing.is_own(this.env, place) and not this.seen(lease_table):
            return None
        return leasing.of(result, place, self._vars.get("ansible_inventory_sources") or [])

    def _variable(self, name: str) -> Any:
        return self._templar.template(self._vars.get(name))

    def _failed(self, error: SpecError) -> dict[str, Any]:
        """What could not be read is Unknown: ansible-playbook ends with 4, as where a host does not answer."""
        from ..plugin_utils._account import aws

        if isinstance(error, aws.RefusedError):
            raise AnsibleConnectionFailure(str(error)) from None
        raise AnsibleActionFail(str(error)) from None

    def _run(self, this: Run) -> dict[str, Any]:
        from ..plugin_utils._account import teardown

        seen = this.everything()
        teardown.check_unprotected(seen)
        fates = teardown.planned(this, seen)
        going = [str(fate.resource) for fate in fates if not fate.stays]
        self._show(this, fates)
        if going and not self._check:
            teardown.tear_down(this, fates)
            fates = teardown.planned(this, this.everything())
            self._show(this, fates)
        if not self._check:
            this.journal.is_well()
            self._look_for_others(this, fates)
        kept = [{"resource": str(fate.resource), "why": fate.stays.why} for fate in fates if fate.stays]
        return {"changed": bool(going), "removed": going, "kept": kept}

    def _show(self, this: Run, fates: list[Fate]) -> None:
        from ..plugin_utils._account import teardown
        from ..plugin_utils._cost import cost_line

        costs = cost_line.of_kept(this.env.region, {fate.resource: fate.stays for fate in fates if fate.stays})
        for line in [*teardown.lines(fates, costs), teardown.total(fates)]:
            display.display(f"  {line}")

    def _look_for_others(self, this: Run, fates: list[Fate]) -> None:
        from ..plugin_utils._account import unknown

        known = [name for fate in fates for name in (fate.resource.name, fate.seen.id if fate.seen else fate.resource.name)]
        for line in unknown.told(this.aws, this.env, known):
            display.display(f"  {line}")
