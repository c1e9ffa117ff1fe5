# SPDX-License-Identifier: GPL-3.0-or-later
"""Lets every test import the collection as Ansible does: ansible_collections.echodiary.infra.…"""

from __future__ import annotations

from pathlib import Path

from ansible.utils.collection_loader._collection_finder import _AnsibleCollectionFinder

_AnsibleCollectionFinder(paths=[str(Path(__file__).parent / "collections")])._install()
