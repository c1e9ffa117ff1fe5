# SPDX-License-Identifier: GPL-3.0-or-later
"""A JSON secret of Secrets Manager, some keys of which are changed: everything else of it stays as it is."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING, NamedTuple

from .._account import aws
from .._common.errors import SpecError

if TYPE_CHECKING:
    from ...module_utils._kinds.model import Json


class Put(NamedTuple):
    """``version``: the new one's id, ``(check)`` in a check, empty where nothing differs; ``kept``: keys that have another value."""

    version: str
    kept: list[str]


def put(name: str, values: Mapping[str, Json], login: Mapping[str, str | None], *, keep: Collection[str] = (), check: bool = False) -> Put:
    """``keep``: keys that keep a value that they have. SpecError where it cannot be changed."""
    account = aws.of(login)
    known = _object(name, account.one("secretsmanager", "get_secret_value", "SecretString", SecretId=name))
    kept = {key for key in keep if known.get(key)}
    wanted = {**known, **{key: value for key, value in values.items() if key not in kept}}
    differ = sorted(key for key in kept & values.keys() if known[key] != values[key])
    if wanted == known or check:
        return Put("(check)" if wanted != known else "", differ)
    # What was there stays readable as the stage AWSPREVIOUS.
    made = account.call("secretsmanager", "put_secret_value", {"SecretId": name, "SecretString": json.dumps(wanted, sort_keys=True)})
    return Put(str(made["VersionId"]), differ)


def _object(name: str, text: str | None) -> dict[str, Json]:
    try:
        found = json.loads(text or "")
    except ValueError:
        found = None
    if not isinstance(found, dict):
        raise SpecError(f"secret {name} could not be changed: it is no JSON object")
    return found
