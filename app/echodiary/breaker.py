"""Whoever has failed several times in a row is left alone for a while, so that nobody waits for what will not come."""

import time
from collections.abc import Iterator
from contextlib import contextmanager


class AwayError(Exception):
    """It is no use to ask now. Says in a word why, and after how many seconds one may ask again, where that is known."""

    def __init__(self, reason: str, seconds: float = 0) -> None:
        super().__init__(reason)
        self.reason, self.seconds = reason, seconds


class LaterError(AwayError):
    """It works, and wants nobody for so many seconds."""


class Breaker:
    def __init__(self, failures: int, pause: float) -> None:
        self._limit, self._pause = failures, pause
        self._failed, self._until = 0, 0.0
        self._trying = False

    @contextmanager
    def attempt(self) -> Iterator[None]:
        """Raises AwayError at once while it is left alone. Afterwards one may try, and the others learn from that."""
        trial = self._trying = self._may_only_try()
        try:
            yield
        except LaterError as error:
            self._until = time.monotonic() + error.seconds
            raise
        except AwayError as error:
            self._note(error)
            raise
        else:
            self._failed = 0
        finally:
            self._trying = self._trying and not trial

    def _may_only_try(self) -> bool:
        left = self._until - time.monotonic()
        if left > 0:
            raise AwayError("left alone", left)
        if self._trying:
            raise AwayError("left alone", 1)
        return self._failed >= self._limit

    def _note(self, error: AwayError) -> None:
        self._failed += 1
        if self._failed >= self._limit:
            error.seconds = max(error.seconds, self._pause)
            self._until = time.monotonic() + error.seconds
