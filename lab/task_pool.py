# SPDX-License-Identifier: GPL-3.0-or-later
"""Work that runs at the same time, and stops together when a part of it fails."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import FIRST_EXCEPTION, Future, ThreadPoolExecutor, wait
from types import TracebackType
from typing import Any, ParamSpec, TypeVar

BUILDERS = 3  # images at a time: unpacking is work for a processor, downloading is not
STARTERS = 8  # containers at a time: mostly waiting

Parameters = ParamSpec("Parameters")
Result = TypeVar("Result")


class TaskPool:
    """Two pools. A starter may wait for a builder or for a starter submitted earlier, never the other way round."""

    def __init__(self) -> None:
        self._builders = ThreadPoolExecutor(BUILDERS)
        self._starters = ThreadPoolExecutor(STARTERS)
        self._futures: list[Future[Any]] = []

    def __enter__(self) -> TaskPool:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: object, trace: TracebackType | None) -> None:
        for pool in (self._builders, self._starters):
            pool.shutdown(wait=False, cancel_futures=True)

    def build(self, work: Callable[Parameters, Result], *args: Parameters.args, **named: Parameters.kwargs) -> Future[Result]:
        return self._keep(self._builders.submit(work, *args, **named))

    def start(self, work: Callable[Parameters, Result], *args: Parameters.args, **named: Parameters.kwargs) -> Future[Result]:
        return self._keep(self._starters.submit(work, *args, **named))

    def finish(self) -> None:
        """Waits for all work; raises the first failure as soon as it happens."""
        done, _ = wait(self._futures, return_when=FIRST_EXCEPTION)
        for future in done:
            future.result()

    def _keep(self, future: Future[Result]) -> Future[Result]:
        self._futures.append(future)
        return future
