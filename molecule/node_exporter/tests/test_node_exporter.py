# SPDX-License-Identifier: GPL-3.0-or-later
"""What somebody who scrapes the host sees."""

from __future__ import annotations

from testinfra.host import Host


def test_serves_metrics(host: Host) -> None:
    metrics = host.run("python3 -c \"import urllib.request as u; print(u.urlopen('http://127.0.0.1:9100/metrics').read().decode())\"")
    assert metrics.rc == 0
    assert "node_load1 " in metrics.stdout


def test_survives_a_reboot(host: Host) -> None:
    service = host.service("prometheus-node-exporter")
    assert service.is_running
    assert service.is_enabled


def test_publishes_what_others_leave_in_the_textfile_directory(host: Host) -> None:
    with host.sudo():
        host.check_output("printf 'lab_example 42\\n' > /var/lib/node_exporter/textfile/example.prom")
    seen = host.check_output("python3 -c \"import urllib.request as u; print(u.urlopen('http://127.0.0.1:9100/metrics').read().decode())\"")
    with host.sudo():
        host.check_output("rm /var/lib/node_exporter/textfile/example.prom")
    assert "lab_example 42" in seen
