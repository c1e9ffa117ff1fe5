# SPDX-License-Identifier: GPL-3.0-or-later
"""Docker's command line, for what its API makes long: a program run in a container, with a stream on its standard input."""

from __future__ import annotations

import contextlib
import subprocess
import tempfile
import threading
from collections.abc import Iterable
from typing import IO, NamedTuple, cast

from .._host.run import tail
from .errors import ThrowawayError


class Ran(NamedTuple):
    code: int
    output: str
    errors: str


def run(command: list[str], timeout: float, given: Iterable[bytes] = ()) -> Ran:
    """``given``: its standard input, block by block. ThrowawayError where it does not end within ``timeout`` (s)."""
    with tempfile.TemporaryFile() as output, tempfile.TemporaryFile() as errors:
        try:
            process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=output, stderr=errors)
        except FileNotFoundError:
            raise ThrowawayError("docker is not installed on this host; converge the role docker first, or name another host") from None
        fault = _fed(process, given, timeout)
        try:
            process.wait(timeout)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
            raise ThrowawayError(f"{' '.join(command[:2])} ({command[-1][:60]}): no end after {timeout:.0f} s, so it was stopped") from None
        if fault:
            raise fault
        return Ran(process.returncode, _text(output), _text(errors))


def must(command: list[str], timeout: float, what: str, given: Iterable[bytes] = ()) -> str:
    """Its standard output; ThrowawayError with ``what`` and what it said where it fails."""
    done = run(command, timeout, given)
    if done.code:
        said = " / ".join(tail(done.errors or done.output, 3).splitlines())[-500:] or f"exit {done.code} without a word"
        raise ThrowawayError(f"{what}: {said}")
    return done.output


def _fed(process: subprocess.Popen[bytes], given: Iterable[bytes], timeout: float) -> Exception | None:
    """Why the stream broke off, if it did: told once the program has ended, which does not wait for more. Killed when time is over."""
    stdin = cast("IO[bytes]", process.stdin)
    patience = threading.Timer(timeout, process.kill)
    patience.daemon = True
    patience.start()
    try:
        # a program that ends early has said why
        with contextlib.suppress(BrokenPipeError), stdin:
            for block in given:
                stdin.write(block)
    except Exception as error:
        process.kill()
        return error
    finally:
        patience.cancel()
    return None


def _text(stream: IO[bytes]) -> str:
    stream.seek(0)
    return stream.read().decode(errors="replace")
