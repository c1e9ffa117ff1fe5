# SPDX-License-Identifier: GPL-3.0-or-later
"""SSH keys, host keys and random secrets: made once per lab, kept in its state directory, readable by its owner."""

from __future__ import annotations

import json
import os
import secrets
import shutil
import subprocess
from pathlib import Path

from lab.errors import LabError
from lab.settings import Settings

SECRETS = (
    "database_password",
    "database_migrate_password",
    "database_admin_password",
    "database_master_password",
    "postgres_exporter_password",
    "grafana_admin_password",
    # the repository's password; the key that hosts hold, and the one that may also delete
    "backup_password",
    "backup_access_key",
    "backup_secret_key",
    "backup_prune_access_key",
    "backup_prune_secret_key",
    # of who sends logs, and of who reads them
    "logs_password",
)
#: what the monitoring host shows who sends it logs: by whom it is known, and the key
LOGS = {"logs_certificate", "logs_key"}
#: whose passwords the first two are
LOGINS = {"database_user": "echodiary_app", "database_migrate_user": "echodiary"}


def user_key(lab: Settings) -> Path:
    return _key(lab.state / "ssh" / "id_ed25519", f"{lab.name}-lab")


def known_hosts_file(lab: Settings) -> Path:
    return lab.state / "known_hosts"


def host_files(lab: Settings, member: str) -> dict[str, bytes]:
    """What a new host gets before it boots: its own host key, and the user's public key."""
    return {**own_key(lab, member), "/home/admin/.ssh/authorized_keys": _public(user_key(lab)).read_bytes()}


def own_key(lab: Settings, member: str) -> dict[str, bytes]:
    """The host's own."""
    private = _key(lab.state / "host_keys" / member, member)
    return {
        "/etc/ssh/ssh_host_ed25519_key": private.read_bytes(),
        "/etc/ssh/ssh_host_ed25519_key.pub": _public(private).read_bytes(),
    }


def write_known_hosts(lab: Settings, addresses: dict[str, str]) -> None:
    """Who answers at which address: hosts are never trusted because they happened to answer first."""
    lines = []
    for member, address in sorted(addresses.items()):
        public = _public(_key(lab.state / "host_keys" / member, member)).read_text(encoding="ascii")
        kind, value = public.split()[:2]
        lines.append(f"{address},{lab.container(member)} {kind} {value}\n")
    write_private(known_hosts_file(lab), "".join(lines))


def lab_secrets(lab: Settings) -> dict[str, str]:
    """The lab's passwords, the same for as long as it exists, and whose they are."""
    path = lab.state / "secrets.json"
    kept: dict[str, str] = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    made = {name: secrets.token_urlsafe(24) for name in SECRETS if name not in kept}
    known = {**LOGINS, **kept, **made}
    if not known.keys() >= LOGS:
        known |= _certificate_for_logs(lab)
    if known != kept:
        write_private(path, json.dumps(known, indent=2) + "\n")
    return known


def _certificate_for_logs(lab: Settings) -> dict[str, str]:
    """Signed by itself: those who send know it."""
    from lab.cloud import authority  # slow to import, and needed once

    made = authority.alone("logs", (lab.address("mon1"), "127.0.0.1"))
    return {"logs_certificate": made.certificate.decode(), "logs_key": made.key.decode()}


def write_private(path: Path, text: str) -> None:
    """Replaces a file whole; nobody else can read it at any moment."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    fresh = path.with_name(f".{path.name}.new")
    descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as output:
        output.write(text)
    fresh.replace(path)


def _public(private: Path) -> Path:
    return private.with_name(private.name + ".pub")


def _key(path: Path, comment: str) -> Path:
    if path.exists() and _public(path).exists():
        return path
    program = shutil.which("ssh-keygen")
    if program is None:
        raise LabError("There is no ssh-keygen on this machine: install openssh-client and run the command again.")
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    path.unlink(missing_ok=True)
    command = [program, "-q", "-t", "ed25519", "-N", "", "-C", comment, "-f", str(path)]
    subprocess.run(command, check=True, timeout=30, stdin=subprocess.DEVNULL)
    return path
