# SPDX-License-Identifier: GPL-3.0-or-later
"""Lets every test import the collection as Ansible does (ansible_collections.echodiary.infra.…); sets markers."""

from __future__ import annotations

import os
from pathlib import Path

import hypothesis
import pytest
from ansible.utils.collection_loader._collection_finder import _AnsibleCollectionFinder
from xdist.remote import Producer
from xdist.scheduler import LoadScopeScheduling

ROOT = Path(__file__).parent

_AnsibleCollectionFinder(paths=[str(ROOT / "collections")])._install()

# A busy machine must not fail a property for being slow.
hypothesis.settings.register_profile("unhurried", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow])
hypothesis.settings.load_profile("unhurried")

KINDS = ("integration", "e2e")
#: Those that take minutes begin first, so that in the end no worker is left alone with one of them.
LONGEST = ("converge", "release", "gitops", "traffic", "deploy_flow", "database_dump")
#: What needs an image that is made after all others.
LAST = ("logs",)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """A test's directory says what it needs: tests/integration, tests/e2e."""
    items.sort(key=_place)
    for item in items:
        for kind in set(KINDS) & set(item.path.relative_to(ROOT).parts):
            item.add_marker(kind)


def _place(item: pytest.Item) -> int:
    name = item.path.parent.name
    return LONGEST.index(name) if name in LONGEST else len(LONGEST) + (name in LAST)


class PerDirectory(LoadScopeScheduling):
    """The tests of one directory share a host, so one worker runs them in their order."""

    def _split_scope(self, nodeid: str) -> str:
        return nodeid.partition("::")[0].rpartition("/")[0]


def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> PerDirectory | None:
    """For ``--dist loadscope``; everything else stays pytest-xdist's own."""
    return PerDirectory(config, log) if config.getvalue("dist") == "loadscope" else None


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """On GitHub the page of the run says what failed, beside the annotations in the pull request."""
    page = os.environ.get("GITHUB_STEP_SUMMARY")
    failed = [report.nodeid for kind in ("failed", "error") for report in terminalreporter.stats.get(kind, [])]
    if page and failed:
        with Path(page).open("a", encoding="utf-8") as file:
            file.write("\n".join(["### Tests that failed", "", *(f"- `{name}`" for name in failed), "", ""]))
