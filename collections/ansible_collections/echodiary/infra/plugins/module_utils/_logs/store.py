# SPDX-License-Identifier: GPL-3.0-or-later
"""The stores of role ``logs``, asked on the host that keeps them. Their password is read from root's file and goes into a header only."""

from __future__ import annotations

import base64
import contextlib
import http.client
import json
import urllib.parse
from typing import TYPE_CHECKING, Any

from .._host.errors import ConvergeError

if TYPE_CHECKING:
    from .shapes import Asked, Line

PLACE = "/etc/echodiary/logs"
SECONDS = 30.0
#: bytes of an answer; lines may be long
MOST = 16_000_000


def lines(asked: Asked) -> tuple[list[Line], bool]:
    """The newest that fit, oldest first; whether there are older ones."""
    known = _known()
    # of several stores each has its own place
    port = known["stores"][asked["store"]]["port"]
    body = _said(port, asked, f"{known['user']}:{_read('password')}")
    whole = body.splitlines() if len(body) < MOST else body.splitlines()[:-1]
    found = [json.loads(line) for line in whole if line]
    return found[: asked["last"]][::-1], len(found) > asked["last"] or len(body) >= MOST


def _said(port: int, asked: Asked, login: str) -> bytes:
    """One more than is wanted: whether there is more is seen by that."""
    form = urllib.parse.urlencode({"query": f"{asked['query']} | sort by (_time desc) limit {asked['last'] + 1}"}).encode()
    key = base64.b64encode(login.encode()).decode()
    headers = {"Authorization": f"Basic {key}", "Content-Type": "application/x-www-form-urlencoded"}
    with contextlib.closing(http.client.HTTPConnection("127.0.0.1", port, timeout=SECONDS)) as connection:
        try:
            connection.request("POST", "/select/logsql/query", form, headers)
            answer = connection.getresponse()
            body = answer.read(MOST)
        except (OSError, http.client.HTTPException) as error:
            raise ConvergeError(_down(asked, port, str(error) or type(error).__name__)) from error
    if answer.status != http.client.OK:
        raise ConvergeError(_down(asked, port, f"{answer.status} {body[:300].decode(errors='replace').strip()}"))
    return body


def _down(asked: Asked, port: int, why: str) -> str:
    return f"store {asked['store']} at 127.0.0.1:{port}: {' '.join(why.split())}; next: docker logs logs-{asked['store']}-1 there"


def _known() -> Any:
    return json.loads(_read("watched.json"))


def _read(name: str) -> str:
    try:
        with open(f"{PLACE}/{name}", encoding="utf-8") as file:
            return file.read()
    except OSError as error:
        raise ConvergeError(f"{PLACE}/{name}: {error.strerror}; next: ansible-playbook site.yml, which makes the store") from error
