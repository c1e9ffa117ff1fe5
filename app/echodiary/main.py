"""The application, put together."""

import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI, Request, status
from fastapi.middleware.cors import CORSMiddleware
from fastapi.responses import JSONResponse
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from echodiary import entries, metrics, observe, operations, optional_redis, question, revision, statistics, verify, workers
from echodiary.accounts import routes as accounts
from echodiary.accounts import services
from echodiary.answer_in_time import AnswerInTime
from echodiary.database import create_engine, create_probe_engine, session_factory
from echodiary.observe import Observe
from echodiary.readiness import Readiness
from echodiary.schemas import Responses
from echodiary.settings import Settings, get_settings

log = logging.getLogger(__name__)
BUSY: Responses = {status.HTTP_503_SERVICE_UNAVAILABLE: {"description": "Not now; Retry-After says when to try again."}}


def create_app(settings: Settings | None = None) -> FastAPI:
    settings = settings or get_settings()
    app = FastAPI(
        title="EchoDiary",
        version=settings.app_version,
        lifespan=_lifespan,
        # A redirect names the host that the client claims to have asked.
        redirect_slashes=False,
        max_body_size=settings.max_body_bytes,
    )
    app.state.settings = settings
    for module in (accounts, entries, statistics, operations, verify, *([question] if settings.question_url else [])):
        app.include_router(module.router, responses=BUSY)
    app.add_exception_handler(PoolTimeout, _pool_exhausted)
    app.add_exception_handler(DBAPIError, _database_failed)
    app.add_exception_handler(status.HTTP_405_METHOD_NOT_ALLOWED, _other_methods)
    # The last one is the outermost: what is refused or given up is observed as well.
    app.add_middleware(AnswerInTime, seconds=settings.request_timeout)
    if settings.cors_origins:
        _share(app, settings.cors_origins)
    app.add_middleware(Observe)
    return app


def _share(app: FastAPI, origins: tuple[str, ...]) -> None:
    """Pages of these origins may use the service in the name of who is signed in."""
    headers = ["Authorization", "Content-Type", "X-CSRF-Token", "X-Request-ID"]
    methods = ["GET", "POST", "PATCH", "DELETE"]
    app.add_middleware(CORSMiddleware, allow_origins=origins, allow_credentials=True, allow_methods=methods, allow_headers=headers)


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    """Nothing is connected here: a worker must be able to start, and say it is not ready, without a database."""
    state, settings = app.state, app.state.settings
    metrics.BUILD.labels(settings.app_version, revision.head()).set(1)
    engine, probe_engine = create_engine(settings), create_probe_engine(settings)
    state.sessions = session_factory(engine)
    redis = optional_redis.create(settings)
    state.cache = statistics.Cache(redis, settings.stats_cache_seconds)
    state.accounts = services.create(settings, state.sessions, redis)
    state.readiness = Readiness(probe_engine, None if redis is None else redis.redis, settings.ready_timeout, settings.web_concurrency)
    state.questions = question.create(settings, redis)
    workers.arrived()
    yield
    if state.questions is not None:
        await state.questions.model.close()
    await state.accounts.close()
    await engine.dispose()
    await probe_engine.dispose()
    if redis is not None:
        await redis.close()


async def _pool_exhausted(_request: Request, _error: Exception) -> JSONResponse:
    metrics.DB_POOL_TIMEOUTS.inc()
    log.error("no free database connection in time: raise DB_POOL_SIZE or find what holds them")
    return _unavailable("the service is busy")


async def _database_failed(_request: Request, error: Exception) -> JSONResponse:
    kind = type(getattr(error, "orig", error)).__name__
    metrics.DB_ERRORS.labels(kind).inc()
    log.error("database error", exc_info=error, extra={"error": kind})
    return _unavailable("the database is not available")


async def _other_methods(request: Request, error: Exception) -> JSONResponse:
    """Several routes share a path, and the framework tells what the first of them takes: the document knows all."""
    documented = request.app.openapi()["paths"].get(observe.handler_of(request.scope), {})
    told = ", ".join(sorted(method.upper() for method in documented))
    headers = {"Allow": told} if told else getattr(error, "headers", None)
    return JSONResponse({"detail": "Method Not Allowed"}, status.HTTP_405_METHOD_NOT_ALLOWED, headers=headers)


def _unavailable(reason: str) -> JSONResponse:
    return JSONResponse({"detail": f"{reason}; try again"}, 503, headers={"Retry-After": "1"})
