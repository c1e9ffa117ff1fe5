# SPDX-License-Identifier: GPL-3.0-or-later
"""A call in a release's own Python as the login that may see and change what is other roles'."""

from __future__ import annotations

from typing import Any, TypeVar

from .._inside import place
from .._inside.remote import InsideCall
from . import administrator, component


class Options(place.Options):
    """``component``: whose administrator it is."""

    component: str | None


Asked = TypeVar("Asked", bound=Options)


class AdministratorCall(InsideCall[Asked]):
    """What the task's own ``environment`` says wins."""

    def _as_administrator(self, args: Asked) -> Asked:
        if not args["component"]:
            return args
        login = administrator.environment(component.of(self, self._vars, args["component"], "administrator"))
        changed: Any = {**args, "environment": {**login, **args["environment"]}}
        given: Asked = changed
        return given
