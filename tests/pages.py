# SPDX-License-Identifier: GPL-3.0-or-later
"""EchoDiary's pages, built for the tests that need them. What is missing on somebody's machine skips a test; in CI it fails."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path
from typing import NoReturn

import pytest

ROOT = Path(__file__).parents[1]
FRONTEND = ROOT / "frontend"
#: a browser of the system, where Playwright has none of its own
BROWSERS = ("chromium", "google-chrome", "chromium-browser")


def missing(what: str) -> NoReturn:
    if os.environ.get("CI") == "true":
        pytest.fail(f"CI has to have this: {what}")
    pytest.skip(what)


def built() -> Path:
    """Where the pages are, built from what lies here now."""
    if not shutil.which("node") or not shutil.which("npm"):
        missing("no Node.js here: install Node.js 20.19 or newer, with npm")
    done = subprocess.run([ROOT / ".ci/front"], capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr
    return FRONTEND / "dist"


def npx(*command: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(["npx", "--no-install", *command], cwd=FRONTEND, capture_output=True, text=True, timeout=300)
