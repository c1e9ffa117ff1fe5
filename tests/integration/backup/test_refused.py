# SPDX-License-Identifier: GPL-3.0-or-later
"""Each known failure is one sentence of its own, with what to do; none takes restic's quarter of an hour."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

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
def test_a_full_bucket_is_said_within_a_minute_or_two(hosts: Hosts, store: Store) -> None:
    """Last, since it is the bucket of all."""
    host = hosts(FILES)
    host.good("init")
    quota = f"s3.bucket.quota -name={store.bucket} -op=set -sizeMB=1\\ns3.bucket.quota.enforce -apply\\n"
    script = f"printf '{quota}' | weed shell -master=127.0.0.1:9333"
    store.client(store.keys.pruner).put_object(Bucket=store.bucket, Key="filler", Body=b"x" * 3_000_000)
    done = store.container.exec_run(["sh", "-c", script])
    assert done.exit_code == 0, done.output
    line = host.refused("run", "files")
    assert "takes nothing more" in line
    assert host.snapshots() == []
    assert "last_success" not in host.metrics()
