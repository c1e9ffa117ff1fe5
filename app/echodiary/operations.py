"""What operators and machines ask for: alive? ready? all well? which version? which numbers?"""

from fastapi import APIRouter, Request, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import JSONResponse
from prometheus_client import CONTENT_TYPE_PLAIN_0_0_4

from echodiary import multiproc, readiness, revision

router = APIRouter(tags=["operations"])
PATHS = frozenset({"/health", "/ready", "/status", "/version", "/metrics", "/verify"})


@router.get("/health")
async def health() -> dict[str, str]:
    """May this process take requests? It answers, so it may: one that was told to stop accepts no connection any more. Says nothing of
    the database, whose outage no restart and no other host would cure, nor of what the service can do without."""
    return {"status": "ok"}


@router.get("/ready")
async def ready(request: Request) -> JSONResponse:
    """Is this release whole? What it can do without is named when it is missing, and is no reason to keep a release out."""
    checks = await request.app.state.readiness.check()
    failing = readiness.failing(checks)
    is_ready = failing <= readiness.OPTIONAL
    content = {"status": "ready" if is_ready else "not ready", "checks": checks, **_version(request)}
    return _uncached(content, 200 if is_ready else 503)


@router.get("/status")
async def status(request: Request) -> JSONResponse:
    """Is everything well?"""
    checks = await request.app.state.readiness.check()
    failing = readiness.failing(checks)
    word = "ok" if not failing else "degraded" if failing <= readiness.OPTIONAL else "down"
    return _uncached({"status": word, "failing": sorted(failing), "checks": checks, **_version(request)}, 503 if failing else 200)


def _uncached(content: dict[str, object], status_code: int) -> JSONResponse:
    return JSONResponse(content, status_code, headers={"Cache-Control": "no-store"})


@router.get("/version")
async def version(request: Request) -> dict[str, str]:
    return _version(request)


@router.get("/metrics", response_class=Response, responses={200: {"content": {"text/plain": {"schema": {"type": "string"}}}}})
async def metrics(request: Request) -> Response:
    """Whoever scrapes has everything checked, and finds the results the next time: no scrape waits for a database."""
    request.app.state.readiness.begin()
    # Reading the files of all workers happens in a thread, requests go on meanwhile.
    return Response(await run_in_threadpool(multiproc.render), media_type=CONTENT_TYPE_PLAIN_0_0_4)


def _version(request: Request) -> dict[str, str]:
    return {"revision": revision.head(), "version": request.app.state.settings.app_version}
