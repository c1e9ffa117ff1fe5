# SPDX-License-Identifier: GPL-3.0-or-later
"""What a directory has already, the hosts of another inventory, and the writing of files."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from ansible.errors import AnsibleError
from ansible.inventory.manager import InventoryManager
from ansible.parsing.dataloader import DataLoader
from ansible.template import Templar
from ansible.vars.manager import VariableManager

from ...module_utils._ledger import files
from .._common.errors import SpecError
from .shapes import File, Host

PATTERNS = (
    "*",
    ".*",
    ".github/workflows/*",
    "inventories/*/*",
    "inventories/*/group_vars/*/*",
    "roles/*/*",
    "roles/*/*/*",
    "roles/*/tree/**/*",
)
LOGIN = ("ansible_host", "ansible_user", "ansible_port", "ansible_ssh_private_key_file", "ansible_ssh_common_args")
LONGEST = 200_000


def existing(directory: Path) -> dict[str, str]:
    """Path -> text. What is no text, or too long for what is written here, is there all the same."""
    found = {path for pattern in PATTERNS for path in directory.glob(pattern) if path.is_file() or path.is_symlink()}
    return {str(path.relative_to(directory)): _text(path) for path in sorted(found)}


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8") if path.is_file() and path.stat().st_size <= LONGEST else ""
    except UnicodeDecodeError:
        return ""


def write(directory: Path, planned: list[File]) -> None:
    for file in planned:
        path = directory / file.path
        if file.text != file.before:
            path.parent.mkdir(parents=True, exist_ok=True)
            files.write(str(path), file.text, 0o644)


def hosts(inventory: Path) -> list[Host]:
    """Those of its group ``app``, of all where there is none, with how to log in. SpecError where nothing can be read."""
    if not inventory.exists():
        raise SpecError(f"addresses: there is no inventory {inventory}; name one, or hosts as in addresses=admin@203.0.113.10")
    loader = DataLoader()
    try:
        known = InventoryManager(loader=loader, sources=[str(inventory)])
        variables = VariableManager(loader=loader, inventory=known)
        found = known.get_hosts("app" if "app" in known.groups else "all")
        return [Host(host.name, _login(variables.get_vars(host=host), loader)) for host in found]
    except AnsibleError as error:
        raise SpecError(f"addresses: inventory {inventory} cannot be read: {' '.join(str(error).split())}") from error


def _login(variables: dict[str, Any], loader: DataLoader) -> dict[str, str | int]:
    given = Templar(loader=loader, variables=variables).template({name: variables[name] for name in LOGIN if name in variables})
    return {name: value if isinstance(value, int) else str(value) for name, value in given.items()}
