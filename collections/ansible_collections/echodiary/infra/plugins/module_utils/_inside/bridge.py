# SPDX-License-Identifier: GPL-3.0-or-later
"""Uses the engine that env.py made outside of env.py, also when its driver is asynchronous."""

from __future__ import annotations

from typing import TYPE_CHECKING, Callable, TypeVar

if TYPE_CHECKING:
    from sqlalchemy import Connection, Engine

T = TypeVar("T")


def call(engine: Engine, work: Callable[[], T]) -> T:
    """``work`` may use the engine as an ordinary one. With an asynchronous driver it gets an event loop and fresh connections."""
    if not getattr(engine.dialect, "is_async", False):
        return work()
    import asyncio

    from sqlalchemy.util import greenlet_spawn

    # Connections in the pool belong to the event loop of env.py, which has ended.
    engine.dispose(close=False)
    return asyncio.run(greenlet_spawn(work))


def connection(engine: Engine) -> Connection:
    """Each statement on its own: between two of them the session is idle and holds no snapshot that others would wait for."""
    return engine.connect().execution_options(isolation_level="AUTOCOMMIT")
