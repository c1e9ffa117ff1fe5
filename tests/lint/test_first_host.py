# SPDX-License-Identifier: GPL-3.0-or-later
"""Which host does what is done once is answered by one filter: two expressions would one day name two hosts, and two leases."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.lint.expressions import leaders, templates
from tests.lint.texts import tracked_files
from tests.lint.yaml_files import load

ROOT = Path(__file__).resolve().parents[2]
COLLECTION = "collections/ansible_collections/echodiary/infra"
PLACES = ("inventories", "molecule", f"{COLLECTION}/playbooks", f"{COLLECTION}/roles")
FILES = tracked_files(ROOT, *PLACES)


def by_hand(path: Path) -> list[str]:
    texts = templates(load(path)) if path.suffix == ".yml" else [path.read_text(encoding="utf-8")]
    return [f"{path.relative_to(ROOT)}: {text}" for text in texts if leaders(text)]


def test_nobody_picks_a_host_of_a_group_by_hand() -> None:
    read = [path for path in FILES if path.suffix in (".yml", ".j2")]
    assert len(read) > 100
    assert [found for path in read for found in by_hand(path)] == []


@pytest.mark.parametrize(
    "text",
    [
        "{{ groups['app'] | sort | first }}",
        "{{ groups.app | default([]) | sort | first | default('') }}",
        "{{ (groups['app'] | default(groups['all']) | sort)[0] }}",
        "{{ groups['app'][0] }}",
        "{{ groups['app'] | min }}",
        "{% if inventory_hostname == groups['app'] | first %}x{% endif %}",
        "{{ (a or groups['app']) | first }}",
    ],
)
def test_one_who_does_is_found(text: str) -> None:
    assert leaders(text)


@pytest.mark.parametrize(
    "text", ["{{ groups | echodiary.infra.first_host('app') }}", "{{ groups['app'] | sort }}", "{{ hosts | first }}", "{{ groups['app'] }}"]
)
def test_one_who_asks_is_well(text: str) -> None:
    assert leaders(text) == []
