# SPDX-License-Identifier: GPL-3.0-or-later
"""Answers and errors as they travel: query and EC2 XML, JSON 1.0 and 1.1, REST XML and REST JSON."""

from __future__ import annotations

from typing import Any, NamedTuple

from botocore.parsers import ResponseParserError, create_parser
from moto.core.errors import COMMON_ERROR_CODES
from moto.core.exceptions import ServiceException
from moto.core.serialize import get_serializer_class

from .calls import Call
from .errors import RefusedError


class Said(ServiceException):
    """An error of ours: moto looks for its code in the service's model alone, since this module is not one of moto's."""


class Response(NamedTuple):
    status: int
    headers: list[tuple[str, str]]
    body: bytes


def refused(call: Call, refusal: RefusedError) -> Response:
    """The refusal in the form of the service's protocol."""
    if refusal.code not in COMMON_ERROR_CODES:
        COMMON_ERROR_CODES.append(refusal.code)  # moto need not warn: most codes are in no model
    response = _serialized(call, Said(refusal.code, refusal.message))
    return response._replace(status=refusal.status) if refusal.status else response


def answered(call: Call, answer: dict[str, Any]) -> Response:
    return _serialized(call, answer)


def answer_of(call: Call, response: Response) -> dict[str, Any]:
    """What the response says, as boto3 would show it."""
    found = create_parser(call.protocol).parse(_for_parser(response), call.model.output_shape)
    found.pop("ResponseMetadata", None)
    return dict(found)


def error_of(call: Call, response: Response) -> str | None:
    """The error's code; None where there is none."""
    if response.status < 400:
        return None
    try:
        found = create_parser(call.protocol or "rest-xml").parse(_for_parser(response), None)
        return str(found.get("Error", {}).get("Code") or response.status)
    except ResponseParserError:
        return str(response.status)


def _for_parser(response: Response) -> dict[str, Any]:
    from botocore.awsrequest import HeadersDict

    return {"status_code": response.status, "headers": HeadersDict(dict(response.headers)), "body": response.body}


def _serialized(call: Call, result: Any) -> Response:
    serializer = get_serializer_class(call.model.service_model.service_name, call.protocol)(operation_model=call.model)
    done = serializer.serialize(result)
    body = done["body"]
    body = body if isinstance(body, bytes) else body.encode()
    headers = {"Content-Type": _content_type(call), **{name: str(value) for name, value in done["headers"].items()}}
    headers["Content-Length"] = str(len(body))
    return Response(int(done["status_code"]), list(headers.items()), body)


def _content_type(call: Call) -> str:
    if call.protocol == "json":
        return f"application/x-amz-json-{call.model.service_model.metadata.get('jsonVersion', '1.1')}"
    return "application/json" if call.protocol == "rest-json" else "text/xml"
