# SPDX-License-Identifier: GPL-3.0-or-later
"""What remains and what goes, who may remove it, and what is found when a bit has turned."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from typing import Any

import pytest

from tests.integration.backup.conftest import Host
from tests.integration.object_store import Store

Hosts = Callable[..., Host]
FILES: dict[str, Any] = {"files": {"kind": "path", "hours": 26, "paths": ["/srv/files"], "volumes": []}}


def saved(host: Host, moments: Iterable[datetime]) -> list[str]:
    """A snapshot of each; what ``list`` says of the days."""
    host.good("init")
    host.shell("mkdir -p /srv/files")
    for moment in moments:
        host.shell(f"echo {moment} > /srv/files/day")
        host.good("run", "files", "--time", moment.strftime("%Y-%m-%d %H:%M:%S"))
    return days(host)


def days(host: Host) -> list[str]:
    return [one["time"][:10] for one in host.snapshots()]


def test_the_hosts_key_removes_nothing_and_that_is_said(hosts: Hosts, store: Store) -> None:
    host = hosts(FILES)
    before = saved(host, [datetime(2026, month, day, 2, 30) for month, day in ((1, 25), (1, 26), (1, 27), (2, 2))])
    host.tell(prune_access_key=store.keys.hosts.access, prune_secret_key=store.keys.hosts.secret)
    line = host.refused("prune")
    assert "2026-01-26" in line
    assert "refuses" in line
    assert days(host) == before
    assert 'echodiary_backup_prune_ok{environment="test"} 0' in host.metrics()

    host.tell(prune=False)
    assert "backup_prune: true" in host.refused("prune")

    host.tell()
    host.good("prune")
    assert days(host) == ["2026-01-25", "2026-01-27", "2026-02-02"]
    assert 'echodiary_backup_prune_ok{environment="test"} 1' in host.metrics()


@pytest.mark.full
def test_of_seventy_days_seven_remain_and_each_months_first(hosts: Hosts) -> None:
    host = hosts(FILES)
    saved(host, [datetime(2026, 1, 5, 2, 30) + timedelta(days=day) for day in range(70)])
    host.good("run", "files", "--tag", "deploy", "--time", "2026-03-01 12:00:00")
    host.good("run", "files", "--tag", "deploy", "--time", "2026-03-09 12:00:00")
    host.good("prune")
    week = [f"2026-03-{day:02}" for day in range(9, 16)]
    # 2026-03-15 is the seventieth; the deploy of the 9th beside that day's own
    assert days(host) == ["2026-01-05", "2026-02-01", "2026-03-01", week[0], *week]
    assert "0 of 11 snapshots removed" in host.good("prune")


@pytest.mark.full
def test_one_turned_bit_is_found_by_one_part_of_seven(hosts: Hosts, store: Store) -> None:
    host = hosts(FILES)
    host.good("init")
    host.shell("mkdir -p /srv/files && head -c 200000 /dev/urandom > /srv/files/a")
    host.good("run", "files")
    pruner, prefix = store.client(store.keys.pruner), host.config["repository"].rpartition("/")[2]
    packs = pruner.list_objects_v2(Bucket=store.bucket, Prefix=f"{prefix}/data/")["Contents"]
    key = max(packs, key=lambda one: one["Size"])["Key"]
    content = bytearray(pruner.get_object(Bucket=store.bucket, Key=key)["Body"].read())
    content[len(content) // 2] ^= 1
    pruner.put_object(Bucket=store.bucket, Key=key, Body=bytes(content))
    found = []
    for part in range(1, 8):
        done = host.backup("verify", str(part))
        if done.code:
            found.append(part)
            assert "damaged" in done.said.splitlines()[-1]
        assert f'echodiary_backup_read_ok{{environment="test"}} {int(not done.code)}' in host.metrics()
        assert f'echodiary_backup_read_part{{environment="test"}} {part}' in host.metrics()
    assert len(found) == 1
