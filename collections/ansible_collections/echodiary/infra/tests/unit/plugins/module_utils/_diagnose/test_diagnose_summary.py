# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import json

from ansible_collections.echodiary.infra.plugins.module_utils._diagnose import summary

DISKS = """Filesystem Type Size Used Avail Use% Mounted on
/dev/a ext4 10G 9.8G 0.2G 98% /
/dev/b ext4 10G 1G 9G 10% /srv
"""
FAILED = "  UNIT LOAD ACTIVE SUB DESCRIPTION\nnginx.service loaded failed failed A server\n\n1 loaded units listed.\n"


def container(**state: object) -> str:
    return json.dumps({"State": {"Status": "running", "ExitCode": 0, **state}})


def test_what_is_wrong_is_named_and_what_is_well_is_not() -> None:
    files = {
        "disk/space.txt": DISKS,
        "units/failed.txt": FAILED,
        "containers/well.json": container(Health={"Status": "healthy"}),
        "containers/rests.json": container(Status="exited", ExitCode=143),
        "containers/sick.json": container(Health={"Status": "unhealthy"}),
        "containers/gone.json": container(Status="exited", ExitCode=1),
        "containers/large.json": container(Status="exited", ExitCode=137, OOMKilled=True),
        "logs/api.txt": "fine\nERROR one\nTraceback (most recent call last)\n",
        "logs/quiet.txt": "fine\n",
        "haproxy/statistics.csv": "# pxname,svname,status,scur\nechodiary,FRONTEND,OPEN,1\nechodiary,blue,UP,2\nechodiary,green,MAINT,0\n",
    }
    assert sorted(summary.lines(files)) == [
        "HAProxy echodiary/blue: UP, 2 requests now",
        "HAProxy echodiary/green: MAINT, 0 requests now",
        "container gone: ended with 1",
        "container large: killed for want of memory",
        "container sick: unhealthy",
        "disk: / is 98% full (0.2G left)",
        "logs/api.txt: 2 lines of errors",
        "unit nginx.service has failed",
    ]


def test_an_empty_bundle_has_nothing_to_say() -> None:
    assert summary.lines({}) == []
