"""Who came in, who did not, and what was changed: lines for whoever has to find out later. An account is its number, never its address."""

import logging
from typing import Literal

from fastapi import Request

from echodiary.accounts.limiting import client

log = logging.getLogger("echodiary.audit")
Event = Literal[
    "sign-up", "verified", "sign-in", "sign-in failed", "sign-out", "signed out everywhere", "token made", "token removed",
    "password changed", "password reset", "export", "account deleted",
]  # fmt: skip


def write(event: Event, request: Request, account: int | None = None, **more: str) -> None:
    known = {} if account is None else {"account": account}
    log.info(event, extra={"event": event, "client": client(request), **known, **more})
