"""What operators and machines ask for: alive? ready? which version? which numbers?"""

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse
from prometheus_client import CONTENT_TYPE_PLAIN_0_0_4

from echodiary import multiproc, readiness, revision

router = APIRouter(tags=["operations"])
PATHS = frozenset({"/health", "/ready", "/version", "/metrics", "/verify"})


@router.get("/health")
async def health() -> dict[str, str]:
    """Liveness: this process answers. Says nothing of the database, whose outage no restart would cure."""
    return {"status": "ok"}


@router.get("/ready")
async def ready(request: Request) -> JSONResponse:
    checks = await request.app.state.readiness.check()
    is_ready = all(verdict == readiness.OK for verdict in checks.values())
    content = {"status": "ready" if is_ready else "not ready", "checks": checks, **_version(request)}
    return JSONResponse(content, 200 if is_ready else 503, headers={"Cache-Control": "no-store"})


@router.get("/version")
async def version(request: Request) -> dict[str, str]:
    return _version(request)


# Not async: reading the files of all workers happens in a thread, requests go on meanwhile.
@router.get("/metrics")
def metrics() -> Response:
    return Response(multiproc.render(), media_type=CONTENT_TYPE_PLAIN_0_0_4)


def _version(request: Request) -> dict[str, str]:
    return {"revision": revision.head(), "version": request.app.state.settings.app_version}
