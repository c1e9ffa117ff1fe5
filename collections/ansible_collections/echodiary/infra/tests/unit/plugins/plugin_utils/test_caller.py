# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

from ansible_collections.echodiary.infra.plugins.plugin_utils import _caller

PIPELINE = {"GITHUB_ACTOR": "ann", "GITHUB_SERVER_URL": "https://git", "GITHUB_REPOSITORY": "o/r", "GITHUB_RUN_ID": "7", "USER": "runner"}


def test_in_a_pipeline() -> None:
    assert _caller.owner(PIPELINE).startswith("ann ")
    assert _caller.run_url(PIPELINE) == "https://git/o/r/actions/runs/7"


def test_by_hand() -> None:
    assert _caller.owner({"SUDO_USER": "bob", "USER": "root"}).startswith("bob@")
    assert _caller.owner({"USER": "root"}).startswith("root@")
    assert _caller.run_url({}) == ""


def test_without_any_name() -> None:
    assert "@" in _caller.owner({})
