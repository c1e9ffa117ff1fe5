# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

from ansible_collections.echodiary.infra.plugins.plugin_utils._common import identity

PIPELINE = {"GITHUB_ACTOR": "ann", "GITHUB_SERVER_URL": "https://git", "GITHUB_REPOSITORY": "o/r", "GITHUB_RUN_ID": "7", "USER": "runner"}


def test_in_a_pipeline() -> None:
    assert identity.owner(PIPELINE).startswith("ann ")
    assert identity.run_url(PIPELINE) == "https://git/o/r/actions/runs/7"


def test_by_hand() -> None:
    assert identity.owner({"SUDO_USER": "bob", "USER": "root"}).startswith("bob@")
    assert identity.owner({"USER": "root"}).startswith("root@")
    assert identity.run_url({}) == ""


def test_without_any_name() -> None:
    assert "@" in identity.owner({})
