# SPDX-License-Identifier: GPL-3.0-or-later
"""Who runs this, and where can one watch: taken from the pipeline when there is one, else from the login."""

from __future__ import annotations

import getpass
import platform
from collections.abc import Mapping


def owner(environment: Mapping[str, str]) -> str:
    if environment.get("GITHUB_ACTOR"):
        return f"{environment['GITHUB_ACTOR']} (GitHub Actions)"
    login = environment.get("SUDO_USER") or environment.get("LOGNAME") or environment.get("USER") or _login()
    return f"{login}@{platform.node()}"


def run_url(environment: Mapping[str, str]) -> str:
    """The pipeline's page; empty for a run by hand."""
    parts = [environment.get(name, "") for name in ("GITHUB_SERVER_URL", "GITHUB_REPOSITORY", "GITHUB_RUN_ID")]
    return "{}/{}/actions/runs/{}".format(*parts) if all(parts) else ""


def _login() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return "unknown"
