# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import os
from pathlib import Path

import pytest
from ansible_collections.echodiary.infra.plugins.plugin_utils._security import tools
from ansible_collections.echodiary.infra.plugins.plugin_utils._security.shapes import NotCheckedError


def test_a_path_that_people_give_is_the_program(tmp_path: Path) -> None:
    own = tmp_path / "testssl"
    own.write_text("#!/bin/sh\necho said; exit 3\n")
    own.chmod(0o755)
    program = tools.found(tools.Tool("testssl", str(own), "install it"))
    assert program == str(own)
    assert tools.run([program], 10, str(tmp_path)) == (3, "said\n")


def test_without_one_it_is_looked_for_beside_this_python_and_on_the_path() -> None:
    assert os.path.isabs(tools.found(tools.Tool("python", "", "install it")))
    assert tools.found(tools.Tool("sh", "", "install it")).endswith("/sh")


@pytest.mark.parametrize("given", ["", "no-such-program", "/nowhere/testssl"])
def test_one_that_is_missing_is_said_with_what_installs_it(given: str) -> None:
    with pytest.raises(NotCheckedError, match="not installed on the controller; install it"):
        tools.found(tools.Tool("no-such-program", given, "install it"))


def test_one_that_does_not_end_was_no_check(tmp_path: Path) -> None:
    with pytest.raises(NotCheckedError, match="sleep did not end within 0 s"):
        tools.run(["sleep", "9"], 0.2, str(tmp_path))
