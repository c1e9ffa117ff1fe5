# SPDX-License-Identifier: GPL-3.0-or-later
"""Waiting that takes no time: whoever sleeps finds that so much later it is."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from unittest import mock

from botocore.retries import bucket


@contextmanager
def hurried() -> Iterator[None]:
    """In this process, for all of its threads."""
    now, ahead = {name: getattr(time, name) for name in ("monotonic", "time")}, [0.0]

    def sleep(seconds: float) -> None:
        ahead[0] += seconds

    def acquired(tokens: bucket.TokenBucket, amount: float, block: bool) -> bool:
        """boto3 slows down where AWS says so, and waits by the machine's own clock."""
        del block
        tokens._refill()
        sleep(max(0.0, tokens._sleep_amount(amount)))
        tokens._refill()
        tokens._current_capacity -= amount
        return True

    with ExitStack() as stack:
        stack.enter_context(mock.patch.object(time, "sleep", sleep))
        for name, real in now.items():
            stack.enter_context(mock.patch.object(time, name, lambda real=real: real() + ahead[0]))
        stack.enter_context(mock.patch.object(bucket.TokenBucket, "_acquire", acquired))
        yield
