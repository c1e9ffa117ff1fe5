"""Cursors: the place of the last entry of a page, opaque to the caller."""

import base64
import binascii
from datetime import datetime
from typing import NamedTuple


class Place(NamedTuple):
    created_at: datetime
    id: int


def encode(place: Place) -> str:
    raw = f"{place.created_at.isoformat()}|{place.id}".encode()
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def decode(cursor: str) -> Place:
    """Raises ValueError for anything that `encode` did not make."""
    try:
        raw = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)).decode()
    except (binascii.Error, UnicodeError) as error:
        raise ValueError("not a cursor") from error
    when, _, number = raw.partition("|")
    place = Place(datetime.fromisoformat(when), int(number))
    if place.created_at.tzinfo is None or not 0 <= place.id < 2**63:
        raise ValueError("not a cursor")
    return place
