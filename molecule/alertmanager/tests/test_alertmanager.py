# SPDX-License-Identifier: GPL-3.0-or-later
"""An alert that is posted arrives where people read it; nobody sees the webhooks."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from testinfra.host import Host

API = "http://127.0.0.1:9093"
CONTAINER = "$(docker ps --quiet --filter label=com.docker.compose.service=alertmanager)"
TOKEN = "T0-a-webhook-is-a-secret"
RECEIVER = """
import http.server, json
class Handler(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        with open("/run/received.jsonl", "a") as received:
            received.write(json.dumps([self.path, body]) + chr(10))
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b"ok")
http.server.ThreadingHTTPServer(("127.0.0.1", 9999), Handler).serve_forever()
"""


@pytest.fixture
def received(host: Host) -> Iterator[Callable[[str], list[Any]]]:
    """The bodies that came to a path so far."""
    with host.sudo():
        host.check_output("rm -f /run/received.jsonl; systemd-run --quiet --unit receiver python3 -c %s", RECEIVER)

    def read(path: str) -> list[Any]:
        calls = [json.loads(line) for line in host.run("cat /run/received.jsonl").stdout.splitlines()]
        return [body for to, body in calls if to == path]

    yield read
    with host.sudo():
        host.check_output("systemctl stop receiver")


def post(fetch: Callable[..., Any], **labels: str) -> None:
    alert = {"labels": labels, "annotations": {"summary": "it is on fire", "description": "really"}}
    said = fetch(f"{API}/api/v2/alerts", "POST", json.dumps([alert]), {"Content-Type": "application/json"})
    assert said.status == 200, said.text


def inspected(host: Host, template: str) -> str:
    with host.sudo():
        return str(host.check_output(f"docker inspect --format '{template}' {CONTAINER}"))


@pytest.mark.parametrize(
    ("labels", "receiver"),
    [
        ("alertname=HostDisk severity=critical", "people"),
        ("alertname=HostDisk severity=warning", "digest"),
        ("alertname=Watchdog severity=none", "heartbeat"),
        ("alertname=Unknown", "digest"),
    ],
)
def test_who_hears_what(host: Host, labels: str, receiver: str) -> None:
    with host.sudo():
        routed = host.check_output(
            f"docker exec {CONTAINER} amtool config routes test --config.file=/etc/alertmanager/alertmanager.yml {labels}"
        )
    assert routed.splitlines()[-1] == receiver


def test_a_webhook_that_is_no_url_is_refused_and_not_shown(host: Host, converge: Callable[..., Any]) -> None:
    for options in (["--check"], []):
        refused = converge(*options, alertmanager_slack_webhook_url="hooks.example/T0K3N")
        assert refused["failed"]
        assert "alertmanager_slack_webhook_url is no URL" in refused["output"]
        assert "T0K3N" not in refused["output"]
    with host.sudo():
        assert host.check_output("ls -A /etc/alertmanager/secrets") == ""


def test_the_digest_waits_for_its_time(host: Host) -> None:
    timer = host.check_output("systemctl show echodiary-digest.timer --property=ActiveState,UnitFileState,TimersCalendar")
    assert "ActiveState=active" in timer
    assert "UnitFileState=enabled" in timer
    assert "00:00:00 UTC" in timer


def test_without_webhooks_it_shows_alerts(fetch: Callable[..., Any]) -> None:
    post(fetch, alertname="Shown", severity="warning")
    assert "Shown" in {alert["labels"]["alertname"] for alert in fetch(f"{API}/api/v2/alerts").json}


def test_an_alert_arrives_and_a_critical_one_silences_its_warning(
    host: Host,
    fetch: Callable[..., Any],
    converge: Callable[..., Any],
    eventually: Callable[..., Any],
    received: Callable[[str], list[Any]],
) -> None:
    begin = inspected(host, "{{.State.StartedAt}}")
    changed = converge(
        alertmanager_slack_webhook_url=f"http://127.0.0.1:9999/slack/{TOKEN}",
        alertmanager_heartbeat_url="http://127.0.0.1:9999/heartbeat",
        alertmanager_group_wait="1s",
    )
    assert not changed["failed"], changed["output"]
    assert ("process:alertmanager", "reload") in {(c["resource"], c["action"]) for c in changed["components"][0]["changes"]}
    assert inspected(host, "{{.State.StartedAt}}") == begin

    post(fetch, alertname="Watchdog")
    post(fetch, alertname="Burning", instance="app9", environment="test", severity="critical")
    post(fetch, alertname="Burning", instance="app9", environment="test", severity="warning")
    eventually(lambda: received("/heartbeat"))
    (message,) = eventually(lambda: [m for body in received(f"/slack/{TOKEN}") for m in body["attachments"] if "Burning" in m["title"]])
    assert message["title"] == "[FIRING 1] Burning (test)"
    assert "it is on fire" in message["text"]
    burning = fetch(f"{API}/api/v2/alerts?filter=alertname=Burning").json
    states = {alert["labels"]["severity"]: alert["status"]["state"] for alert in burning}
    assert states == {"critical": "active", "warning": "suppressed"}

    _webhook_is_seen_by_nobody(host, changed)


def _webhook_is_seen_by_nobody(host: Host, changed: dict[str, Any]) -> None:
    assert TOKEN not in changed["output"]
    assert TOKEN not in json.dumps(changed)
    assert host.run("cat /etc/alertmanager/secrets/slack_url").rc != 0
    with host.sudo():
        webhook = host.file("/etc/alertmanager/secrets/slack_url")
        assert webhook.mode == 0o400
        assert host.run(f"getent passwd {webhook.uid}").rc != 0
        assert host.run("runuser -u nobody cat /etc/alertmanager/secrets/slack_url").rc != 0
        assert TOKEN not in host.file("/etc/alertmanager/alertmanager.yml").content_string
    assert TOKEN not in inspected(host, "{{json .}}")


def test_a_webhook_that_was_withdrawn_leaves_nothing(host: Host) -> None:
    with host.sudo():
        assert host.check_output("ls -A /etc/alertmanager/secrets") == ""


def test_what_amtool_rejects_is_refused_untouched(fetch: Callable[..., Any], host: Host, converge: Callable[..., Any]) -> None:
    for options in (["--check"], []):
        refused = converge(*options, alertmanager_group_wait="a while")
        assert refused["failed"]
        assert "not a valid duration string" in refused["output"]
    with host.sudo():
        assert "a while" not in host.file("/etc/alertmanager/alertmanager.yml").content_string
    assert fetch(f"{API}/-/ready").status == 200
