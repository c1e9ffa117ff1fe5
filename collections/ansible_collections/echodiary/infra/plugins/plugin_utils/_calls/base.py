# SPDX-License-Identifier: GPL-3.0-or-later
"""What every action plugin of this collection is: arguments that were judged, then an answer. Most have it from one call on a host."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar, Generic, TypeVar

from ansible.errors import AnsibleActionFail
from ansible.plugins.action import ActionBase

from .._common.errors import SpecError
from . import host, packages

if TYPE_CHECKING:
    from .variables import TaskVars

#: the arguments of an action as its ARGUMENTS declare them: a TypedDict
Args = TypeVar("Args", bound=Mapping[str, Any])


class Action(ActionBase, Generic[Args]):
    """``_answer`` says what the task returns. Its SpecError ends the task with that one line."""

    ARGUMENTS: ClassVar[dict[str, Any]] = {}
    #: what of ``validate_argument_spec`` binds several arguments, such as ``required_if``
    RULES: ClassVar[dict[str, Any]] = {}
    _supports_check_mode = True
    _supports_diff = False
    TRANSFERS_FILES = False

    def run(self, tmp: str | None = None, task_vars: TaskVars | None = None) -> dict[str, Any]:
        self._vars: TaskVars = task_vars or {}
        _, args = self.validate_argument_spec(argument_spec=self.ARGUMENTS, **self.RULES)
        result: dict[str, Any] = super().run(tmp, task_vars)
        try:
            result.update(self._answer(args))
        except SpecError as error:
            result.update(self._failed(error))
        return result

    def _answer(self, args: Args) -> Mapping[str, Any]:
        raise NotImplementedError

    def _failed(self, error: SpecError) -> dict[str, Any]:
        raise AnsibleActionFail(str(error)) from error

    @property
    def _check(self) -> bool:
        return bool(self._task.check_mode)


class LocalAction(Action[Args]):
    """One that works on the controller alone."""

    _requires_connection = False


class HostCall(Action[Args]):
    """One that asks its host: arguments -> manifest -> answer."""

    #: of module_utils; its ``main`` is run on the host
    PACKAGE: ClassVar[str] = ""
    #: A host that says nothing makes a failed result, of which ``failed_when`` may think otherwise: it is not asked where an exception
    #: ends the task.
    BEARABLE: ClassVar[bool] = False
    #: calls that had to be made twice, since the host lacked what it was thought to keep
    _repeated = 0

    def _answer(self, args: Args) -> Mapping[str, Any]:
        answer: Mapping[str, Any] = self._ask(self._manifest(args))
        return answer

    def _manifest(self, args: Args) -> Mapping[str, Any]:
        """What the host is asked."""
        return {**args, "check": self._check}

    def _ask(self, manifest: Mapping[str, Any]) -> Any:
        """One call; what the host says to it, which may be ``failed``. NoAnswerError where it says nothing."""
        heard = host.exchange(self, packages.package(self._runs(manifest)), manifest, self._vars, self._private(manifest))
        self._repeated += heard.calls - 1
        return heard.answer

    def _runs(self, _manifest: Mapping[str, Any]) -> str:
        """The package that is asked."""
        return self.PACKAGE

    def _private(self, _manifest: Mapping[str, Any]) -> list[str] | None:
        """Of a manifest that the host keeps but for these, to be sent no more than what differs the next time; None: it keeps nothing."""
        return None

    def _failed(self, error: SpecError) -> dict[str, Any]:
        if self.BEARABLE and isinstance(error, host.NoAnswerError):
            return {"failed": True, "changed": False, "msg": str(error)}
        return super()._failed(error)
