# SPDX-License-Identifier: GPL-3.0-or-later
"""What the host says arrives where its inventory has the component logs; the key is seen by nobody. More: tests/integration/logs."""

from __future__ import annotations

import base64
import json
import time
from collections.abc import Callable
from typing import Any

from testinfra.host import Host


def found(fetch: Callable[..., Any], secrets: dict[str, str], query: str) -> list[Any]:
    key = base64.b64encode(f"logs:{secrets['logs_password']}".encode()).decode()
    url = f"http://127.0.0.1:9428/select/logsql/query?query={query}"
    return [json.loads(line) for line in fetch(url, headers={"Authorization": f"Basic {key}"}).text.splitlines()]


def test_a_line_of_the_journal_arrives(
    host: Host, fetch: Callable[..., Any], secrets: dict[str, str], eventually: Callable[..., Any]
) -> None:
    word = f"arrives{time.time_ns()}"
    host.check_output(f"logger -t somebody -p user.err {word}")
    (line,) = eventually(lambda: found(fetch, secrets, word))
    assert (line["component"], line["level"], line["source"]) == ("somebody", "ERROR", "journal")


def test_the_key_is_nowhere_to_be_seen(host: Host, secrets: dict[str, str]) -> None:
    assert host.run("cat /etc/echodiary/log_shipper/syslog-ng.conf").rc != 0
    with host.sudo():
        seen = host.check_output("cat /proc/[0-9]*/cmdline | tr '\\0' ' '; cat /var/lib/echodiary/components/log_shipper.json")
    assert secrets["logs_password"] not in seen


def test_the_distributions_own_is_still(host: Host) -> None:
    assert host.run("systemctl is-active syslog-ng").stdout.strip() == "inactive"
    assert host.run("systemctl is-enabled syslog-ng").stdout.strip() == "disabled"
