# SPDX-License-Identifier: GPL-3.0-or-later
"""Who may do what, where that is asked for: moto's own judgement, before any rule of ours speaks."""

from __future__ import annotations

from typing import Any

from moto.core.exceptions import AccessDeniedError, AuthFailureError, InvalidClientTokenIdError
from moto.core.request import Request
from moto.iam.access_control import IAMRequest
from werkzeug.exceptions import HTTPException

from ..errors import RefusedError
from . import Asked

DENIED = {"ec2": "UnauthorizedOperation", "s3": "AccessDenied"}


def authorize(asked: Asked, environ: dict[str, Any]) -> None:
    """RefusedError as AWS words it: UnauthorizedOperation of EC2, AccessDenied of query APIs, AccessDeniedException of JSON APIs."""
    if "HTTP_AUTHORIZATION" not in environ:
        return
    request = Request(dict(environ), populate_request=False)
    try:
        _judged(asked, request).check_action_permitted("*")
    except (AccessDeniedError, AuthFailureError, InvalidClientTokenIdError) as error:
        raise _refusal(asked, error) from None


def _judged(asked: Asked, request: Request) -> IAMRequest:
    judged = IAMRequest(asked.call.account, request.method, request.raw_path, {}, b"", request.headers, asked.call.name)
    judged._action = asked.call.action
    return judged


def _refusal(asked: Asked, error: HTTPException) -> RefusedError:
    if not isinstance(error, AccessDeniedError):
        return RefusedError(error.error_type, error.message, error.code)  # type: ignore[attr-defined]
    otherwise = "AccessDeniedException" if "json" in asked.call.protocol else "AccessDenied"
    code = DENIED.get(asked.call.service, otherwise)
    return RefusedError(
        code, f"User: {asked.call.principal} is not authorized to perform: {asked.call.action}", 400 if "json" in code else 403
    )
