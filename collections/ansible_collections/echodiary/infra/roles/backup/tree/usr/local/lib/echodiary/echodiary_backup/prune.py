# SPDX-License-Identifier: GPL-3.0-or-later
"""What is old goes, with the key that hosts do not have. What is gone afterwards is compared with what had to go."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import UTC, datetime

from . import listing, metrics, retention
from .config import Config
from .errors import BackupError
from .restic import Restic

_PATIENCE = ("--retry-lock", "10m")


def prune(config: Config) -> str:
    if not config["prune"]:
        raise BackupError(f"{config['host']} has no key that may remove: it runs where the inventory says backup_prune: true")
    now = datetime.now(UTC)
    try:
        said = _prune(config, now)
    except BackupError:
        metrics.pruned(config, now, good=False)
        raise
    metrics.pruned(config, now, good=True)
    return said


def _prune(config: Config, now: datetime) -> str:
    restic = Restic(config, "sudo echodiary-backup prune", prune=True)
    restic.unlock()
    before = listing.entries(restic.snapshots(), config["jobs"])
    kept = retention.kept(before, now)
    meant, asked = {one["id"] for one in before} - kept, _asked(restic, before)
    if asked != meant:
        differ = _named([one for one in before if one["id"] in asked ^ meant])
        raise BackupError(f"nothing was removed: of {differ} restic and this program think differently; tell the maintainers")
    if meant:
        _forget(restic, before, dry=False)
    _compare(before, listing.entries(restic.snapshots(), config["jobs"]), kept)
    if meant:
        restic.ask("prune", "--quiet", *_PATIENCE)
    return f"{len(meant)} of {len(before)} snapshots removed, {len(kept)} remain as they should"


def _asked(restic: Restic, before: list[listing.Entry]) -> set[str]:
    groups = [group for output in _forget(restic, before, dry=True) for group in json.loads(output or "[]")]
    return {one["id"] for group in groups for one in group["remove"] or []}


def _forget(restic: Restic, entries: Iterable[listing.Entry], dry: bool) -> list[str]:
    outputs = []
    for tags, options in retention.questions(entries):
        command = ["forget", "--json", "--tag", ",".join(tags), "--group-by", "", *options, *_PATIENCE, *(["--dry-run"] if dry else [])]
        outputs.append(restic.ask(*command).output.strip())
    return outputs


def _compare(before: list[listing.Entry], after: list[listing.Entry], kept: set[str]) -> None:
    """restic ends well when the store refuses: only the list tells."""
    there = {one["id"] for one in after}
    stayed = [one for one in before if one["id"] in there - kept]
    lost = [one for one in before if one["id"] in kept - there]
    if lost:
        raise BackupError(f"{_named(lost)} had to remain and is gone; see who else removes: the bucket's lifecycle, or another retention")
    if stayed:
        raise BackupError(
            f"{_named(stayed)} had to go and is still there: the store refuses it; correct backup_prune_access_key, or its policy"
        )


def _named(entries: list[listing.Entry]) -> str:
    more = f" and {len(entries) - 5} more" if len(entries) > 5 else ""
    return ", ".join(f"{one['id'][:8]} ({one['job']} of {one['time']})" for one in entries[:5]) + more
