# SPDX-License-Identifier: GPL-3.0-or-later
"""Controller only: what all checks found, held against what is let be and against the last run; told, kept, and judged."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any, TypedDict

from ansible.utils.display import Display

from ..module_utils._ledger import files
from ..plugin_utils._calls.base import LocalAction
from ..plugin_utils._common import timestamps
from ..plugin_utils._common.errors import SpecError
from ..plugin_utils._security import allowed, document, looking, severities, table

if TYPE_CHECKING:
    from ..plugin_utils._security.shapes import Allowed, Document, Outcome

display = Display()


class Options(TypedDict):
    environment: str
    outcomes: list[Outcome] | None
    allowed: list[Allowed]
    fail_from: str
    strict: bool
    path: str


class ActionModule(LocalAction[Options]):
    """``echodiary.infra.security_report: {environment: staging, outcomes: [...], path: .security/staging.json}``"""

    ARGUMENTS = {
        "environment": {"type": "str", "required": True},
        "outcomes": {"type": "list", "elements": "dict"},
        "allowed": {"type": "list", "elements": "dict", "default": [], "options": allowed.OPTIONS},
        "fail_from": {"type": "str", "choices": list(severities.ORDER), "default": "medium"},
        "strict": {"type": "bool", "default": False},
        "path": {"type": "path", "required": True},
    }

    def _answer(self, args: Options) -> dict[str, Any]:
        allowed.check(args["allowed"])
        _check_names(args["allowed"])
        last = _last(args["path"], args["environment"])
        if args["outcomes"] is None:
            return {"changed": False, "msg": "it may begin"}
        whole = document.made(args["environment"], args["outcomes"], args["allowed"], last, timestamps.now())
        if not self._check:
            _write(args["path"], whole.document)
        for line in table.lines(whole, args["fail_from"], "" if self._check else args["path"]):
            display.display(line)
        told = {"msg": table.verdict(whole, args["fail_from"]), "next": table.next_step(whole, args["fail_from"])}
        strict = args["strict"] and bool(whole.document["unchecked"])
        return {"changed": False, "good": not strict and not table.counted(whole, args["fail_from"]), "report": whole.document, **told}


def _check_names(entries: list[Allowed]) -> None:
    wrong = [one["finding"] for one in entries if one["finding"].partition(":")[0] not in looking.EVERY]
    if wrong:
        raise SpecError(
            f"nothing was looked at: security_allowed: {', '.join(wrong)}: a finding begins with one of {', '.join(looking.EVERY)}"
        )


def _last(path: str, environment: str) -> Document | None:
    try:
        return document.read(files.read_json(path), environment)
    except (OSError, ValueError, files.LedgerError) as error:
        raise SpecError(f"{path} (security_report): {error}; move it away, or name another file") from None


def _write(path: str, whole: Document) -> None:
    """For whoever ran it: it says where a host is weak."""
    try:
        files.make_directories(os.path.dirname(os.path.abspath(path)), 0o700)
        files.write_json(os.path.abspath(path), whole, 0o600)
    except OSError as error:
        raise SpecError(f"{path} (security_report) could not be written: {error}") from None
