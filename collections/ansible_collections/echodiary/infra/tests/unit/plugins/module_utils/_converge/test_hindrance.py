# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import errno
from pathlib import Path

from ansible_collections.echodiary.infra.plugins.module_utils._converge import hindrance
from ansible_collections.echodiary.infra.tests.unit.plugins.module_utils._converge.directory_host import immutable, mounted


def test_something_mounted_over_a_path_is_said(tmp_path: Path) -> None:
    with mounted(tmp_path / "m") as mount:
        said = hindrance.explain(str(mount), OSError(errno.EBUSY, "Device or resource busy"))
    assert f"findmnt {mount}" in said


def test_what_lies_deep_in_a_tree_that_has_to_go_is_found(tmp_path: Path) -> None:
    deep = tmp_path / "a/b/c"
    deep.parent.mkdir(parents=True)
    deep.touch()
    with immutable(deep):
        assert f"chattr -i {deep}" in hindrance.explain(str(tmp_path / "a"), OSError(errno.EPERM, "Operation not permitted"))


def test_a_path_with_blanks_is_quoted_where_it_is_to_be_typed(tmp_path: Path) -> None:
    odd = tmp_path / "two words"
    odd.touch()
    with immutable(odd):
        assert f"chattr -i '{odd}'" in hindrance.explain(str(odd), OSError(errno.EPERM, "Operation not permitted"))


def test_where_nothing_is_known_the_error_speaks_for_itself(tmp_path: Path) -> None:
    assert hindrance.explain(str(tmp_path / "x"), OSError(errno.ENOSPC, "No space left on device")) == "No space left on device"
    assert hindrance.explain(str(tmp_path / "x"), OSError(errno.EPERM, "Operation not permitted")) == "Operation not permitted"
