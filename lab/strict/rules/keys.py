# SPDX-License-Identifier: GPL-3.0-or-later
"""KMS: a key that waits for its deletion waits, or is kept, and does nothing else."""

from __future__ import annotations

from typing import Any

from ..errors import RefusedError
from . import Asked, before

_WAITS = "PendingDeletion"


def _key(asked: Asked) -> Any:
    """That is meant, by id, ARN or alias; None where there is none."""
    named = str(asked.get("KeyId") or asked.get("TargetKeyId") or "").rpartition("key/")[2]
    keys = asked.backend("kms").keys
    return keys.get(named) or next((key for key in keys.values() if named.rpartition("alias/")[2] in _aliases(key)), None)


def _aliases(key: Any) -> set[str]:
    return {str(one).rpartition("alias/")[2] for one in getattr(key, "aliases", ())}


@before("kms:EnableKey", "kms:DisableKey", "kms:EnableKeyRotation", "kms:DisableKeyRotation", "kms:GetKeyRotationStatus")
@before("kms:UpdateKeyDescription", "kms:TagResource", "kms:UntagResource", "kms:ScheduleKeyDeletion", "kms:CreateAlias")
def waits_for_its_deletion(asked: Asked) -> None:
    key = _key(asked)
    if key is not None and key.key_state == _WAITS:
        raise RefusedError("KMSInvalidStateException", f"{key.arn} is pending deletion.")


@before("kms:CancelKeyDeletion")
def waits_for_nothing(asked: Asked) -> None:
    key = _key(asked)
    if key is not None and key.key_state != _WAITS:
        raise RefusedError("KMSInvalidStateException", f"{key.arn} is not pending deletion.")


@before("kms:ScheduleKeyDeletion")
def a_week_to_a_month(asked: Asked) -> None:
    days = int(asked.get("PendingWindowInDays", 30))
    if days not in range(7, 31):
        message = f"1 validation error detected: Value '{days}' at 'pendingWindowInDays' failed to satisfy constraint: between 7 and 30"
        raise RefusedError("ValidationException", message)
