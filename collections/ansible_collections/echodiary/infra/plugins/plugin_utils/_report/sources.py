# SPDX-License-Identifier: GPL-3.0-or-later
"""What the controller has itself: the last security check, what the account costs, when commits were made. Each may fail alone."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ...module_utils._ledger import files, journal
from .._common import git, timestamps
from .._common.errors import SpecError
from .._drift import model as drift
from .._drift import words
from .._security import document

if TYPE_CHECKING:
    from .._cost.estimate import Estimate
    from .._security.shapes import Document
    from .shapes import Differing, Heal, Watched

#: names of buckets have it in them, and nothing is paid for by it
_ANY_ACCOUNT = "000000000000"
_COMMIT = re.compile(r"[0-9a-f]{7,64}")


def security(path: str, environment: str) -> tuple[Document | None, str]:
    """The document and why it cannot be read."""
    try:
        return document.read(files.read_json(path), environment), ""
    except (OSError, ValueError, files.LedgerError) as error:
        return None, f"{path}: {error}"


def watched(report: str, history: str, begin: float, end: float) -> Watched:
    """The newest drift report, and the heals of this week from a watcher's history; either file may be missing."""
    found: Watched = {"looked": "", "differing": [], "heals": [], "troubles": []}
    try:
        kept = files.read_json(report)
        if kept is not None:
            seen = drift.from_dict(kept)
            found |= {"looked": seen.time, "differing": [_differing(*one) for one in seen.differing()]}
    except (OSError, ValueError, KeyError, TypeError, AttributeError, files.LedgerError) as error:
        found["troubles"].append(f"{report}: {error}")
    try:
        heals = [_heal(one) for one in journal.read(history).records if one.get("operation") == "heal"]
        found["heals"] = [one for one in heals if begin < timestamps.to_wall(one["time"]) <= end]
    except (OSError, ValueError, KeyError, TypeError, AttributeError, files.LedgerError) as error:
        found["troubles"].append(f"{history}: {error}")
    return found


def _differing(host: drift.Host, component: drift.Component, one: drift.Resource) -> Differing:
    who = words.who(one, host.name)
    return {"host": host.name, "component": component.name, "resource": words.title(one), "since": one.since, "who": who}


def _heal(entry: dict[str, Any]) -> Heal:
    where = [f"{host}/{name}" for host, several in entry["targets"].items() for name in several]
    return {"time": entry["time"], "outcome": entry["outcome"], "where": where, "reason": str(entry.get("reason", ""))}


def cost(declared: Mapping[str, Any], environment: str, region: str, prices: str, usage: Mapping[str, Any]) -> tuple[Estimate | None, str]:
    """The estimate, None where no account is declared, and why it cannot be told."""
    if not declared:
        return None, ""
    from .._account import declaration
    from .._cost import estimate
    from .._cost import usage as used
    from .._prices import file

    try:
        env = declaration.read(dict(declared), environment, _ANY_ACCOUNT, region, {})
        return estimate.of(env, file.load(region, prices), used.read(usage)), ""
    except SpecError as error:
        return None, str(error)


def committed(repository: str, commits: Iterable[str]) -> dict[str, float]:
    """Commit -> s since 1970, of those that this checkout has."""
    wanted = sorted({one for one in commits if _COMMIT.fullmatch(one)})
    if not wanted:
        return {}
    try:
        said = git.ask(Path(repository).absolute(), "log", "--no-walk=unsorted", "--ignore-missing", "--format=%H %ct", *wanted)
    except git.GitFailedError:
        return {}
    times = {name: float(moment) for name, moment in (line.split() for line in said.decode().splitlines())}
    found = {one: next((moment for name, moment in times.items() if name.startswith(one)), None) for one in wanted}
    return {one: moment for one, moment in found.items() if moment is not None}
