# SPDX-License-Identifier: GPL-3.0-or-later
"""The fleet with its alerts going to a receiver, and what the tests ask of it."""

from __future__ import annotations

import json
import os
import subprocess
import urllib.error
import urllib.parse
import urllib.request
from typing import Any

from tests import warm
from tests.e2e.fleet import ENVIRONMENT, INVENTORY, NAME, ROOT, SUBNET
from tests.e2e.monitoring.receiver import Receiver

PROMETHEUS = f"http://{SUBNET}.5:9090"
ALERTMANAGER = f"http://{SUBNET}.5:9093"
EDGES = (f"http://{SUBNET}.11", f"http://{SUBNET}.12")
RECEIVER_PORT = 9470
#: where tests leave what they measured; a lab's own directory goes with it
LEFT = ROOT / ".lab"


def run(*words: str, seconds: float = 900, check: bool = True) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, **ENVIRONMENT, "ANSIBLE_FORCE_COLOR": "0"}
    done = subprocess.run(words, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=seconds, check=False)
    assert done.returncode == 0 or not check, done.stdout + done.stderr
    return done


def webhooks() -> dict[str, str]:
    base = f"http://{SUBNET}.1:{RECEIVER_PORT}"
    return {"alertmanager_slack_webhook_url": f"{base}/slack/T0", "alertmanager_discord_webhook_url": f"{base}/discord/D0"}


def site(*words: str, check: bool = True, playbook: str = "site.yml", **variables: Any) -> subprocess.CompletedProcess[str]:
    """site.yml on this lab, with the receiver's webhooks."""
    given = json.dumps({**webhooks(), **variables})
    return run(warm.PLAYBOOK, playbook, "-i", str(INVENTORY), "-e", given, *words, check=check)


def on(member: str, command: str, *, user: str = "root", check: bool = True) -> str:
    return run("docker", "exec", "--user", user, f"{NAME}-{member}", "sh", "-c", command, seconds=180, check=check).stdout


def sql(query: str) -> str:
    return on("postgres", f'psql -At -d echodiary -c "{query}"', user="postgres").strip()


def get(url: str, body: Any = None, method: str | None = None, seconds: float = 10) -> Any:
    """The answer's JSON, or its status where it is an error."""
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(url, data, {"Content-Type": "application/json"}, method=method)
    try:
        with urllib.request.urlopen(request, timeout=seconds) as answer:
            text = answer.read()
    except urllib.error.HTTPError as error:
        return error.code
    except OSError:
        return 0
    return json.loads(text) if text.startswith((b"{", b"[")) else None


def query(expression: str) -> list[dict[str, Any]]:
    answer = get(f"{PROMETHEUS}/api/v1/query?" + urllib.parse.urlencode({"query": expression}), seconds=30)
    assert isinstance(answer, dict), f"{answer}: {expression}"
    result: list[dict[str, Any]] = answer["data"]["result"]
    return result


def firing() -> set[tuple[str, str, str]]:
    """(name, severity, instance) of what fires."""
    alerts = get(f"{PROMETHEUS}/api/v1/alerts")["data"]["alerts"]
    return {(a["labels"]["alertname"], a["labels"]["severity"], a["labels"].get("instance", "")) for a in alerts if a["state"] == "firing"}


def visit(edge: str) -> None:
    """One of everything a user does, and of what goes wrong by their own doing."""
    entry = get(f"{edge}/entries", {"title": "a day", "body": "as it was", "mood": "good"})
    get(f"{edge}/entries")
    get(f"{edge}/statistics")
    get(f"{edge}/entries/999999999")
    if isinstance(entry, dict):
        get(f"{edge}/entries/{entry['id']}", {"title": "a better day"}, "PATCH")
        get(f"{edge}/entries/{entry['id']}", method="DELETE")


def new_receiver() -> Receiver:
    return Receiver(f"{SUBNET}.1", RECEIVER_PORT).start()
