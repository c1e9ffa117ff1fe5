# SPDX-License-Identifier: GPL-3.0-or-later
"""What actions that change an account have in common: where its lease is kept, and what a failure of theirs is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ansible.errors import AnsibleActionFail, AnsibleConnectionFailure

from .._calls.base import Args, LocalAction
from .._lease import places

if TYPE_CHECKING:
    from .._common.errors import SpecError
    from .._lease.places import Place


class AccountAction(LocalAction[Args]):
    """``_place``: where leases are kept, if that is a table."""

    def _place(self) -> Place | None:
        given = self._variable(places.VARIABLE)
        return places.of(given, self._variable(places.LOGIN), self._variable(places.ENVIRONMENT)) if given else None

    def _variable(self, name: str) -> Any:
        return self._templar.template(self._vars.get(name))

    def _failed(self, error: SpecError) -> dict[str, Any]:
        """What could not be read is Unknown: ansible-playbook ends with 4, as where a host does not answer. A line tells its own cause."""
        from . import apply, aws, leasing

        if isinstance(error, aws.RefusedError):
            raise AnsibleConnectionFailure(str(error)) from None
        told = {"held": isinstance(error, leasing.HeldError), "taken_back": isinstance(error, apply.AppliedError)}
        raise AnsibleActionFail(str(error), result=told) from None
