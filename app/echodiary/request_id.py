"""The id that ties together the log lines, the response and the caller's own records of one request."""

import re
import uuid
from contextvars import ContextVar

HEADER = b"x-request-id"
_ACCEPTED = re.compile(rb"[A-Za-z0-9._-]{1,64}")

current: ContextVar[str | None] = ContextVar("request_id", default=None)
#: processes of PostgreSQL that worked for it, by the number that its log has
backends: ContextVar[list[int] | None] = ContextVar("backends", default=None)


def choose(headers: list[tuple[bytes, bytes]]) -> str:
    """The caller's id when it is safe to log and echo, else a new one."""
    for name, value in headers:
        if name == HEADER and _ACCEPTED.fullmatch(value):
            return value.decode("ascii")
    return uuid.uuid4().hex
