# SPDX-License-Identifier: GPL-3.0-or-later
"""Secrets Manager: a secret that waits for its deletion is restored first, and keeps its name; rotation takes a function."""

from __future__ import annotations

import uuid
from typing import Any

from ..errors import RefusedError
from . import Asked, before, instead


def _secret(asked: Asked, name: str) -> Any:
    """By name or ARN; None where there is none."""
    return next((one for one in asked.backend("secretsmanager").secrets.values() if name in (one.name, one.arn, one.secret_id)), None)


@before("secretsmanager:UpdateSecret", "secretsmanager:PutSecretValue", "secretsmanager:GetSecretValue", "secretsmanager:TagResource")
@before("secretsmanager:UntagResource", "secretsmanager:RotateSecret", "secretsmanager:CancelRotateSecret")
@before("secretsmanager:GetResourcePolicy", "secretsmanager:PutResourcePolicy", "secretsmanager:DeleteResourcePolicy")
def waits_for_its_deletion(asked: Asked) -> None:
    secret = _secret(asked, str(asked.get("SecretId")))
    if secret is not None and secret.is_deleted():
        message = "You can't perform this operation on the secret because it was marked for deletion."
        raise RefusedError("InvalidRequestException", message)


@before("secretsmanager:CreateSecret")
def its_name_is_taken(asked: Asked) -> None:
    secret = _secret(asked, str(asked.get("Name")))
    if secret is not None and secret.is_deleted():
        message = "You can't create this secret because a secret with this name is already scheduled for deletion."
        raise RefusedError("InvalidRequestException", message)


@instead("secretsmanager:RotateSecret")
def rotated_by_a_function(asked: Asked) -> dict[str, Any] | None:
    """The function itself does not run here."""
    secret = _secret(asked, str(asked.get("SecretId")))
    if secret is None:
        return None
    if not (asked.get("RotationLambdaARN") or secret.rotation_lambda_arn):
        raise RefusedError("InvalidRequestException", "No Lambda rotation function ARN is associated with this secret.")
    secret.rotation_requested = secret.rotation_enabled = True
    secret.rotation_lambda_arn = asked.get("RotationLambdaARN") or secret.rotation_lambda_arn
    secret.auto_rotate_after_days = int((asked.get("RotationRules") or {}).get("AutomaticallyAfterDays") or secret.auto_rotate_after_days)
    return {"ARN": secret.arn, "Name": secret.name, "VersionId": asked.get("ClientRequestToken") or str(uuid.uuid4())}
