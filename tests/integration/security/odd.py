# SPDX-License-Identifier: GPL-3.0-or-later
"""A service and its edge in one program, with FAULTS for a check to find: a 500 on odd input, headers that are missing, its inside open."""

from __future__ import annotations

import os
import socket
import sys

import uvicorn
from fastapi import FastAPI, Request, Response
from fastapi.responses import JSONResponse, PlainTextResponse
from starlette.middleware.base import RequestResponseEndpoint

FAULTS = bool(os.environ.get("FAULTS"))
HEADERS = {"X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer", "X-Frame-Options": "DENY"}
METRICS = "# HELP http_requests_total Requests.\nhttp_requests_total 7\nprocess_open_fds 9\n"
SPELLED = ("/metrics", "/metrics/", "//metrics")
#: every request that came, for a test to count
SEEN: list[str] = []

app = FastAPI(openapi_url=None, docs_url=None, redoc_url=None)


@app.middleware("http")
async def edge(request: Request, call_next: RequestResponseEndpoint) -> Response:
    SEEN.append(request.method)
    response: Response
    if FAULTS and request.url.path in SPELLED:
        response = PlainTextResponse(METRICS)
    else:
        response = await call_next(request)
    response.headers.update({} if FAULTS else HEADERS)
    if FAULTS:
        response.headers["Server"] = "odd/1.0"
        response.set_cookie("session", "1")
    return response


@app.get("/entries", responses={422: {}})
def entries(limit: int = 10) -> list[int]:
    if FAULTS and not 0 <= limit <= 100:
        raise RuntimeError("nobody thought of that")
    return [limit]


@app.post("/entries", status_code=201)
def add(entry: dict[str, str]) -> dict[str, str]:
    return entry


@app.get("/shop/metrics", include_in_schema=False)
def metrics() -> PlainTextResponse:
    return PlainTextResponse(METRICS)


@app.get("/shop/openapi.json", include_in_schema=False)
def document() -> JSONResponse:
    return JSONResponse(app.openapi())


@app.get("/seen", include_in_schema=False)
def seen() -> list[str]:
    return SEEN


def listening(port: int) -> socket.socket:
    found = socket.create_server(("127.0.0.1", port))
    found.set_inheritable(True)
    return found


if __name__ == "__main__":
    config = uvicorn.Config(app, log_level="critical", server_header=FAULTS)
    uvicorn.Server(config).run(sockets=[listening(int(port)) for port in sys.argv[1:]])
