# SPDX-License-Identifier: GPL-3.0-or-later
"""A set of digests as a short text: sorted, and of each only how far it is from the one before (Golomb, 1966, as Rice simplified it, 1979).

A thousand of them take half the room that they take one by one.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterable, Iterator


def packed(numbers: Iterable[int], bits: int) -> str:
    """``bits``: of each number."""
    found = sorted(set(numbers))
    rest = _rest(len(found), bits)
    written = "".join(_written(one - before - 1, rest) for before, one in zip([-1, *found], found, strict=False))
    padded = "1" + written + "0" * (-(len(written) + 1) % 8)
    return f"{len(found)} {base64.b64encode(int(padded, 2).to_bytes(len(padded) // 8, 'big')).decode()}"


def unpacked(text: str, bits: int) -> frozenset[int] | None:
    """None of what is no such text."""
    count, _, coded = text.partition(" ")
    try:
        raw = base64.b64decode(coded, validate=True)
        return frozenset(_read(f"{int.from_bytes(raw, 'big'):b}"[1:], int(count), bits))
    except (ValueError, binascii.Error, IndexError):
        return None


def _rest(count: int, bits: int) -> int:
    """How many bits of a distance are written as they are: those that say nothing of how far apart numbers are."""
    return max(0, bits - max(1, count).bit_length())


def _written(distance: int, rest: int) -> str:
    high, low = distance >> rest, distance & ((1 << rest) - 1)
    return "1" * high + "0" + (f"{low:0{rest}b}" if rest else "")


def _read(text: str, count: int, bits: int) -> Iterator[int]:
    rest, at, last = _rest(count, bits), 0, -1
    for _ in range(count):
        end = text.index("0", at)
        low = text[end + 1 : end + 1 + rest]
        if len(low) < rest:
            raise ValueError("it ends too soon")
        last += 1 + ((end - at) << rest) + (int(low, 2) if rest else 0)
        at = end + 1 + rest
        yield last
