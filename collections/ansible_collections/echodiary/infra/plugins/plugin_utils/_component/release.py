# SPDX-License-Identifier: GPL-3.0-or-later
"""The ``release`` of a component that lives in two slots: checked, with the fingerprint of everything that makes it one. Pure."""

from __future__ import annotations

import hashlib
import json
import posixpath
import re
from typing import Any

from ...module_utils._release.slots import PORT, SLOT
from .._common.errors import SpecError

_HAPROXY = {
    "backend": {"type": "str", "required": True},
    "socket": {"type": "str", "default": "/run/haproxy/admin.sock"},
    "save": {"type": "str", "default": ""},
}
_MIGRATE = {
    "env_file": {"type": "str", "default": ""},
    "volumes": {"type": "list", "elements": "str", "default": []},
    "allow": {"type": "list", "elements": "dict", "default": []},
    "command": {"type": "list", "elements": "str", "default": []},
    "timeout": {"type": "float", "default": 600.0},
}
OPTIONS: dict[str, Any] = {
    "service": {"type": "str", "required": True},
    "slots": {"type": "dict", "required": True},
    "haproxy": {"type": "dict", "required": True, "options": _HAPROXY},
    "drain": {"type": "float", "default": 30.0},
    "interval": {"type": "float", "default": 1.0},
    "passes": {"type": "int", "default": 3},
    "keep": {"type": "int", "default": 5},
    "min_free": {"type": "float", "default": 1.0},
    "environment": {"type": "list", "elements": "str", "default": []},
    "migrate": {"type": "dict", "options": _MIGRATE},
}


def read(manifest: dict[str, Any], release: dict[str, Any] | None) -> dict[str, Any] | None:
    """What the host needs to know of a release; None for a component that restarts in place."""
    if release is None:
        return None
    name, project = manifest["name"], manifest["compose"]
    if not project or release["service"] not in project["services"]:
        raise SpecError(f"{name}: release names service '{release['service']}', which the Compose file does not have")
    if SLOT not in project["file"]:
        raise SpecError(f"{name}: compose has to be in a directory of the slot (…/{SLOT}/…), so that two releases can be there at once")
    if f"{posixpath.dirname(project['file'])}/.env" in manifest["files"]:
        raise SpecError(f"{name}: {posixpath.dirname(project['file'])}/.env is written for each slot (SLOT and PORT); name yours otherwise")
    slots = _slots(name, release["slots"])
    _check_numbers(name, release)
    if not any(PORT in check["url"] for check in manifest["health"]):
        raise SpecError(f"{name}: a release needs a health probe of its own slot (http://127.0.0.1:{PORT}/…)")
    _check_environment(name, manifest, release)
    _check_migrate(name, release["migrate"])
    image = project["services"][release["service"]]["image"]
    return {
        **release,
        "slots": slots,
        "image": image,
        "config": fingerprint(manifest, image),
        "state": "present",
        "expect": "",
        "migrated": False,
        "permitted": False,
    }


def _slots(name: str, slots: dict[str, Any]) -> dict[str, int]:
    if len(slots) != 2:
        raise SpecError(f"{name}: release needs two slots (name: port), not {len(slots)}")
    for slot, port in slots.items():
        if not re.fullmatch("[a-z0-9]+", str(slot)):
            raise SpecError(f"{name}: release: slot '{slot}' becomes part of paths and names; use small letters and digits")
        if isinstance(port, bool) or not re.fullmatch("[0-9]+", str(port)) or not 0 < int(port) < 65536:
            raise SpecError(f"{name}: release: slots: {port!r} is no port (slot {slot}); use a number from 1 to 65535")
    found = {str(slot): int(port) for slot, port in slots.items()}
    if len(set(found.values())) < 2:
        raise SpecError(f"{name}: release: slots: both are at {found.popitem()[1]}; each needs a port of its own")
    return found


def _check_numbers(name: str, release: dict[str, Any]) -> None:
    if release["passes"] < 1 or release["interval"] <= 0:
        raise SpecError(f"{name}: release: passes has to be 1 or more, and interval more than 0 s")
    if release["drain"] < 0:
        raise SpecError(f"{name}: release: drain has to be 0 or more seconds, not {release['drain']}")
    if release["keep"] < 2:
        raise SpecError(f"{name}: release: keep has to be 2 or more, for what serves and what rests, not {release['keep']}")


def _check_environment(name: str, manifest: dict[str, Any], release: dict[str, Any]) -> None:
    """A key that is missing would be found out by a crash in the middle of a deploy."""
    given = {
        line.partition("=")[0].strip()
        for path, file in manifest["files"].items()
        if path.endswith(".env") and isinstance(file["content"], str)
        for line in file["content"].splitlines()
        if line.partition("=")[2].strip()
    }
    missing = [key for key in release["environment"] if key not in given]
    if missing:
        raise SpecError(f"{name}: environment {', '.join(missing)} is empty or missing; set it in the inventory")


def _check_migrate(name: str, migrate: dict[str, Any] | None) -> None:
    """Alembic is asked in the release's environment and judged; of another tool's command nothing is known but that it is to run."""
    if migrate is None:
        return
    if not migrate["command"] and not migrate["env_file"]:
        raise SpecError(f"{name}: release: migrate needs env_file, for Alembic to find its database, or the command of another tool")
    if migrate["command"] and migrate["allow"]:
        raise SpecError(f"{name}: release: migrate: allow is about Alembic's migrations, which command replaces; keep one of them")
    if migrate["timeout"] <= 0:
        raise SpecError(f"{name}: release: migrate: timeout has to be more than 0 s, not {migrate['timeout']:g}")


def fingerprint(manifest: dict[str, Any], image: str) -> str:
    """Names everything but the image that a release runs with: definitions, environment, mounted files."""
    files = {path: str(file["content"]).replace(image, "") for path, file in manifest["files"].items() if SLOT in path}
    return hashlib.sha256(json.dumps(files, sort_keys=True).encode()).hexdigest()[:12]
