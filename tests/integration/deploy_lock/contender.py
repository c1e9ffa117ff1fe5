# SPDX-License-Identifier: GPL-3.0-or-later
"""``python -m tests.integration.deploy_lock.contender <url> <table> <owner> <skew>``: asks for a lock whenever it is told to, by a line.

``skew``: seconds that its wall clock is ahead.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from ansible.utils.collection_loader._collection_finder import _AnsibleCollectionFinder

_AnsibleCollectionFinder(paths=[str(Path(__file__).resolve().parents[3] / "collections")])._install()


def main(url: str, table: str, owner: str, skew: str) -> None:
    true = time.time
    time.time = lambda: true() + float(skew)
    from ansible_collections.echodiary.infra.plugins.plugin_utils._lease import dynamodb, places

    from tests.integration.deploy_lock import tables

    aws: Any = SimpleNamespace(url=url)
    given = tables.variables(aws, table)
    place = places.of(given["echodiary_lease"], given["echodiary_aws"], "here")
    assert place is not None
    store = dynamodb.Table(place)
    for line in sys.stdin:
        state, _, token = line.strip().partition(" ")
        answer = tables.ask(store, state, owner=owner, token=int(token) if token else None)
        told = answer.get("outcome", "failed"), (answer.get("lease") or {}).get("token", 0), answer.get("msg", "")
        sys.stdout.write(" ".join(map(str, told)).strip() + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main(*sys.argv[1:])
