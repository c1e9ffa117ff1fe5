# SPDX-License-Identifier: GPL-3.0-or-later
"""The entry on the host: one request to the Alertmanager beside it. Times are the host's, since Alertmanager goes by those."""

from __future__ import annotations

import time
import urllib.parse
from typing import TYPE_CHECKING

from .._host import http, timestamps

if TYPE_CHECKING:
    from .shapes import Failed, Made, Manifest, Silence


def run(manifest: Manifest) -> Made | Failed:
    if manifest["state"] == "end":
        url = f"{manifest['url']}/silence/{urllib.parse.quote(manifest['id'], safe='')}"
        return _refusal(http.request("DELETE", url, manifest["timeout"])) or {"id": ""}
    answer = http.request("POST", f"{manifest['url']}/silences", manifest["timeout"], http.of_json(document(manifest, time.time())))
    return _refusal(answer) or _silence(answer)


def _refusal(answer: http.Answer) -> Failed | None:
    if answer.status == 0:
        return {"failed": True, "msg": answer.text}
    if not 200 <= answer.status < 300:
        return {"failed": True, "msg": f"Alertmanager answered {answer.status}: {answer.text[:300].strip()}"}
    return None


def _silence(answer: http.Answer) -> Made | Failed:
    made = answer.json()
    if not isinstance(made, dict) or not made.get("silenceID"):
        return {"failed": True, "msg": f"this is no Alertmanager's answer: {answer.text[:300].strip()}"}
    return {"id": str(made["silenceID"])}


def document(manifest: Manifest, now: float) -> Silence:
    """Pure."""
    return {
        "id": manifest["id"],
        "createdBy": manifest["owner"],
        "comment": manifest["comment"],
        "startsAt": timestamps.to_text(now),
        "endsAt": timestamps.to_text(now + manifest["seconds"]),
        "matchers": manifest["matchers"],
    }
