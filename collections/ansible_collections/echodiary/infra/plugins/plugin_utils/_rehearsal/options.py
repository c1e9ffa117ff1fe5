# SPDX-License-Identifier: GPL-3.0-or-later
"""Arguments of ``rehearsal``: checked, completed by what the component declares, and put into the host's words. Pure."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from .._alembic import options as alembic
from .._alembic.findings import Allowance
from .._common.errors import SpecError
from .._inside import place

if TYPE_CHECKING:
    from collections.abc import Collection

    from ...module_utils._alembic.shapes import Run
    from ...module_utils._inside.shapes import Asked, Limits
    from ...module_utils._rehearsal.shapes import Dump, Wanted
    from .._database.declared import Declared
    from .shapes import Options

ARGUMENTS: dict[str, Any] = {
    "component": {"type": "str", "required": True},
    "hosts": {"type": "list", "elements": "str", "default": []},
    "image": {"type": "str", "required": True},
    "pending": {"type": "list", "elements": "str", "default": []},
    "driver": {"type": "str", "default": "postgresql"},
    "variable": {"type": "str", "default": "DATABASE_URL"},
    "environment": {"type": "dict", "default": {}, "no_log": True},
    "config": {"type": "str", "default": "alembic.ini"},
    "section": {"type": "str", "default": "alembic"},
    "directory": {"type": "path", "default": ""},
    "backup_host": {"type": "str", "default": ""},
    "database": {"type": "str", "default": ""},
    "job": {"type": "str", "default": ""},
    "server_image": {"type": "str", "default": ""},
    "pull": {"type": "str", "choices": ["missing", "never", "always"], "default": "missing"},
    "memory": {"type": "str", "default": "1g"},
    "keep": {"type": "float", "default": 12.0},
    "max_wait": {"type": "int", "default": 500},
    "max_seconds": {"type": "int", "default": 600},
    "accept_lost_rows": {"type": "bool", "default": False},
    "allow": alembic.ARGUMENTS["allow"],
    "required": {"type": "bool", "default": False},
    "timeout": {"type": "int", "default": 3600},
}
_COMPONENT = re.compile(r"[a-z0-9][a-z0-9_-]*")
#: as a migration in production has them (ms); the statements' time is the rehearsal's
_LOCK_TIMEOUT = 3000


def checked(args: Options) -> Options:
    if not _COMPONENT.fullmatch(args["component"]):
        raise SpecError(f"component: {args['component']!r} is no name of a component; use a-z, 0-9, _ and -")
    for name in ("max_wait", "max_seconds", "timeout"):
        if args[name] < 1:
            raise SpecError(f"{name}: {args[name]} allows nothing; give more, or leave it out")
    if args["keep"] < 0:
        raise SpecError(f"keep: {args['keep']} hours are none; 0 keeps no restored dump")
    return args


def completed(args: Options, found: Declared | None, given: Collection[str]) -> Options:
    """With what the component declares in place of what the task does not say itself. ``given``: names of what it says."""
    if found is None:
        return args
    backup = found.backup
    declared: dict[str, Any] = {"database": found.name}
    if backup is not None:
        declared["server_image"] = backup.image
        if backup.method == "dump":
            declared.update(directory=backup.directory, backup_host=backup.host or min(args["hosts"], default=""))
    said = {name for name in given if args.get(name) not in ("", None)}
    completed: Any = {**args, **{name: value for name, value in declared.items() if name not in said}}
    return completed  # type: ignore[no-any-return]


def allowances(args: Options) -> list[Allowance]:
    return [Allowance(one["revision"], one["rule"], one["reason"], one["direction"]) for one in args["allow"]]


def wanted(args: Options, do: str, dump: Dump | None = None) -> Wanted:
    """What a host is asked."""
    return {
        "do": do, "component": args["component"], "job": args["job"], "directory": args["directory"],
        "database": args["database"], "dump": dump,
        "container": {
            "name": f"echodiary-rehearsal-{args['component']}", "image": args["server_image"], "pull": args["pull"],
            "memory": args["memory"], "keep": args["keep"],
        },
        "driver": args["driver"], "variable": args["variable"], "read": None, "migrate": None, "loader": "", "sources": {},
        "timeout": float(args["timeout"]), "offset": 0, "length": 0, "part": "", "brought": False,
    }  # fmt: skip


def runs(args: Options) -> dict[str, Run]:
    """In the release's own Python: what is pending on the copy, and one migration. Which, and where the copy is, the host says."""
    limits: Limits = {
        "lock_timeout": _LOCK_TIMEOUT,
        "statement_timeout": args["max_seconds"] * 1000,
        "concurrently_timeout": args["max_seconds"] * 1000,
    }
    read: Asked = {"do": "read", "target": "head", "since": None, "want": []}
    migrate: Asked = {
        "do": "migrate", "target": "", "expected": [], "key": alembic.LOCK_KEY, "lock_wait": 30, "limits": limits, "tries": 1, "want": [],
    }  # fmt: skip
    return {
        "read": _run(args, read, alembic.READ_TIMEOUT, alembic.READ_STATEMENT),
        "migrate": _run(args, migrate, args["max_seconds"] + 60, limits["statement_timeout"]),
    }


def _run(args: Options, request: Asked, timeout: int, statement: int) -> Run:
    where: place.Options = {
        "image": args["image"], "virtualenv": None, "directory": None, "config": args["config"], "section": args["section"], "python": None,
        "env_file": None, "environment": args["environment"], "network": None, "volumes": [], "docker_options": [], "pull": args["pull"],
    }  # fmt: skip
    return place.run(where, args["image"], request, timeout, {"lock_timeout": _LOCK_TIMEOUT, "statement_timeout": statement})
