# SPDX-License-Identifier: GPL-3.0-or-later
"""Controller only: whether a drill may be, before anything is touched. All judgement is in _drill.losses."""

from __future__ import annotations

from pathlib import Path
from typing import Any, TypedDict

from ..plugin_utils._calls.base import LocalAction
from ..plugin_utils._common.errors import SpecError
from ..plugin_utils._drill import losses, sheet, table


class Options(TypedDict):
    environment: str
    loss: str
    host: str
    destroy: bool
    allowed: bool
    production: list[str]
    destroyer: str | None
    sheet: str | None
    report: str | None


class ActionModule(LocalAction[Options]):
    """``echodiary.infra.drill_plan: {environment: staging, loss: database, allowed: true, destroyer: /srv/destroy.yml}``"""

    ARGUMENTS = {
        "environment": {"type": "str", "required": True},
        "loss": {"type": "str", "choices": list(losses.LOSSES), "required": True},
        "host": {"type": "str", "default": ""},
        "destroy": {"type": "bool", "default": True},
        "allowed": {"type": "bool", "default": False},
        "production": {"type": "list", "elements": "str", "default": ["production", "prod", "live"]},
        "destroyer": {"type": "path"},
        "sheet": {"type": "path", "no_log": False},
        "report": {"type": "path"},
    }

    def _answer(self, args: Options) -> dict[str, Any]:
        asked = losses.Asked(
            args["environment"], args["loss"], args["host"], args["destroy"], args["allowed"], tuple(args["production"]),
            args["destroyer"] or "", tuple(sorted((self._vars.get("groups") or {}).get("all") or ())),
        )  # fmt: skip
        wrong = [*losses.refusals(asked), *_files(args)]
        if wrong:
            raise SpecError(f"nothing was touched: {'; '.join(wrong)}")
        called = losses.called(args["loss"], args["host"])
        done = f"{called} of {args['environment']} is destroyed, and comes back" if args["destroy"] else f"{called} is brought back"
        return {"changed": False, "called": called, "restores": args["loss"] != losses.HOST, "msg": done}


def _files(args: Options) -> list[str]:
    """What is wrong with those that are read, or written when it is over: an hour later it would be too late to say so."""
    wrong = []
    if args["destroy"] and args["destroyer"] and not Path(args["destroyer"]).is_file():
        wrong.append(f"{args['destroyer']} (drill_destroy_tasks) is no file")
    try:
        if args["sheet"]:
            sheet.values(Path(args["sheet"]).read_text(encoding="utf-8"))
    except (OSError, ValueError, SpecError) as error:
        wrong.append(f"{args['sheet']} (drill_sheet): {error}")
    try:
        if args["report"]:
            table.check(read(args["report"]))
    except (OSError, ValueError) as error:
        wrong.append(f"{args['report']} (drill_report): {error}")
    return wrong


def read(path: str) -> str:
    """The page, empty where it is to be made. OSError also where it could not be."""
    page = Path(path)
    if not page.parent.is_dir():
        raise OSError(f"there is no directory {page.parent}")
    return page.read_text(encoding="utf-8") if page.exists() else ""
