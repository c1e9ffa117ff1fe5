# SPDX-License-Identifier: GPL-3.0-or-later
"""What the roles declare on each distribution, and what is recorded of that distribution's archive."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml
from ansible_collections.echodiary.infra.plugins.module_utils._kinds import distributions, documents, packages

from tests import rendering

RECORDED = Path(__file__).parent / "recorded"
DISTRIBUTIONS = ("debian 12", "debian 13", "ubuntu 24.04")
#: variables without which a role declares nothing
NEEDED: dict[str, dict[str, Any]] = {
    "baseline": {"baseline_admin_keys": ["ssh-ed25519 AAAA somebody"]},
    "gitops": {
        "gitops_environment": "test",
        "gitops_repository": "https://git.example/x.git",
        "gitops_private_key": "key",
        "gitops_known_hosts": "x",
    },
    "postgres": {"postgres_admin_password": "x"},
    "haproxy": {"inventory_hostname": "app1", "components": ["haproxy"]},
    "log_shipper": {"log_shipper_password": "x", "log_shipper_ca_certificate": "x", "inventory_hostname": "app1"},
    "firewall": {"inventory_hostname": "app1", "components": ["firewall"]},
}


def roles() -> list[str]:
    """Those that declare packages: all others run wherever Docker does."""
    found = (path.parent for path in (rendering.ROOT / "roles").glob("*/component.yml"))
    return sorted(role.name for role in found if "packages" in yaml.safe_load((role / "component.yml").read_text()).keys() | _said(role))


def _said(role: Path) -> set[str]:
    entries = (yaml.safe_load((role / "component.yml").read_text()).get("distributions") or {}).values()
    return {key for entry in entries for key in entry or {}}


def component(role: str, **variables: Any) -> documents.ComponentSpec:
    return rendering.component(role, **{**NEEDED.get(role, {}), **variables})


def declared(role: str, distribution: str, **variables: Any) -> list[str]:
    """Names without versions; nothing where the role refuses the distribution."""
    found = component(role, **variables)
    if not distributions.supports(found, distribution):
        return []
    return [packages.split(wanted)[0] for wanted in distributions.chosen(found, distribution)["packages"]]


def recorded(file: str) -> set[str]:
    return set(yaml.safe_load((RECORDED / f"{file}.yml").read_text())["packages"])
