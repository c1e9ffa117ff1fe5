# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

from pathlib import Path

import pytest
from ansible_collections.echodiary.infra.plugins.module_utils._kinds import owned


@pytest.fixture
def root(tmp_path: Path) -> Path:
    for name in ("ours", "stray", "sub/ours", "sub/stray", "strange/a", "strange/b"):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text("x")
    return tmp_path


def declared(root: Path) -> set[str]:
    return {str(root / "ours"), str(root / "sub/ours")}


def names(root: Path, changes: list) -> list[str]:
    return sorted(str(change.resource).removeprefix(f"stranger:{root}/") for change in changes)


def test_strangers_are_named_and_a_strange_directory_once(root: Path) -> None:
    changes = owned.plan({str(root): {}}, declared(root))
    assert names(root, changes) == ["strange", "stray", "sub/stray"]
    assert {change.origin for change in changes} == {"corrective"}


def test_removed_only_where_prune_is_asked_for(root: Path) -> None:
    assert {change.action for change in owned.plan({str(root): {}}, set())} == {"report"}
    assert {change.action for change in owned.plan({str(root): {"prune": True}}, set())} == {"remove"}


def test_ignored_by_pattern_relative_or_absolute(root: Path) -> None:
    policy = {"ignore": ["stra*", f"{root}/sub/**"]}
    assert owned.plan({str(root): policy}, declared(root)) == []


def test_a_declared_directory_is_looked_into(root: Path) -> None:
    changes = owned.plan({str(root): {}}, declared(root) | {str(root / "strange")})
    assert names(root, changes) == ["strange/a", "strange/b", "stray", "sub/stray"]


def test_links_are_strangers_and_never_followed(root: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    outside = tmp_path_factory.mktemp("outside")
    (outside / "precious").write_text("x")
    (root / "link").symlink_to(outside)
    assert "link" in names(root, owned.plan({str(root): {}}, declared(root)))


def test_an_owned_directory_that_became_a_link_is_reported_and_nothing_behind_it_is_pruned(
    root: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    outside = tmp_path_factory.mktemp("outside")
    (outside / "precious").write_text("x")
    (root / "area").symlink_to(outside)
    changes = owned.plan({str(root / "area"): {"prune": True}}, set())
    assert [(str(change.resource), change.action) for change in changes] == [(f"stranger:{root}/area", "report")]


def test_an_absent_directory_has_no_strangers(tmp_path: Path) -> None:
    assert owned.plan({str(tmp_path / "absent"): {"prune": True}}, set()) == []
