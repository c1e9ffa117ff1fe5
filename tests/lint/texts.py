# SPDX-License-Identifier: GPL-3.0-or-later
"""What must not be written where: package indexes and places of one machine, the lab in the collection, versions."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from tests.lint.yaml_files import load, scalars

#: Which index a machine installs from is that machine's business. (Classes in brackets keep this file out of its net.)
FORBIDDEN = (
    r"py[p]i\.org",
    r"python[h]osted",
    r"(?:deb|security)\.deb[i]an\.org",
    r"registry\.npm[j]s",
    r"/(?:work|home|Users)/(?:main|[a-z]+/src)\b",
    r"/tmp/[w]/",
)
#: The collection is for every fleet. Names that only the lab uses do not belong there.
LAB = (r"\blab_[a-z]+", r"\bLAB_[A-Z]+", r"172\.30\.77\.")

_IMAGE = re.compile(r"^(?:[\w.-]+(?::\d+)?/)*[\w.-]+(?::[\w][\w.-]*)?@sha256:[0-9a-f]{64}$|^(?:[\w.-]+/)+[\w.-]+:[\w][\w.-]*$")
_VERSION_KEY = re.compile(r"(?:^|_|\.)(?:version|image|tag|digest)$")


def tracked_files(root: Path, *under: str) -> list[Path]:
    """Text files that git knows or would add, links left out."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard", "--", *under],
        cwd=root,
        capture_output=True,
        text=True,
        check=True,
        timeout=30,
    )
    paths = [root / name for name in listed.stdout.split("\0") if name]
    return [path for path in paths if path.is_file() and not path.is_symlink()]


def occurrences(paths: Iterable[Path], patterns: Iterable[str]) -> list[str]:
    """file:line: what was found, for every line that matches one of the patterns."""
    wanted = re.compile("|".join(patterns))
    problems = []
    for path in paths:
        lines = path.read_text(encoding="utf-8", errors="replace").splitlines()
        for number, line in enumerate(lines, start=1):
            if match := wanted.search(line):
                problems.append(f"{path}:{number}: {match.group()}")
    return problems


def stray_versions(inventory_files: Iterable[Path]) -> list[str]:
    """Versions and images in inventories outside versions.yml."""
    problems = []
    for path in inventory_files:
        if path.suffix in (".yml", ".yaml") and path.name != "versions.yml":
            stray = [where for where, value in scalars(load(path)) if _is_version(where, value)]
            problems += [f"{path}: {where} belongs in versions.yml" for where in stray]
    return problems


def _is_version(where: str, value: Any) -> bool:
    if isinstance(value, str) and ("{{" in value or "://" in value):
        return False
    if isinstance(value, str) and _IMAGE.match(value):
        return True
    return value is not None and bool(_VERSION_KEY.search(where))
