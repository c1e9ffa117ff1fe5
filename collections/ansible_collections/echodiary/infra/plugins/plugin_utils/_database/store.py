# SPDX-License-Identifier: GPL-3.0-or-later
"""A JSON secret of Secrets Manager, some keys of which are changed: everything else of it stays as it is."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING

from .._account import aws
from .._common.errors import SpecError

if TYPE_CHECKING:
    from ...module_utils._kinds.model import Json


def put(name: str, values: Mapping[str, Json], login: Mapping[str, str | None], *, check: bool = False) -> str:
    """The new version's id, ``(check)`` in a check; empty where nothing differs. SpecError where it cannot be changed."""
    account = aws.of(login)
    known = _object(name, account.one("secretsmanager", "get_secret_value", "SecretString", SecretId=name))
    wanted = {**known, **values}
    if wanted == known or check:
        return "(check)" if wanted != known else ""
    # What was there stays readable as the stage AWSPREVIOUS.
    made = account.call("secretsmanager", "put_secret_value", {"SecretId": name, "SecretString": json.dumps(wanted, sort_keys=True)})
    return str(made["VersionId"])


def _object(name: str, text: str | None) -> dict[str, Json]:
    try:
        found = json.loads(text or "")
    except ValueError:
        found = None
    if not isinstance(found, dict):
        raise SpecError(f"secret {name} could not be changed: it is no JSON object")
    return found
