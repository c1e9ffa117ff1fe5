# SPDX-License-Identifier: GPL-3.0-or-later
"""A JSON secret of Secrets Manager, some keys of which are changed: everything else of it stays as it is."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from .._common.errors import SpecError

if TYPE_CHECKING:
    from ...module_utils._kinds.model import Json

#: as ``echodiary_aws`` calls them, and as boto3 does
_LOGIN = {
    "region": "region_name",
    "access_key": "aws_access_key_id",
    "secret_key": "aws_secret_access_key",
    "session_token": "aws_session_token",
    "profile": "profile_name",
}


def put(name: str, values: Mapping[str, Json], login: Mapping[str, str | None], *, check: bool = False) -> str:
    """The new version's id, ``(check)`` in a check; empty where nothing differs. SpecError where it cannot be changed."""
    from botocore.exceptions import BotoCoreError, ClientError

    try:
        client = _client(login)
        known = json.loads(client.get_secret_value(SecretId=name)["SecretString"])
        wanted = {**known, **values}
        if wanted == known or check:
            return "(check)" if wanted != known else ""
        # What was there stays readable as the stage AWSPREVIOUS.
        made = client.put_secret_value(SecretId=name, SecretString=json.dumps(wanted, sort_keys=True))
    except (BotoCoreError, ClientError, ValueError, KeyError) as error:
        said = str(error).splitlines()[0] if isinstance(error, (BotoCoreError, ClientError)) else "it is no JSON object"
        raise SpecError(f"secret {name} could not be changed: {said}; it needs GetSecretValue and PutSecretValue") from None
    return str(made["VersionId"])


def _client(login: Mapping[str, str | None]) -> Any:
    import boto3

    session = boto3.Session(**{name: login[key] for key, name in _LOGIN.items() if login.get(key)})
    return session.client("secretsmanager", endpoint_url=login.get("endpoint_url") or None)
