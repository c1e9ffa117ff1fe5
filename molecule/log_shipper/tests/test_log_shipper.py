# SPDX-License-Identifier: GPL-3.0-or-later
"""The key is seen by nobody, and the distribution's own syslog-ng does nothing. That lines arrive: tests/integration/logs."""

from __future__ import annotations

from testinfra.host import Host


def test_the_key_is_nowhere_to_be_seen(host: Host, secrets: dict[str, str]) -> None:
    assert host.run("cat /etc/echodiary/log_shipper/syslog-ng.conf").rc != 0
    with host.sudo():
        seen = host.check_output("cat /proc/[0-9]*/cmdline | tr '\\0' ' '; cat /var/lib/echodiary/components/log_shipper.json")
    assert secrets["logs_password"] not in seen


def test_the_distributions_own_is_still(host: Host) -> None:
    assert host.run("systemctl is-active syslog-ng").stdout.strip() == "inactive"
    assert host.run("systemctl is-enabled syslog-ng").stdout.strip() == "disabled"
