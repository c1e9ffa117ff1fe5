# SPDX-License-Identifier: GPL-3.0-or-later
"""Removes what a load test's journey has written, through the API and by its mark alone: ``python rows.py`` (docs/load.md).

What it is told, by its environment: LOAD_URL and LOAD_HOST lead to an edge, LOAD_RUNS are the runs (JSON: run, and since when, in seconds
since 1970), LOAD_SECONDS is how long it may take. It prints what it found, removed and left. Standard library.
"""

from __future__ import annotations

import datetime
import json
import os
import re
import ssl
import sys
import time
import urllib.error
import urllib.request

#: pages of a hundred entries: rows of a test that lie deeper than this are left, and told
PAGES = 2000
#: what the clocks of this machine and of the database may differ by, in seconds
CLOCKS = 600

# An edge is asked by its address, which no certificate names; what is asked is nobody's secret.
CONTEXT = ssl._create_unverified_context()  # noqa: S323
HEADERS = {"User-Agent": "echodiary-load", **({"Host": os.environ["LOAD_HOST"]} if os.environ.get("LOAD_HOST") else {})}


def ask(method: str, path: str) -> tuple[int, bytes]:
    """Also the answer that is an error. OSError where there is none."""
    request = urllib.request.Request(os.environ["LOAD_URL"] + path, method=method, headers=HEADERS)  # noqa: S310
    try:
        with urllib.request.urlopen(request, timeout=10, context=CONTEXT) as answer:  # noqa: S310
            return answer.status, answer.read()
    except urllib.error.HTTPError as error:
        return error.code, error.read()


def patient(method: str, path: str, deadline: float) -> tuple[int, bytes]:
    """Asks again where the edge lets this client wait."""
    while True:
        status, body = ask(method, path)
        if status not in (429, 503) or time.monotonic() > deadline:
            return status, body
        time.sleep(1)


def marked(runs: list[dict], deadline: float) -> list[int]:
    """Ids of entries whose title is one that such a run has written, newest first."""
    title = re.compile(f"load test ({'|'.join(re.escape(one['run']) for one in runs)}) [0-9]+")
    since = min(one["since"] for one in runs) - CLOCKS
    found, cursor = [], ""
    for _page in range(PAGES):
        status, body = patient("GET", f"/entries?limit=100{cursor}", deadline)
        if status != 200:
            raise OSError(f"a page of entries is answered with {status}")
        page = json.loads(body)
        found += [entry["id"] for entry in page["items"] if title.fullmatch(entry["title"])]
        if not page["next_cursor"] or created(page["items"][-1]) < since or time.monotonic() > deadline:
            break
        cursor = f"&cursor={page['next_cursor']}"
    return found


def created(entry: dict) -> float:
    return datetime.datetime.fromisoformat(entry["created_at"].replace("Z", "+00:00")).timestamp()


def main() -> int:
    deadline = time.monotonic() + float(os.environ["LOAD_SECONDS"])
    removed, entries = 0, []
    try:
        entries = marked(json.loads(os.environ["LOAD_RUNS"]), deadline)
        for entry in entries:
            status, _ = patient("DELETE", f"/entries/{entry}", deadline)
            removed += status in (204, 404)
            if time.monotonic() > deadline:
                break
    except (OSError, ValueError, KeyError) as error:
        sys.stderr.write(f"{error}\n")
        return 1
    finally:
        sys.stdout.write(json.dumps({"found": len(entries), "removed": removed, "left": len(entries) - removed}) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
