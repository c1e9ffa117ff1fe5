# SPDX-License-Identifier: GPL-3.0-or-later
"""What every action plugin of this collection is: arguments that were judged, then an answer. Most have it from one call on a host."""

from __future__ import annotations

from typing import Any, ClassVar

from ansible.errors import AnsibleActionFail
from ansible.plugins.action import ActionBase

from .._common.errors import SpecError
from . import host, packages


class Action(ActionBase):
    """``_answer`` says what the task returns. Its SpecError ends the task with that one line."""

    ARGUMENTS: ClassVar[dict[str, Any]] = {}
    #: what of ``validate_argument_spec`` binds several arguments, such as ``required_if``
    RULES: ClassVar[dict[str, Any]] = {}
    _supports_check_mode = True
    _supports_diff = False
    TRANSFERS_FILES = False

    def run(self, tmp: str | None = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        self._vars = task_vars or {}
        _, args = self.validate_argument_spec(argument_spec=self.ARGUMENTS, **self.RULES)
        result: dict[str, Any] = super().run(tmp, task_vars)
        try:
            result.update(self._answer(args))
        except SpecError as error:
            result.update(self._failed(error))
        return result

    def _answer(self, args: dict[str, Any]) -> dict[str, Any]:
        """``args`` as ARGUMENTS declare them."""
        raise NotImplementedError

    def _failed(self, error: SpecError) -> dict[str, Any]:
        raise AnsibleActionFail(str(error)) from error

    @property
    def _check(self) -> bool:
        return bool(self._task.check_mode)


class LocalAction(Action):
    """One that works on the controller alone."""

    _requires_connection = False


class HostCall(Action):
    """One that asks its host: arguments -> manifest -> answer."""

    #: of module_utils; its ``main`` is run on the host
    PACKAGE: ClassVar[str] = ""
    #: A host that says nothing makes a failed result, of which ``failed_when`` may think otherwise: it is not asked where an exception
    #: ends the task.
    BEARABLE: ClassVar[bool] = False

    def _answer(self, args: dict[str, Any]) -> dict[str, Any]:
        return self._ask(self._manifest(args))

    def _manifest(self, args: dict[str, Any]) -> dict[str, Any]:
        """What the host is asked."""
        return {**args, "check": self._check}

    def _ask(self, manifest: dict[str, Any]) -> dict[str, Any]:
        """One call; what the host says to it, which may be ``failed``. NoAnswerError where it says nothing."""
        return host.call(self, packages.package(self.PACKAGE), manifest, self._vars)

    def _failed(self, error: SpecError) -> dict[str, Any]:
        if self.BEARABLE and isinstance(error, host.NoAnswerError):
            return {"failed": True, "changed": False, "msg": str(error)}
        return super()._failed(error)
