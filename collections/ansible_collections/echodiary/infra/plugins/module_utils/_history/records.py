# SPDX-License-Identifier: GPL-3.0-or-later
"""Which lines of the journal are records. A file that people can reach holds anything; who reads on may rely on what is checked here."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from typing import TypeGuard

    from .._ledger.values import Json
    from .shapes import Entry

REQUIRED = ("id", "kind", "outcome")
TEXTS = (
    "id", "at", "who", "why", "run_url", "kind", "outcome", "component",
    "release", "commit", "digest", "config", "digest_before", "config_before",
    "migration_from", "migration_to", "rollback_of", "error",
)  # fmt: skip
MAPPINGS = ("gates", "seconds", "hosts")


def sound(records: Collection[Mapping[str, Json]]) -> tuple[list[Entry], int]:
    """The records that can be relied on, and how many others there are."""
    good = [record for record in records if _is_sound(record)]
    return good, len(records) - len(good)


def _is_sound(record: Mapping[str, Json]) -> TypeGuard[Entry]:
    if not all(record.get(field) for field in REQUIRED):
        return False
    texts = all(isinstance(record[field], str) for field in TEXTS if field in record)
    return texts and all(isinstance(record[field], dict) for field in MAPPINGS if field in record)
