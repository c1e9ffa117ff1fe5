# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

from ansible_collections.echodiary.infra.plugins.filter import logs


def test_only_where_a_host_keeps_logs() -> None:
    hosts = {"app1": {"components": ["haproxy"]}, "mon1": {"components": ["logs"]}}
    assert logs.log_window({"app1": hosts["app1"]}, ["inventories/x"], 0.0) == ""
    command = logs.log_window(hosts, ["inventories/x"], 1_796_126_400.0, "app1")
    assert command.startswith("python -m gitops -i inventories/x logs --since 2026-12-01T12:00:00Z --until ")
    assert command.endswith(" --limit app1")
