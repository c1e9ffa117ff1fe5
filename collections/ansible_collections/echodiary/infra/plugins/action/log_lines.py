# SPDX-License-Identifier: GPL-3.0-or-later
"""Controller half of ``log_lines``: what is asked becomes a query, and one call."""

from __future__ import annotations

from typing import Any, TypedDict

from ..module_utils._logs.shapes import Asked
from ..plugin_utils._calls.base import HostCall
from ..plugin_utils._common import timestamps
from ..plugin_utils._common.errors import SpecError
from ..plugin_utils._logs import logsql


class Options(TypedDict):
    source: str
    store: str
    since: str
    until: str
    hosts: list[str]
    limit: str
    components: list[str]
    level: str
    request: str
    text: str
    last: int


class ActionModule(HostCall[Options]):
    """``echodiary.infra.log_lines: {since: 2026-12-01T10:00:00Z, until: …}``"""

    ARGUMENTS = {
        "source": {"type": "str", "choices": ["store", "host"], "default": "store"},
        "store": {"type": "str", "choices": ["all", "errors", "audit"], "default": "all"},
        "since": {"type": "str", "required": True},
        "until": {"type": "str", "required": True},
        "hosts": {"type": "list", "elements": "str", "default": []},
        "limit": {"type": "str", "default": ""},
        "components": {"type": "list", "elements": "str", "default": []},
        "level": {"type": "str", "default": ""},
        "request": {"type": "str", "default": ""},
        "text": {"type": "str", "default": ""},
        "last": {"type": "int", "default": 200},
    }
    PACKAGE = "_logs"
    BEARABLE = True

    def _manifest(self, args: Options) -> Asked:
        if not 1 <= args["last"] <= logsql.MOST:
            raise SpecError(f"last: {args['last']} is not between 1 and {logsql.MOST}")
        if args["limit"] and not args["hosts"]:
            raise SpecError(f"no host of the inventory is {args['limit']}; name hosts or groups that it has")
        since, until = _moment("since", args["since"]), _moment("until", args["until"])
        what = (args["components"], args["level"], args["request"], args["text"])
        return {
            "source": args["source"],
            "store": args["store"],
            "query": logsql.query(logsql.Wanted(since, until, args["hosts"], *what)),
            "name": str(self._vars["inventory_hostname"]),
            "since": since,
            "until": until,
            "components": args["components"],
            "levels": logsql.levels(args["level"]),
            "request": args["request"],
            "text": args["text"],
            "last": args["last"],
        }

    def _answer(self, args: Options) -> dict[str, Any]:
        answer: dict[str, Any] = self._ask(self._manifest(args))
        return answer


def _moment(name: str, given: str) -> float:
    try:
        return timestamps.to_wall(given)
    except ValueError:
        raise SpecError(f"{name}: {given!r} is no time; write it as 2026-12-01T10:00:00Z") from None
