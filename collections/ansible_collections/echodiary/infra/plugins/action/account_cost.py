# SPDX-License-Identifier: GPL-3.0-or-later
"""Controller only: what environments cost a month as they are declared. Neither AWS nor a host is asked."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any, TypedDict

from ansible.utils.display import Display

from ..plugin_utils._calls.base import LocalAction
from ..plugin_utils._common import timestamps
from ..plugin_utils._common.errors import SpecError

display = Display()
#: names of buckets have it in them, and nothing is paid for by it
_ANY_ACCOUNT = "000000000000"


class Options(TypedDict):
    declared: dict[str, Any]
    environment: str
    region: str
    inventory: str | None
    prices: str | None
    usage: dict[str, Any]


class ActionModule(LocalAction[Options]):
    """``echodiary.infra.account_cost: {declared: …, environment: production, region: ap-northeast-2}``"""

    ARGUMENTS = {
        "declared": {"type": "dict", "default": {}},
        "environment": {"type": "str", "required": True},
        "region": {"type": "str", "required": True},
        "inventory": {"type": "path"},
        "prices": {"type": "path"},
        "usage": {"type": "dict", "default": {}},
    }

    def _answer(self, args: Options) -> dict[str, Any]:
        from ..plugin_utils._account import declaration
        from ..plugin_utils._cost import estimate, more, told, usage
        from ..plugin_utils._prices import file

        prices, used = file.load(args["region"], args["prices"] or ""), usage.read(args["usage"])
        noted, given = _declared(args)
        envs = [declaration.read(one, name, _ANY_ACCOUNT, args["region"], {}) for name, one in given.items()]
        every = [estimate.of(env, prices, used) for env in envs]
        lines = [
            *told.table(every),
            "",
            f'by use is assumed: {usage.words(used)}; -e \'{{"cost_usage": {{"out_gb": 200}}}}\' says otherwise',
            *(told.budget(one) for one in every),
            *(f"more, {envs[0].name}: {more.told(one, prices)}" for one in more.options(envs[0])),
            *told.notes(every, prices, timestamps.to_text(time.time())[:10]),
            *noted,
        ]
        for line in lines:
            display.display(f"  {line}")
        months = {one.environment: {"usd": estimate.cents(one.usd), "unknown": one.unknown} for one in every}
        return {"changed": False, "months": months, "table": lines}


def _declared(args: Options) -> tuple[list[str], dict[str, dict[str, Any]]]:
    """What is to be told of where it is from, and environment to declaration, one's own first."""
    from ..plugin_utils._cost import beside

    place = Path(args["inventory"]) if args["inventory"] and Path(args["inventory"]).is_dir() else None
    own = beside.of_inventory(place) if place and not args["declared"] else None
    if not args["declared"] and not own:
        raise SpecError("nothing is declared: set aws_environment in group_vars/all/aws.yml of the inventory (docs/aws.md)")
    given = {own.environment: own.given} if own else {args["environment"]: args["declared"]}
    read = [*([own] if own else []), *(beside.others(place) if place else [])]
    for one in read:
        given.setdefault(one.environment, one.given)
    return [f"{one.environment}: as its inventory's {one.path.name} has it" for one in read], given
