# SPDX-License-Identifier: GPL-3.0-or-later
"""Who saves a component's database into the repository, as an inventory says it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from ansible.parsing.dataloader import DataLoader
from ansible.template import Templar, trust_as_template
from ansible_collections.echodiary.infra.plugins.plugin_utils._backup import saving
from ansible_collections.echodiary.infra.plugins.plugin_utils._component import roster


def places(playbooks: Path, hosts: dict[str, Any], component: str = "shop") -> list[tuple[str, str]]:
    given: Any = {
        "inventory_hostname": "app1",
        "groups": {"all": list(hosts)},
        "hostvars": hosts,
        "playbook_dir": str(playbooks),
        **hosts["app1"],
    }
    loader = DataLoader()
    return [tuple(one) for one in saving.places(roster.Roster(loader, Templar(loader, variables=given), given, []), component)]


def job(component: str = "shop", kind: str = "postgres") -> dict[str, str]:
    return {"kind": kind, "component": component}


def test_of_hosts_that_have_the_component_of_backups(tmp_path: Path) -> None:
    hosts = {
        "mon1": {"components": ["prometheus", "backup"]},
        "db1": {"components": ["echodiary.infra.backup"], "backup_jobs": {"nightly": job("ours.apps.shop"), "cart": job("cart")}},
        "app1": {
            "components": ["backup"],
            "backup_jobs": trust_as_template("{{ {'database': {'kind': 'postgres', 'component': 'shop'}} }}"),
        },
        "app2": {"components": ["shop"], "backup_jobs": {"database": job()}},
    }
    assert places(tmp_path, hosts) == [("app1", "database"), ("db1", "nightly")]
    assert places(tmp_path, hosts, "cart") == [("db1", "cart")]
    assert places(tmp_path, hosts, "nobody") == []


@pytest.mark.parametrize(
    "jobs", [None, [], "x", {"a": None}, {"a": {"kind": "redis", "component": "shop"}}, trust_as_template("{{ secret.x }}")]
)
def test_what_is_none_or_cannot_be_rendered_is_nobody_s(tmp_path: Path, jobs: Any) -> None:
    assert places(tmp_path, {"app1": {"components": ["backup"], "backup_jobs": jobs}}) == []
