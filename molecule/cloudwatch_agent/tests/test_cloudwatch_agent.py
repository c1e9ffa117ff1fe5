# SPDX-License-Identifier: GPL-3.0-or-later
"""What arrives where the agent sends, and what is refused before it is installed or written."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from testinfra.host import Host

UNIT = "echodiary-cloudwatch-agent"
#: keeps what it is sent, a line for each request
RECEIVES = """
import http.server, json
class Keeps(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        with open("/var/tmp/received", "a") as file:
            file.write(json.dumps([self.headers.get("X-Amz-Target"), body]) + "\\n")
        self.send_response(200); self.end_headers(); self.wfile.write(b"{}")
    def do_GET(self):
        self.send_response(204); self.end_headers()
    def log_message(self, *_): pass
http.server.ThreadingHTTPServer(("127.0.0.1", 18080), Keeps).serve_forever()
"""


def test_what_is_measured_and_logged_arrives(host: Host, eventually: Callable[..., Any]) -> None:
    with host.sudo():
        host.check_output("printf '%%s' %s > /var/tmp/receives.py", RECEIVES)
        host.check_output("echo 'a line' > /var/log/example.log")
        host.check_output("setsid python3 /var/tmp/receives.py > /dev/null 2>&1 < /dev/null & sleep 0.5")
    eventually(lambda: "PutLogEvents" in host.run("cat /var/tmp/received").stdout)
    received = [json.loads(line) for line in host.check_output("cat /var/tmp/received").splitlines()]
    metrics = next(body for target, body in received if target is None)
    assert "Namespace=echodiary%2Flocal" in metrics
    assert "mem_used_percent" in metrics and "disk_used_percent" in metrics and "i-0123456789abcdef0" in metrics
    (events,) = [json.loads(body) for target, body in received if target and target.endswith("PutLogEvents") and "a line" in body]
    assert events["logGroupName"] == "/echodiary/local/app"
    assert events["logStreamName"].startswith("i-0123456789abcdef0")


def test_the_host_asks_itself(host: Host) -> None:
    with host.sudo():
        host.check_output("systemctl start echodiary-health-check.service")
        last = host.check_output("tail -n 1 /var/log/echodiary/health.log")
    assert "health-check OK http://127.0.0.1:18080/health: 204" in last
    assert host.service("echodiary-health-check.timer").is_enabled


def test_it_is_there_after_a_reboot_and_amazons_own_unit_is_not(host: Host) -> None:
    service = host.service(UNIT)
    assert service.is_running and service.is_enabled
    assert host.check_output("dpkg-query -W -f '${Version}' amazon-cloudwatch-agent") == "1.300071.0-lab1"


def test_another_package_than_the_declared_one_is_not_installed(host: Host, converge: Callable[..., Any]) -> None:
    other = {"url": "file:///var/tmp/amazon-cloudwatch-agent.deb", "sha256": "0" * 64}
    refused = converge(cloudwatch_agent_packages={"amd64": other, "arm64": other})
    assert refused["failed"] and "SHA-256" in refused["output"]
    assert host.service(UNIT).is_running, "what was there before is back"


def test_what_the_agent_would_pass_over_is_refused_before_it_is_written(host: Host, converge: Callable[..., Any]) -> None:
    refused = converge(cloudwatch_agent_log_group="a group")
    assert refused["failed"] and "log_group_name" in refused["output"]
    assert "a group" not in host.check_output("cat /opt/aws/amazon-cloudwatch-agent/etc/amazon-cloudwatch-agent.json")
