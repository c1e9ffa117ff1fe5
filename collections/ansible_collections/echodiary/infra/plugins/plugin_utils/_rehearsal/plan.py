# SPDX-License-Identifier: GPL-3.0-or-later
"""On which dump it is rehearsed, and whether that has to be brought to the host first. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from ...module_utils._rehearsal.shapes import Dump, Looked
    from .shapes import Options


class Plan(NamedTuple):
    """``dump`` is None where there is nothing to rehearse on, and ``why`` says so. ``kept``: it is restored here already; ``bring``: it is
    on another host."""

    dump: Dump | None
    kept: bool
    bring: bool
    why: str
    notes: list[str]


def plan(args: Options, here: Looked, there: Looked | None) -> Plan:
    """``here``: where it is rehearsed; ``there``: the host that keeps the component's dumps, where that is another one."""
    notes = [*here.get("notes", []), *(there.get("notes", []) if there else [])]
    if not here.get("docker"):
        return Plan(None, False, False, "Docker does not run on this host; name another: -e deploy_rehearse_host=<host with Docker>", notes)
    if not args["server_image"]:
        return Plan(
            None, False, False, "no image of PostgreSQL's server is named; say deploy_rehearse_image, or database: backup: image", notes
        )
    kept_there = (there or here).get("store")
    dump = here.get("program") or kept_there
    if dump is None:
        return Plan(None, False, False, _none(args), notes)
    kept = here.get("holds") == f"{dump['source']}:{dump['id']}"
    return Plan(dump, kept, not kept and there is not None and dump is kept_there, "", notes)


def _none(args: Options) -> str:
    where = f" in {args['directory']} of {args['backup_host']}" if args["directory"] else ""
    return f"there is no dump of {args['component']}{where}; make one: ansible-playbook echodiary.infra.backup"
