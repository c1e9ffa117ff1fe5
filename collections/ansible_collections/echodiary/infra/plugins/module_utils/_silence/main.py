# SPDX-License-Identifier: GPL-3.0-or-later
"""The entry on the host: one request to the Alertmanager beside it. Times are the host's, since Alertmanager goes by those."""

from __future__ import annotations

import datetime
import json
import time
import urllib.error
import urllib.parse
import urllib.request
from typing import Any


def run(manifest: dict[str, Any]) -> dict[str, Any]:
    """``manifest``: state (start, end), url (of the API), id, timeout, and for a start: owner, comment, seconds, matchers."""
    try:
        if manifest["state"] == "end":
            _ask(f"{manifest['url']}/silence/{urllib.parse.quote(manifest['id'], safe='')}", "DELETE", None, manifest["timeout"])
            return {"id": ""}
        answer = _ask(f"{manifest['url']}/silences", "POST", document(manifest, time.time()), manifest["timeout"])
        return {"id": str(answer["silenceID"])}
    except urllib.error.HTTPError as error:
        return {"failed": True, "msg": f"Alertmanager answered {error.code}: {error.read(300).decode(errors='replace').strip()}"}
    except (OSError, ValueError, KeyError, TypeError) as error:
        return {"failed": True, "msg": f"{getattr(error, 'reason', error)}"}


def document(manifest: dict[str, Any], now: float) -> dict[str, Any]:
    """As Alertmanager's API wants it. Pure."""
    return {
        "id": manifest["id"],
        "createdBy": manifest["owner"],
        "comment": manifest["comment"],
        "startsAt": _text(now),
        "endsAt": _text(now + manifest["seconds"]),
        "matchers": manifest["matchers"],
    }


def _text(wall: float) -> str:
    return datetime.datetime.fromtimestamp(wall, datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")


def _ask(url: str, method: str, document: dict[str, Any] | None, timeout: float) -> dict[str, Any]:
    data = None if document is None else json.dumps(document).encode()
    headers = {"Content-Type": "application/json"}
    request = urllib.request.Request(url, data=data, method=method, headers=headers)  # noqa: S310 (an address of the inventory's)
    with urllib.request.urlopen(request, timeout=timeout) as answer:  # noqa: S310 (an address of the inventory's)
        text = answer.read(100_000)
    return json.loads(text) if text.strip() else {}
