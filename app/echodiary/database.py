"""Engines, sessions, and what they count."""

from collections.abc import AsyncIterator
from typing import Annotated, Any

from fastapi import Depends, Request
from sqlalchemy import event
from sqlalchemy.engine import Engine
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, async_sessionmaker, create_async_engine

from echodiary import metrics, request_id
from echodiary.settings import Settings


def create_engine(settings: Settings) -> AsyncEngine:
    """The pool that requests share."""
    engine = create_async_engine(
        settings.sqlalchemy_url,
        pool_size=settings.db_pool_size,
        max_overflow=settings.db_max_overflow,
        pool_timeout=settings.db_pool_timeout,
        pool_pre_ping=True,
        connect_args=_connect_args(settings, "api", settings.db_connect_timeout),
    )
    _count_connect_errors(engine.sync_engine)
    _count_pool_use(engine.sync_engine, settings)
    _note_backends(engine.sync_engine)
    return engine


def create_probe_engine(settings: Settings) -> AsyncEngine:
    """One connection for readiness alone: a busy pool must not look like a lost database. The overflow is for when
    the database is silent, and checks that were given up still hold theirs."""
    engine = create_async_engine(
        settings.sqlalchemy_url,
        pool_size=1,
        max_overflow=5,
        pool_timeout=settings.ready_timeout,
        pool_pre_ping=True,
        connect_args=_connect_args(settings, "ready", max(1, int(settings.ready_timeout))),
    )
    _count_connect_errors(engine.sync_engine)
    return engine


def _connect_args(settings: Settings, purpose: str, timeout: int) -> dict[str, Any]:
    return {
        "connect_timeout": timeout,
        "application_name": f"echodiary-{purpose}/{settings.app_version}"[:63],
        "options": f"-c statement_timeout={settings.db_statement_timeout_ms}",
        # A database that vanished without a word is noticed within half a minute, not in two hours.
        "keepalives_idle": 10,
        "keepalives_interval": 5,
        "keepalives_count": 3,
        "tcp_user_timeout": 25_000,
    }


def _count_connect_errors(engine: Engine) -> None:
    @event.listens_for(engine, "do_connect")
    def connect(dialect: Any, _record: Any, args: Any, kwargs: Any) -> Any:
        try:
            return dialect.connect(*args, **kwargs)
        except Exception:
            metrics.DB_CONNECT_ERRORS.inc()
            raise


def _count_pool_use(engine: Engine, settings: Settings) -> None:
    metrics.POOL_SIZE.set(settings.db_pool_size)
    metrics.POOL_LIMIT.set(settings.db_pool_size + settings.db_max_overflow)
    opened = 0

    def change_open(step: int) -> None:
        nonlocal opened
        opened += step
        metrics.POOL_OPEN.set(opened)
        metrics.POOL_OVERFLOW.set(max(0, opened - settings.db_pool_size))

    pool = engine.pool
    event.listen(pool, "connect", lambda *_: change_open(1))
    event.listen(pool, "close", lambda *_: change_open(-1))
    event.listen(pool, "checkout", lambda *_: metrics.POOL_CHECKED_OUT.inc())
    event.listen(pool, "checkin", lambda *_: metrics.POOL_CHECKED_OUT.dec())


def _note_backends(engine: Engine) -> None:
    """Whose lines of PostgreSQL's log belong to a request. The driver knows it since it connected: nobody is asked."""

    def note(connection: Any, *_: Any) -> None:
        backends, pid = request_id.backends.get(), connection.driver_connection.info.backend_pid
        if backends is not None and pid not in backends:
            backends.append(pid)

    event.listen(engine.pool, "checkout", note)


def session_factory(engine: AsyncEngine) -> async_sessionmaker[AsyncSession]:
    return async_sessionmaker(engine, expire_on_commit=False)


async def _session(request: Request) -> AsyncIterator[AsyncSession]:
    """Handlers commit themselves, before the answer leaves: a client never sees 201 for what was not saved."""
    async with request.app.state.sessions() as session:
        yield session


# Closed before the answer is sent: a slow client must not keep a connection of the pool.
Session = Annotated[AsyncSession, Depends(_session, scope="function")]
