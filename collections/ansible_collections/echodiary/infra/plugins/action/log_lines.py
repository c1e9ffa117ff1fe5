# SPDX-License-Identifier: GPL-3.0-or-later
"""Controller half of ``log_lines``: what is asked becomes a query, and one call."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from typing import Any, NoReturn, TextIO, TypedDict

from ansible.errors import AnsibleConnectionFailure

from ..module_utils._logs import shapes
from ..module_utils._logs.shapes import Answer, Asked
from ..plugin_utils._calls.base import HostCall
from ..plugin_utils._common import timestamps
from ..plugin_utils._common.errors import SpecError
from ..plugin_utils._logs import backends, logsql
from ..plugin_utils._logs.following import Following

#: seconds between two questions of one who follows
EVERY = 2.0


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
    follow: str


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
        "follow": {"type": "path", "default": ""},
    }
    PACKAGE = "_logs"
    BEARABLE = True

    def _manifest(self, args: Options) -> Asked:
        since, until = _moment("since", args["since"]), _moment("until", args["until"])
        return self._asked(args, since, until)

    def _asked(self, args: Options, since: float, until: float) -> Asked:
        if not 1 <= args["last"] <= logsql.MOST:
            raise SpecError(f"last: {args['last']} is not between 1 and {logsql.MOST}")
        if args["limit"] and not args["hosts"]:
            raise SpecError(f"no host of the inventory is {args['limit']}; name hosts or groups that it has")
        what = (args["components"], args["level"], args["request"], args["text"])
        return {
            "source": args["source"],
            "store": args["store"],
            "query": logsql.query(logsql.Wanted(since, until, self._shipping(args["hosts"]), *what)),
            "name": str(self._vars["inventory_hostname"]),
            "since": since,
            "until": until,
            "components": args["components"],
            "levels": logsql.levels(args["level"]),
            "request": args["request"],
            "text": args["text"],
            "last": args["last"],
        }

    def _shipping(self, hosts: list[str]) -> list[str]:
        """Under which names these hosts ship."""
        hostvars: Mapping[str, Any] = self._vars.get("hostvars", {})
        return [str((host in hostvars and hostvars[host].get("log_shipper_host")) or host) for host in hosts]

    def _answer(self, args: Options) -> Answer:
        answer: Answer = self._ask(self._manifest(args))
        if answer.get("failed"):
            return answer
        if not args["follow"]:
            return self._with_database(args, answer)
        try:
            with open(args["follow"], "w", encoding="utf-8") as place:
                self._follow(args, Following(_moment("since", args["since"])), place, answer)
        except BrokenPipeError:
            return {"changed": False, "lines": [], "cut": False}
        except OSError as error:
            raise SpecError(f"follow: {args['follow']}: {error.strerror}") from error

    def _with_database(self, args: Options, answer: Answer) -> Answer:
        """A request's lines, and what the database said for it; where that is not known, there are the others."""
        found = backends.worked(answer["lines"]) if args["request"] and args["source"] == "store" and not args["components"] else []
        if not found:
            return answer
        asked = self._asked(args, found[0].since, found[-1].until)
        said = self._again({**asked, "query": logsql.of_backends(found)})
        lines = sorted([*answer["lines"], *said.get("lines", [])], key=shapes.moment)
        return {**answer, "lines": lines[-args["last"] :], "cut": answer["cut"] or len(lines) > args["last"]}

    def _follow(self, args: Options, state: Following, place: TextIO, answer: Answer) -> NoReturn:
        """Until it is interrupted, or nobody reads any more."""
        while True:
            now = time.time()
            if answer.get("failed"):
                _tell(place, {"away": answer["msg"]} if state.failed() else {})
            else:
                new = state.new(answer["lines"], now)
                _tell(place, {"lines": new, "cut": answer["cut"] and len(new) == len(answer["lines"])} if new else {})
            time.sleep(EVERY)
            answer = self._again(self._asked(args, *state.window(time.time())))

    def _again(self, asked: Asked) -> Answer:
        """A host that does not answer now may do so the next time."""
        try:
            answer: Answer = self._ask(asked)
        except (SpecError, AnsibleConnectionFailure) as error:
            return {"failed": True, "msg": str(error)}
        return answer


def _tell(place: TextIO, what: dict[str, Any]) -> None:
    """Also where there is nothing to tell: so it is known whether somebody reads."""
    place.write(json.dumps(what) + "\n")
    place.flush()


def _moment(name: str, given: str) -> float:
    try:
        return timestamps.to_wall(given)
    except ValueError:
        raise SpecError(f"{name}: {given!r} is no time; write it as 2026-12-01T10:00:00Z") from None
