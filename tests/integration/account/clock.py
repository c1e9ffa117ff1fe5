# SPDX-License-Identifier: GPL-3.0-or-later
"""Waiting that takes no time: whoever sleeps finds that so much later it is, and that others were at work meanwhile."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from unittest import mock

from botocore.retries import bucket

_SLEEP = time.sleep


@dataclass(eq=False)
class _Hurry:
    """``meanwhile``: what others do in every wait; ``ahead``: so much of the machine's clock."""

    meanwhile: Callable[[], None]
    ahead: float = 0.0


#: the one that is under way
_under_way: list[_Hurry] = []


def _sleep(seconds: float) -> None:
    """Modules that are imported meanwhile keep this one for good."""
    if not _under_way:
        return _SLEEP(seconds)
    _under_way[-1].ahead += seconds
    return _under_way[-1].meanwhile()


def _nobody() -> None:
    """Is at work."""


def _acquired(tokens: bucket.TokenBucket, amount: float, block: bool) -> bool:
    """boto3 slows down where AWS says so, and waits by the machine's own clock."""
    del block
    tokens._refill()
    _sleep(max(0.0, tokens._sleep_amount(amount)))
    tokens._refill()
    tokens._current_capacity -= amount
    return True


@contextmanager
def hurried(meanwhile: Callable[[], None] = _nobody) -> Iterator[None]:
    """In this process, for all of its threads."""
    hurry, now = _Hurry(meanwhile), {name: getattr(time, name) for name in ("monotonic", "time")}
    _under_way.append(hurry)
    with ExitStack() as stack:
        stack.callback(_under_way.remove, hurry)
        stack.enter_context(mock.patch.object(time, "sleep", _sleep))
        for name, real in now.items():
            stack.enter_context(mock.patch.object(time, name, lambda real=real: real() + hurry.ahead))
        stack.enter_context(mock.patch.object(bucket.TokenBucket, "_acquire", _acquired))
        yield
