"""Cursors: the place of the last entry of a page, opaque to the caller."""

import base64
import binascii
import re
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

#: Whatever has this form is a place: microseconds since 1970, and the entry's number.
FORM = r"^[0-9]{1,16}-[0-9]{1,18}$"
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Place(NamedTuple):
    created_at: datetime
    id: int


def encode(place: Place) -> str:
    return f"{(place.created_at - _EPOCH) // timedelta(microseconds=1)}-{place.id}"


def decode(cursor: str) -> Place:
    """Raises ValueError for what is no place."""
    if re.fullmatch(FORM, cursor):
        moment, _, number = cursor.partition("-")
        return Place(_EPOCH + timedelta(microseconds=int(moment)), int(number))
    return _of_before(cursor)


def _of_before(cursor: str) -> Place:
    """As the release before gave them out: while a fleet rolls, people go on with a page of the release before."""
    try:
        raw = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)).decode()
    except (binascii.Error, UnicodeError) as error:
        raise ValueError("not a cursor") from error
    when, _, number = raw.partition("|")
    place = Place(datetime.fromisoformat(when), int(number))
    if place.created_at.tzinfo is None or not 0 <= place.id < 2**63:
        raise ValueError("not a cursor")
    return place
