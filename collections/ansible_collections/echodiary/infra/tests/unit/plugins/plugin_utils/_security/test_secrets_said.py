# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import json
from pathlib import Path

from ansible_collections.echodiary.infra.plugins.plugin_utils._security import secrets

RESULTS = json.loads((Path(__file__).parent / "said/detect-secrets.json").read_text())["results"]


def test_keys_count_and_what_is_only_called_a_password_counts_less() -> None:
    found = secrets.findings(RESULTS, lambda _: False, "localhost")
    assert [(one["id"], one["severity"]) for one in found] == [
        ("secrets:deploy.sh:aws-access-key", "high"),
        ("secrets:group_vars/plain.yml:secret-keyword", "low"),
        ("secrets:group_vars/vault.yml:private-key", "high"),
    ]


def test_a_vault_is_passed_over_where_it_is_one() -> None:
    found = secrets.findings(RESULTS, lambda path: path == "group_vars/vault.yml", "localhost")
    assert [one["id"] for one in found if "vault" in one["id"]] == []


def test_several_of_a_kind_are_one_whatever_line_they_move_to() -> None:
    several = {"a.py": [{"type": "Private Key", "line_number": number} for number in range(1, 8)]}
    (found,) = secrets.findings(several, lambda _: False, "localhost")
    assert (found["id"], found["text"]) == ("secrets:a.py:private-key", "Private Key in a.py, line 1, 2, 3, 4, 5, …")
