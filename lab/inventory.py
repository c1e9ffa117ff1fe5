# SPDX-License-Identifier: GPL-3.0-or-later
"""The inventory a lab writes about itself: hosts, how to log in, where its services are. Holds no secret."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import Any

import yaml

from lab import keys, object_store
from lab.settings import Settings

HEADER = "# Written by `python -m lab up`; changes here are lost.\n---\n"
HOSTS = Path("hosts.yml")
VARIABLES = Path("group_vars") / "all" / "lab.yml"
_DIRECTORY = "{{ hostvars[groups | echodiary.infra.first_host('app')].inventory_dir }}"
#: what a deploy to the lab has pinned; read after the environment's own release.yml
PIN = VARIABLES.with_name("release_lab.yml")
#: how many workers an incident has scaled to
WORKERS = VARIABLES.with_name("workers_lab.yml")


def write_hosts(lab: Settings, *, ipv6: bool = False) -> None:
    _write(lab.inventory / HOSTS, hosts(lab, ipv6=ipv6))


def write_variables(lab: Settings, images: dict[str, str]) -> None:
    if not lab.is_default:
        _link_group_vars(lab)
    before = _application(lab.inventory / VARIABLES)
    _write(lab.inventory / VARIABLES, variables(lab, images))
    if before != _application(lab.inventory / VARIABLES):
        # people who build a new image want to see it run
        (lab.inventory / PIN).unlink(missing_ok=True)


def _application(path: Path) -> str:
    """EchoDiary's image as the file has it."""
    known = yaml.safe_load(path.read_text(encoding="utf-8")) if path.exists() else {}
    return str((known.get("lab_images") or {}).get("echodiary/echodiary", ""))


def remove(lab: Settings) -> None:
    for name in (HOSTS, VARIABLES, PIN, WORKERS):
        (lab.inventory / name).unlink(missing_ok=True)


def hosts(lab: Settings, *, ipv6: bool = False) -> dict[str, Any]:
    """``ipv6``: they have an address of that, too."""

    def host(address: str) -> dict[str, Any]:
        return {"ansible_host": address, **({"firewall_addresses": [address, lab.address6(address)]} if ipv6 else {})}

    def group(names: list[str]) -> dict[str, Any]:
        return {"hosts": {name: host(lab.address(name)) for name in names}}

    return {"all": {"children": {"app": group(lab.app_names), "monitoring": group(["mon1"])}}}


def variables(lab: Settings, images: dict[str, str]) -> dict[str, Any]:
    return {
        **connection(lab, lab.inventory),
        "lab_name": lab.name,
        # asked for on the controller, too, which is in no inventory
        "lab_directory": f"{_DIRECTORY}/{os.path.relpath(lab.root, lab.inventory)}",
        "lab_environment": {
            "LAB_NAME": lab.name,
            "LAB_SUBNET": str(lab.subnet),
            "LAB_APP_HOSTS": str(lab.app_hosts),
            "LAB_PORT_OFFSET": str(lab.port_offset),
            "LAB_LOGS": str(int(lab.logs)),
        },
        "lab_registry": f"{lab.address('registry')}:5000",
        "lab_aws_endpoint": f"http://{lab.address('aws')}:5000",
        "lab_s3_endpoint": f"http://{lab.address('s3')}:{object_store.PORT}",
        "lab_backup_bucket": object_store.BUCKET,
        "lab_postgres_host": lab.address("postgres"),
        "lab_redis_host": lab.address("redis"),
        "lab_port_offset": lab.port_offset,
        "lab_logs": lab.logs,
        "lab_images": images,
    }


def connection(lab: Settings, inventory: Path) -> dict[str, str]:
    """How Ansible logs in. Paths are relative to the inventory: it may be read from anywhere."""

    def here(path: Path) -> str:
        return "{{ inventory_dir }}/" + os.path.relpath(path, inventory)

    known_hosts = here(keys.known_hosts_file(lab))
    return {
        "ansible_user": "admin",
        "ansible_ssh_private_key_file": here(keys.user_key(lab)),
        "ansible_ssh_common_args": f"-o UserKnownHostsFile='{known_hosts}' -o StrictHostKeyChecking=yes",
    }


def _link_group_vars(lab: Settings) -> None:
    """A further lab is converged with the local environment's variables, all but what the default lab wrote."""
    source = lab.root / "inventories" / "local" / "group_vars"
    target = lab.inventory / "group_vars"
    shutil.rmtree(target, ignore_errors=True)
    (target / "all").mkdir(parents=True)
    own = [lab.root / "inventories" / "local" / name for name in (VARIABLES, PIN, WORKERS)]
    for path in [*source.iterdir(), *(source / "all").iterdir()]:
        if path not in (source / "all", *own) and not path.name.startswith("."):
            link = target / path.relative_to(source)
            link.symlink_to(os.path.relpath(path, link.parent))


def _write(path: Path, content: dict[str, Any]) -> None:
    """Written only when different, so that nothing looks changed after a second `up`."""
    text = HEADER + yaml.safe_dump(content, sort_keys=False, width=120)
    if path.exists() and path.read_text(encoding="utf-8") == text:
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_name(f".{path.name}.new")
    fresh.write_text(text, encoding="utf-8")
    fresh.replace(path)
