"""One JSON object per line on stdout: our own records, uvicorn's and Alembic's alike."""

import json
import logging
import logging.config
import traceback
from datetime import UTC, datetime
from types import TracebackType
from typing import Any

from echodiary import request_id

_STANDARD = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "color_message", "taskName"}
#: whose errors quote what they were given: that may be what somebody wrote into a diary
_QUOTING = ("sqlalchemy", "psycopg", "pydantic", "pydantic_core", "fastapi", "starlette", "json", "redis", "httpx", "httpcore", "h11")

ErrorInfo = tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]


class JsonFormatter(logging.Formatter):
    """Whatever is passed as `extra=` becomes a key of the line."""

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, Any] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
            "request_id": request_id.current.get(),
            "pid": record.process,
        }
        line.update((key, value) for key, value in vars(record).items() if key not in _STANDARD)
        if record.exc_info:
            line["exception"] = self.formatException(record.exc_info)
        return json.dumps(line, ensure_ascii=False, default=str)

    def formatException(self, ei: ErrorInfo) -> str:  # noqa: N802 - the name is the library's
        return "" if ei[1] is None else _told(ei[1])


def _told(error: BaseException) -> str:
    """Where it happened, and of what came before it. In its own words only where those can hold nothing of what somebody wrote."""
    before = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    parts = [*([_told(before)] if before else []), *map(_told, getattr(error, "exceptions", ()))]
    frames = "".join(traceback.format_tb(error.__traceback__))
    return "\n\nthen:\n\n".join([*parts, f"Traceback (most recent call last):\n{frames}{_words(error)}"])


def _words(error: BaseException) -> str:
    kind = type(error)
    name = f"{kind.__module__}.{kind.__qualname__}"
    if any(base.__module__.partition(".")[0] in _QUOTING for base in kind.__mro__):
        # PostgreSQL's code says which error it was, and nothing of the row
        state = getattr(getattr(error, "orig", error), "sqlstate", None)
        return f"{name} ({state})" if state else name
    return f"{name}: {error}"


def config(level: str) -> dict[str, Any]:
    """For logging.config and for uvicorn, which applies it again in every worker."""
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"json": {"()": "echodiary.logs.JsonFormatter"}},
        "handlers": {"stdout": {"class": "logging.StreamHandler", "stream": "ext://sys.stdout", "formatter": "json"}},
        "root": {"level": level, "handlers": ["stdout"]},
        # The access line is ours (it knows route and duration), so uvicorn's would be said twice.
        "loggers": {
            "uvicorn.access": {"level": "WARNING"},
            "sqlalchemy": {"level": "WARNING"},
            "httpx": {"level": "WARNING"},
            "httpcore": {"level": "WARNING"},
            "alembic.runtime.plugins": {"level": "WARNING"},
        },
    }


def configure(level: str) -> None:
    logging.config.dictConfig(config(level))
