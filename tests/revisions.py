# SPDX-License-Identifier: GPL-3.0-or-later
"""The newest revision of EchoDiary's schema, and the numbers of those that tests put after it."""

from pathlib import Path

_VERSIONS = Path(__file__).resolve().parents[1] / "app/migrations/versions"
HEAD = max(file.name.partition("_")[0] for file in _VERSIONS.glob("[0-9]*.py"))
NEXT, AFTER = (f"{int(HEAD) + step:04d}" for step in (1, 2))
