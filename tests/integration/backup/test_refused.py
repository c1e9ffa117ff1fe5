# SPDX-License-Identifier: GPL-3.0-or-later
"""Each known failure is one sentence of its own, with what to do; none takes restic's quarter of an hour."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from typing import Any

import pytest

from tests.integration import object_store
from tests.integration.backup.conftest import Host
from tests.integration.object_store import Store

Hosts = Callable[..., Host]
FILES: dict[str, Any] = {"files": {"kind": "path", "hours": 26, "paths": ["/etc/hostname"], "volumes": []}}


def test_each_failure_has_its_sentence(hosts: Hosts) -> None:
    host = hosts(FILES)
    assert "sudo echodiary-backup init" in host.refused("run", "files")
    host.good("init")
    host.tell(password="another")
    said = [host.refused("init"), host.refused("run", "files")]
    host.tell(secret_key="another")
    said.append(host.refused("run", "files"))
    host.tell(repository=host.config["repository"].replace(":8333", ":8334"))
    said.append(host.refused("run", "files"))
    host.tell(repository=host.config["repository"].replace("/backups/", "/none/"))
    said.append(host.refused("run", "files"))
    assert [
        word
        for word in ("backup_password", "backup_password", "does not know the key", "does not answer", "the bucket is there")
        if word not in said.pop(0)
    ] == []
    assert not [secret for secret in (host.config["password"], host.config["secret_key"]) if secret in "".join(said)]


def test_a_sheet_opens_the_repository_until_something_was_changed(hosts: Hosts) -> None:
    host = hosts(FILES)
    host.good("init")
    host.good("run", "files")
    host.shell("echodiary-backup sheet > /root/sheet && chmod 600 /root/sheet")
    opened = host.shell("echodiary-backup sheet --try < /root/sheet")
    assert (opened.code, "1 snapshots, the newest of" in opened.out) == (0, True), opened.said

    host.tell(password="of this host no longer", secret_key="nor that")
    assert host.shell("echodiary-backup sheet --try < /root/sheet").code == 0, "it needs nothing that the host knows"
    said = []
    for changed in ("s/  password    /&x/", "s/  secret key  /&x/", "/  secret key  /d"):
        tried = host.shell(f"sed '{changed}' /root/sheet | echodiary-backup sheet --try")
        assert tried.code == 1, tried.out
        said.append(tried.said.splitlines()[-1])
    assert "does not open it" in said[0] and "does not know the key" in said[1] and "has no secret key" in said[2], said
    assert all("sudo echodiary-backup sheet" in one for one in said)
    assert not [secret for secret in (host.config["password"], host.config["secret_key"]) if secret in "".join(said)]
    host.tell(repository=f"{host.config['repository']}-moved")
    moved = host.shell("echodiary-backup sheet --try < /root/sheet")
    assert moved.code == 1 and "this host saves into" in moved.said and "-moved" in moved.said


@pytest.mark.full
def test_locks_of_a_run_that_was_killed_are_in_nobodys_way(hosts: Hosts, store: Store) -> None:
    host = hosts(FILES)
    host.good("init")
    held = "RESTIC_REPOSITORY={repository} RESTIC_PASSWORD={password} AWS_ACCESS_KEY_ID={access_key} AWS_SECRET_ACCESS_KEY={secret_key}"
    held = held.format(**host.config)
    host.shell(f"{held} restic backup --stdin-from-command -- sleep 60 > /dev/null 2>&1 & echo $! > /tmp/held")
    prefix = host.config["repository"].rpartition("/")[2]

    def locks() -> int:
        return len(store.client(store.keys.hosts).list_objects_v2(Bucket=store.bucket, Prefix=f"{prefix}/locks/").get("Contents", []))

    host.shell("for i in $(seq 100); do pgrep -f '^sleep 60' > /tmp/slept && break; sleep 0.1; done")
    host.shell("kill -9 $(cat /tmp/held) $(cat /tmp/slept)")
    assert locks() == 1
    host.good("run", "files")
    host.good("prune")
    assert locks() == 0


@pytest.mark.full
def test_a_full_bucket_is_said_within_a_minute_or_two(hosts: Hosts) -> None:
    """One of its own: nobody saves into it any more."""
    with object_store.running("backup-full") as full:
        keys = {"access_key": full.keys.hosts.access, "secret_key": full.keys.hosts.secret}
        host = hosts(FILES, repository=f"s3:{full.endpoint}/{full.bucket}/full", **keys)
        host.good("init")
        full.client(full.keys.pruner).put_object(Bucket=full.bucket, Key="filler", Body=os.urandom(3_000_000))
        weed(full, f"s3.bucket.quota -name={full.bucket} -op=set -sizeMB=1")
        end = time.monotonic() + 60
        while "read only" not in weed(full, "s3.bucket.quota.enforce -apply"):
            assert time.monotonic() < end
            time.sleep(1)
        assert "takes nothing more" in host.refused("run", "files")
        assert host.snapshots() == []
        assert "last_success" not in host.metrics()


def weed(store: Store, command: str) -> str:
    """What the store's own shell says."""
    done = store.container.exec_run(["sh", "-c", f"echo '{command}' | weed shell -master=127.0.0.1:9333"])
    return str(done.output.decode())
