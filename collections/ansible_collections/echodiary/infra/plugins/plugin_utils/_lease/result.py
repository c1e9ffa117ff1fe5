# SPDX-License-Identifier: GPL-3.0-or-later
"""What a task of ``deploy_lock`` returns. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from . import options, words

if TYPE_CHECKING:
    from ...module_utils._lease.shapes import Decided, Failed
    from .shapes import Result


def of(args: options.Options, answer: Decided | Failed, waited: float, *, check: bool, where: str = "") -> Result:
    """``answer`` of ``where`` the lease is kept, after ``waited`` seconds."""
    if "failed" in answer:
        return {"failed": True, "changed": False, "msg": answer["msg"], "where": where}
    found = options.predicted(answer, args) if check else answer
    lease, state = found["lease"], args["state"]
    refused = found["outcome"] in ("held", "frozen", "lost")
    granted = lease if state in ("acquired", "renewed") and not refused else None
    return {
        "lease": lease,
        "freeze": found["freeze"],
        "broken": found["broken"],
        "journal": found["journal"],
        "notes": found["notes"],
        "changed": found["changed"],
        "failed": refused,
        "msg": words.refusal(args["name"], found, waited) if refused else words.summary(args["name"], found, state, check=check),
        "token": granted["token"] if granted else None,
        "lost": found["outcome"] == "lost",
        "held": lease is not None and not lease["expired"],
        "waited": round(waited, 1),
        "where": where,
    }
