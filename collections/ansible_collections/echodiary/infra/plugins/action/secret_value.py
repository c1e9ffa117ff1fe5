# SPDX-License-Identifier: GPL-3.0-or-later
"""Controller only: changes keys of a JSON secret in Secrets Manager and leaves everything else of it alone."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypedDict

from ..plugin_utils._account import options
from ..plugin_utils._calls.base import LocalAction
from ..plugin_utils._database import store

if TYPE_CHECKING:
    from ..module_utils._kinds.model import Json


class Options(TypedDict):
    name: str
    values: dict[str, Json]
    keep: list[str]
    region: str
    endpoint_url: str | None
    access_key: str | None
    secret_key: str | None
    session_token: str | None
    profile: str | None


class ActionModule(LocalAction[Options]):
    """``echodiary.infra.secret_value: {name: …, values: {…}, region: …}``"""

    ARGUMENTS = {
        "name": {"type": "str", "required": True},
        "values": {"type": "dict", "required": True, "no_log": True},
        "keep": {"type": "list", "elements": "str", "default": [], "no_log": False},
        **options.LOGIN,
    }

    def _answer(self, args: Options) -> dict[str, Any]:
        version, kept = store.put(args["name"], args["values"], _login(args), keep=args["keep"], check=self._check)
        return {"changed": bool(version), "kept": kept, **({"version": version} if version and not self._check else {})}


def _login(args: Options) -> dict[str, str | None]:
    return {name: args[name] for name in options.LOGIN}  # type: ignore[literal-required]
