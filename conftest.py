# SPDX-License-Identifier: GPL-3.0-or-later
"""Lets every test import the collection as Ansible does (ansible_collections.echodiary.infra.…); sets markers."""

from __future__ import annotations

from pathlib import Path

import pytest
from ansible.utils.collection_loader._collection_finder import _AnsibleCollectionFinder

ROOT = Path(__file__).parent

_AnsibleCollectionFinder(paths=[str(ROOT / "collections")])._install()

KINDS = ("integration", "e2e")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """A test's directory says what it needs: tests/integration, tests/e2e."""
    for item in items:
        for kind in set(KINDS) & set(item.path.relative_to(ROOT).parts):
            item.add_marker(kind)
