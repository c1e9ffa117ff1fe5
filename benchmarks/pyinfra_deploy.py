# SPDX-License-Identifier: GPL-3.0-or-later
"""The same configuration as roles/bench, as a pyinfra deploy. The sources are roles/bench's own.

Run as: pyinfra INVENTORY pyinfra_deploy.py --sudo
"""

from __future__ import annotations

from pathlib import Path

import yaml
from pyinfra import host  # type: ignore[import-not-found]
from pyinfra.operations import apt, files, server, systemd  # type: ignore[import-not-found]

ROLE = Path(__file__).resolve().parent / "roles" / "bench"
TREE = ROLE / "tree"
MODES = {"/usr/local/bin/bench-report": "755", "/usr/local/bin/bench-backup": "755", "/etc/bench/app.env": "640"}
GROUPS = {"/etc/bench/app.env": "bench"}

variables = {**yaml.safe_load((ROLE / "defaults" / "main.yml").read_text()), "inventory_hostname": host.name}

apt.packages(name="Install the packages", packages=["at", "cron", "lighttpd"], no_recommends=True)
server.user(
    name="Create the user",
    user="bench",
    shell="/usr/sbin/nologin",
    home="/var/lib/bench",
    ensure_home=False,
    system=True,
)
server.sysctl(
    name="Set the listen backlog",
    key="net.core.somaxconn",
    value=8192,
    persist=True,
    persist_file="/etc/sysctl.d/90-echodiary.conf",
)
for directory in ("/etc/bench", "/etc/bench/routes.d"):
    files.directory(name=f"Create {directory}", path=directory, user="root", group="root", mode="755")

for source in sorted(path for path in TREE.rglob("*") if path.is_file()):
    target = "/" + str(source.relative_to(TREE)).removesuffix(".j2")
    policy = {"user": "root", "group": GROUPS.get(target, "root"), "mode": MODES.get(target, "644")}
    if source.suffix == ".j2":
        files.template(
            name=f"Write {target}",
            src=str(source),
            dest=target,
            jinja_env_kwargs={"trim_blocks": True},
            create_remote_dir=False,
            **policy,
            **variables,
        )
    else:
        files.put(name=f"Write {target}", src=str(source), dest=target, create_remote_dir=False, **policy)

for service in ("atd", "cron", "lighttpd"):
    systemd.service(name=f"Run {service}", service=f"{service}.service", running=True, enabled=True)
