# SPDX-License-Identifier: GPL-3.0-or-later
"""What a task of ``deploy_lock`` returns. Pure."""

from __future__ import annotations

from typing import Any

from . import options, words


def of(args: dict[str, Any], answer: dict[str, Any], waited: float, *, check: bool) -> dict[str, Any]:
    """``answer`` of the host, after ``waited`` seconds."""
    if answer.get("failed"):
        return {"failed": True, "changed": False, "msg": answer["msg"]}
    answer = options.predicted(answer, args) if check else answer
    lease, state = answer["lease"], args["state"]
    refused = answer["outcome"] in ("held", "frozen", "lost")
    granted = bool(lease) and state in ("acquired", "renewed") and not refused
    return {
        **{key: answer[key] for key in ("lease", "freeze", "broken", "journal", "notes")},
        "changed": answer["changed"],
        "failed": refused,
        "msg": words.refusal(args["name"], answer, waited) if refused else words.summary(args["name"], answer, state, check=check),
        "token": lease["token"] if granted else None,
        "lost": answer["outcome"] == "lost",
        "held": bool(lease) and not lease["expired"],
        "waited": round(waited, 1),
    }
