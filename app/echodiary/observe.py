"""Around every request: its id, its metrics, its line in the log. Plain ASGI, so that streaming costs nothing."""

import logging
import time

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from echodiary import metrics, request_id
from echodiary.operations import PATHS

log = logging.getLogger("echodiary.access")
_METHODS = frozenset({"GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"})


class Observe:
    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        identity = request_id.choose(scope["headers"])
        token, backends = request_id.current.set(identity), request_id.backends.set([])
        # 500 unless the application says otherwise: it may break before it answers.
        status, started = 500, time.perf_counter()

        async def send_with_id(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                MutableHeaders(scope=message)["X-Request-ID"] = identity
            await send(message)

        metrics.IN_PROGRESS.inc()
        try:
            await self._app(scope, receive, send_with_id)
        except Exception:
            log.exception("request failed")
            raise
        finally:
            metrics.IN_PROGRESS.dec()
            _record(scope, status, time.perf_counter() - started)
            request_id.current.reset(token)
            request_id.backends.reset(backends)


def _record(scope: Scope, status: int, seconds: float) -> None:
    handler = handler_of(scope)
    operations = handler in PATHS
    if not operations:
        # Probes and scrapes are frequent and fast; counted in, they would hide failing and slow requests.
        method = scope["method"] if scope["method"] in _METHODS else "OTHER"
        metrics.REQUESTS.labels(handler, method, f"{status // 100}xx").inc()
        metrics.DURATION.labels(handler, method).observe(seconds)
    log.log(
        logging.DEBUG if operations and status < 400 else logging.INFO,
        "%s %s %d",
        scope["method"],
        scope["path"],
        status,
        extra={
            "method": scope["method"],
            "path": scope["path"],
            "handler": handler,
            "status": status,
            "duration_ms": round(seconds * 1000, 1),
            "client": scope["client"][0] if scope.get("client") else None,
            **_backends(),
        },
    )


def _backends() -> dict[str, str]:
    """As text: as a rule it is one, and a list would be several fields."""
    found = request_id.backends.get()
    return {"database_pid": " ".join(map(str, found))} if found else {}


def handler_of(scope: Scope) -> str:
    """The route's template, so that a metric has as many series as the service has routes."""
    return getattr(scope.get("route"), "path", None) or "none"
