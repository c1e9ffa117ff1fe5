# SPDX-License-Identifier: GPL-3.0-or-later
"""boto3's requests, answered by the imitation in the thread that asks: no socket, and no second process to wait for.

Every module and every run makes clients of its own, which is most of their work: those that are alike are one here.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from unittest import mock
from urllib.parse import unquote, urlsplit

from botocore import loaders, session
from botocore.awsrequest import AWSPreparedRequest, AWSResponse, HeadersDict
from botocore.config import Config
from botocore.exceptions import ConnectionClosedError
from botocore.httpsession import URLLib3Session
from moto.core.botocore_stubber import MockRawResponse

from lab.strict.server import Server


@contextmanager
def answered(aws: Server) -> Iterator[None]:
    """As long as it lasts, whatever is sent to the imitation is answered here. The models of services are read once."""
    send, models = URLLib3Session.send, loaders.create_loader()
    create, made = session.Session.create_client, dict[str, Any]()

    def sent(its: Any, request: AWSPreparedRequest) -> Any:
        return _asked(aws, request) if request.url.startswith(aws.url) else send(its, request)

    def created(its: session.Session, service_name: str, **given: Any) -> Any:
        key = repr((service_name, _whose(its, given), {name: _words(value) for name, value in sorted(given.items())}))
        if key not in made:
            made[key] = create(its, service_name, **given)
        return made[key]

    with (
        mock.patch.object(URLLib3Session, "send", sent),
        mock.patch.object(session, "create_loader", return_value=models),
        mock.patch.object(session.Session, "create_client", created),
    ):
        yield


def _whose(its: session.Session, given: dict[str, Any]) -> str:
    """Keys that were said, or that the session finds."""
    found = given.get("aws_access_key_id") or its.get_credentials()
    return str(getattr(found, "access_key", found))


def _words(value: Any) -> Any:
    return value._user_provided_options if isinstance(value, Config) else value


def _asked(aws: Server, request: AWSPreparedRequest) -> AWSResponse:
    said: list[Any] = []
    try:
        body = b"".join(aws.app(_environ(request), lambda status, headers, *_: said.extend((status, headers))))
    except ConnectionAbortedError as error:
        raise ConnectionClosedError(error=error, request=request, endpoint_url=request.url) from None
    return AWSResponse(request.url, int(said[0].split()[0]), HeadersDict(dict(said[1])), MockRawResponse(body))


def _environ(request: AWSPreparedRequest) -> dict[str, Any]:
    """As a server would hand it on (PEP 3333)."""
    parts, body = urlsplit(request.url), _bytes(request.body)
    headers = {name.upper().replace("-", "_"): _text(value) for name, value in request.headers.items()}
    server = {"SERVER_NAME": parts.hostname, "SERVER_PORT": str(parts.port), "SERVER_PROTOCOL": "HTTP/1.1", "SCRIPT_NAME": ""}
    where = {"REQUEST_METHOD": request.method, "PATH_INFO": unquote(parts.path, "latin-1"), "QUERY_STRING": parts.query}
    whole = {"RAW_URI": request.url.partition(parts.netloc)[2], "REQUEST_URI": request.url.partition(parts.netloc)[2]}
    wsgi = {"wsgi.version": (1, 0), "wsgi.url_scheme": parts.scheme, "wsgi.input": io.BytesIO(body), "wsgi.errors": io.StringIO()}
    about = {"CONTENT_LENGTH": str(len(body)), "CONTENT_TYPE": headers.pop("CONTENT_TYPE", ""), "HTTP_HOST": parts.netloc}
    return {**server, **where, **whole, **wsgi, **about, **{f"HTTP_{name}": value for name, value in headers.items()}}


def _text(value: str | bytes) -> str:
    return value.decode("latin-1") if isinstance(value, bytes) else str(value)


def _bytes(body: Any) -> bytes:
    if body is None:
        return b""
    if isinstance(body, str):
        return body.encode()
    return bytes(body.read() if hasattr(body, "read") else body)
