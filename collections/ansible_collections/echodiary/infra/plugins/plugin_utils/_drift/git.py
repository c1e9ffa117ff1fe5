# SPDX-License-Identifier: GPL-3.0-or-later
"""Git's side of who moved: the commit that is desired, and the last one that touched a component. Reads only."""

from __future__ import annotations

import dataclasses
from pathlib import Path

from ansible_collections.echodiary.infra.plugins.plugin_utils._common import git as asked
from ansible_collections.echodiary.infra.plugins.plugin_utils._drift import model

TIMEOUT = 10.0
_FORM = "%H%x1f%an%x1f%aI%x1f%s"


def head(root: Path) -> dict[str, str]:
    """The commit that is checked out; empty where there is no git."""
    found = last_commit(root)
    if found:
        found["branch"] = _git(root, "rev-parse", "--abbrev-ref", "HEAD")
        found["dirty"] = "yes" if _git(root, "status", "--porcelain", "--untracked-files=no") else ""
    return found


def last_commit(root: Path, *paths: str) -> dict[str, str]:
    said = _git(root, "log", "-1", f"--format={_FORM}", *(["--", *paths] if paths else []))
    parts = said.split("\x1f")
    return dict(zip(("commit", "author", "date", "subject"), parts, strict=True)) if len(parts) == 4 else {}


def blamed(report: model.Report, root: Path, inventory: str) -> model.Report:
    """Every difference that git had a part in, with the commit that last touched its role or the inventory."""
    names = {one.name for _, one in report.components() if any(found.origin in ("pending", "conflict") for found in one.resources)}
    declared = _inside(root, inventory)
    commits = {name: _moved(root, f":(top,glob)**/roles/{name}/**", *declared) for name in names}
    hosts = tuple(
        dataclasses.replace(host, components=tuple(_with_commit(one, commits.get(one.name, {})) for one in host.components))
        for host in report.hosts
    )
    return dataclasses.replace(report, hosts=hosts)


def _moved(root: Path, *paths: str) -> dict[str, str]:
    """The last commit of these paths, unless they were changed since: that is not committed, so nobody is named for it."""
    said = _git(root, "status", "--porcelain", "-z", "--no-renames", "--untracked-files=all", "--", *paths)
    changed = [entry[3:] for entry in said.split("\0") if entry[3:]]
    if not changed:
        return last_commit(root, *paths)
    more = f" and {len(changed) - 3} more" if len(changed) > 3 else ""
    return {"commit": "", "author": "", "date": "", "subject": f"not committed: {', '.join(changed[:3])}{more}"}


def _inside(root: Path, path: str) -> list[str]:
    """The path where git can be asked about it: an inventory may lie elsewhere."""
    top = _git(root, "rev-parse", "--show-toplevel")
    return [str(Path(path).absolute())] if top and Path(path).absolute().is_relative_to(top) else []


def _with_commit(one: model.Component, commit: dict[str, str]) -> model.Component:
    resources = tuple(
        dataclasses.replace(found, git=commit) if found.origin in ("pending", "conflict") else found for found in one.resources
    )
    return dataclasses.replace(one, resources=resources)


def _git(root: Path, *words: str) -> str:
    """Empty where git has no answer: a report without it is one."""
    try:
        return asked.ask(root, *words, timeout=TIMEOUT).decode(errors="replace").strip("\n")
    except asked.GitFailedError:
        return ""
