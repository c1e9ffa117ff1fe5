# SPDX-License-Identifier: GPL-3.0-or-later
"""Which scenarios of molecule/ can share a host: those of one image and group. A line each, ``host scenario…``, longest first."""

from __future__ import annotations

import sys
from collections import defaultdict
from pathlib import Path

import yaml


def lanes(scenarios: list[str], root: Path) -> list[str]:
    """What only has values under its own host's name stays alone; what stands on others comes after them."""
    found: dict[str, list[tuple[int, str]]] = defaultdict(list)
    for scenario in scenarios:
        data = yaml.safe_load((root / scenario / "molecule.yml").read_text(encoding="utf-8"))
        (platform,) = data["platforms"]
        own = (root / scenario / "host_vars").is_dir()
        shared = "-".join(["molecule", *platform["groups"], platform.get("image", "host")])
        found[f"molecule-{scenario.replace('_', '-')}" if own else shared].append((len(platform.get("stands_on", [])), scenario))
    return [" ".join([host, *(name for _, name in sorted(names))]) for host, names in sorted(found.items(), key=lambda one: -len(one[1]))]


if __name__ == "__main__":
    print("\n".join(lanes(sys.argv[1:], Path("molecule"))))  # noqa: T201
