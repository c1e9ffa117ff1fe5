# SPDX-License-Identifier: GPL-3.0-or-later
"""``inventories/production`` as somebody has it who followed docs/aws.md, for the lab in place of AWS.

All of its files, the declaration that the page shows, and what the page says to fill in. What a lab has otherwise is in ``zz_lab.yml``,
read after everything else: no play and no role knows of it.
"""

from __future__ import annotations

import platform
import re
import shutil
from pathlib import Path
from typing import Any

import yaml

from lab import inventory, keys
from lab.cloud import authority, front
from lab.errors import LabError
from lab.settings import Settings

ACCOUNT = "123456789012"  # the imitation's
HEADER = "# Written by `python -m lab.cloud`; changes here are lost.\n---\n"
PAGE = Path("docs") / "aws.md"
#: the name under which users ask, and the owner's zone that it is in
ZONE, DOMAIN = "example.com", "diary.example.com"
#: of the image ``instance``
UNITS = [
    f"stranger:{place}/{name}.service"
    for place in ("/usr/lib/systemd/system", "/etc/systemd/system/multi-user.target.wants")
    for name in ("cloud-final", "lab-trust")
]
#: the cache has a certificate of the lab's authority, as the database has: on AWS it is one that every image trusts
APPLICATION = {"echodiary_redis_url": "{{ echodiary_secrets.redis_url }}?ssl_ca_certs=/etc/echodiary/tls/database-ca.pem"}
#: what a person writes and a run may have written since
WRITTEN = ("release.yml", "aws.yml")


def place(lab: Settings) -> Path:
    return lab.state / "cloud" / "production"


def write(lab: Settings) -> Path:
    """Returns where it is. What runs have left there (the pin, keys of hosts) stays."""
    source, target = lab.root / "inventories" / "production", place(lab)
    shutil.copytree(source, target, dirs_exist_ok=True, ignore=shutil.ignore_patterns("README.md", *WRITTEN, "rds-ca.pem"))
    group_vars = target / "group_vars"
    (group_vars / "all" / "rds-ca.pem").write_bytes(authority.own(lab).certificate)
    _write(group_vars / "all" / "zz_lab.yml", _everywhere(lab))
    _write(group_vars / "app" / "zz_lab.yml", APPLICATION)
    _write(group_vars / "monitoring" / "zz_lab.yml", _monitoring(lab))
    return target


def unprotect(lab: Settings) -> None:
    """As somebody does who means to give the environment up."""
    page = place(lab) / "group_vars" / "all" / "aws.yml"
    declared = yaml.safe_load(page.read_text(encoding="utf-8"))
    declared["aws_environment"]["protected"] = False
    _write(page, declared)


def begin(lab: Settings, zone: str = "") -> Path:
    """As ``write``, with nothing left of what runs wrote. ``zone``: id of the owner's, where a load balancer is declared, too."""
    shutil.rmtree(place(lab), ignore_errors=True)
    target = write(lab)
    _write(target / "group_vars" / "all" / "aws.yml", declaration((lab.root / PAGE).read_text(encoding="utf-8"), lab, zone))
    return target


def declaration(page: str, lab: Settings, zone: str = "") -> dict[str, Any]:
    """The page's own example: for the imitation's account, this machine's architecture, and addresses that Docker may have here."""
    found = re.search(r"```yaml\n---\n(aws_account:.*?)```", page, re.DOTALL)
    if not found:
        raise LabError(f"{PAGE} shows no aws_account any more: lab/cloud/inventory.py looks for that example.")
    shown: dict[str, Any] = yaml.safe_load(found.group(1))
    environment = shown["aws_environment"]
    network = {**environment["network"], "cidr": f"172.29.{lab.subnet.network_address.packed[2]}.0/24"}
    hosts = {name: {**host, "type": _type(host["type"])} for name, host in environment["hosts"].items()}
    architecture = {} if _arm() else {"architecture": "x86_64"}
    front = {"balancer": {"domain": DOMAIN, "zone_id": zone}} if zone else {}
    return {"aws_account": ACCOUNT, "aws_environment": {**environment, **architecture, **front, "network": network, "hosts": hosts}}


def _arm() -> bool:
    return platform.machine() in ("aarch64", "arm64")


def _type(name: str) -> str:
    return name if _arm() else name.replace("t4g.", "t3.")


def _everywhere(lab: Settings) -> dict[str, Any]:
    key = keys.user_key(lab)
    return {
        "ansible_ssh_private_key_file": str(key),
        "baseline_admin_keys": [key.with_name(f"{key.name}.pub").read_text(encoding="ascii").strip()],
        "baseline_allowed": _allowed(lab),
        # The clock belongs to the machine under the containers.
        "baseline_chrony_options": "-F 1 -x",
        "node_exporter_clock_synchronised": False,
        "baseline_unattended_upgrades": False,
        # Docker Hub's images are those that the lab has; its own are in the registry that stands for ECR.
        "docker_registry_mirrors": [f"http://{front.HUB}:5000"],
        # What stands for ECR wants no login, and nobody here would answer who asks ECR's API for one.
        "docker_credential_helpers": {},
        **_images(lab),
        # A small fleet on one machine, scraped often: a canary need not be watched for minutes.
        "prometheus_scrape_interval": "5s",
        "deploy_gate_hold": 5,
        "deploy_gate_lookback": 10,
        "deploy_gate_p95": 5,
        "deploy_rollout": [{"share": 1, "hold": 1}, {"share": 100, "hold": 3}],
    }


def _allowed(lab: Settings) -> list[dict[str, Any]]:
    """What production lets be, and what of a host is the lab's."""
    files = [lab.root / "inventories" / name / "group_vars" / "all" / "allowed.yml" for name in ("production", "local")]
    shared = [entry for file in files for entry in yaml.safe_load(file.read_text(encoding="utf-8"))["baseline_allowed"]]
    return [*shared, {"reason": "the image of the lab: what stands for cloud-init", "resources": UNITS}]


def _images(lab: Settings) -> dict[str, str]:
    """By the names that ``versions.yml`` has for them."""
    served = yaml.safe_load((lab.inventory / inventory.VARIABLES).read_text(encoding="utf-8"))["lab_images"]
    names = ("prometheus", "alertmanager", "postgres-exporter", "redis_exporter", "blackbox-exporter", "grafana")
    found = {name: image for name in names for reference, image in served.items() if reference.endswith(f"/{name}")}
    return {f"{name.replace('-', '_')}_image": image for name, image in found.items()}


def _monitoring(lab: Settings) -> dict[str, Any]:
    """Without Grafana where its image could not be had."""
    source = yaml.safe_load((lab.root / "inventories/production/group_vars/monitoring/main.yml").read_text(encoding="utf-8"))
    components = source["components"] if "grafana_image" in _images(lab) else source["components"].replace(", 'grafana']", "]")
    # in its container nobody trusts the lab's authority
    return {"components": components, "redis_exporter_args": ["--skip-tls-verification"]}


def _write(path: Path, content: dict[str, Any]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(HEADER + yaml.safe_dump(content, sort_keys=False, width=120, allow_unicode=True), encoding="utf-8")
