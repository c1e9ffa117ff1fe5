# SPDX-License-Identifier: GPL-3.0-or-later
"""Controller only: changes keys of a JSON secret in Secrets Manager and leaves everything else of it alone."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, TypedDict

from ..plugin_utils._calls.base import LocalAction
from ..plugin_utils._common.errors import SpecError

if TYPE_CHECKING:
    from ..module_utils._kinds.model import Json


class Options(TypedDict):
    name: str
    values: dict[str, Json]
    region: str
    endpoint_url: str | None
    access_key: str | None
    secret_key: str | None
    session_token: str | None


class ActionModule(LocalAction[Options]):
    """``echodiary.infra.secret_value: {name: …, values: {…}, region: …}``"""

    ARGUMENTS = {
        "name": {"type": "str", "required": True},
        "values": {"type": "dict", "required": True, "no_log": True},
        "region": {"type": "str", "required": True},
        "endpoint_url": {"type": "str"},
        "access_key": {"type": "str", "no_log": True},
        "secret_key": {"type": "str", "no_log": True},
        "session_token": {"type": "str", "no_log": True},
    }

    def _answer(self, args: Options) -> dict[str, Any]:
        return _change(args, check=self._check)


def _change(args: Options, *, check: bool) -> dict[str, Any]:
    from botocore.exceptions import BotoCoreError, ClientError

    try:
        client = _client(args)
        known = json.loads(client.get_secret_value(SecretId=args["name"])["SecretString"])
        wanted = {**known, **args["values"]}
        if wanted == known or check:
            return {"changed": wanted != known}
        # What was there stays readable as the stage AWSPREVIOUS.
        made = client.put_secret_value(SecretId=args["name"], SecretString=json.dumps(wanted, sort_keys=True))
    except (BotoCoreError, ClientError, ValueError, KeyError) as error:
        said = str(error).splitlines()[0] if isinstance(error, (BotoCoreError, ClientError)) else "it is no JSON object"
        raise SpecError(f"secret {args['name']} could not be changed: {said}; it needs GetSecretValue and PutSecretValue") from None
    return {"changed": True, "version": made["VersionId"]}


def _client(args: Options) -> Any:
    import boto3

    login = {
        "aws_access_key_id": args["access_key"],
        "aws_secret_access_key": args["secret_key"],
        "aws_session_token": args["session_token"],
    }
    session = boto3.Session(region_name=args["region"], **{name: value for name, value in login.items() if value})
    return session.client("secretsmanager", endpoint_url=args["endpoint_url"])
