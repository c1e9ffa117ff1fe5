# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import pytest
from ansible_collections.echodiary.infra.plugins.plugin_utils._common import groups


@pytest.mark.parametrize(
    ("names", "found"), [(["app"], "a1"), (["none", "app"], "a1"), (["empty", "mon"], "m"), (["none", "empty"], ""), ([], "")]
)
def test_the_first_host_of_the_first_group_that_has_any(names: list[str], found: str) -> None:
    assert groups.first_host({"app": ["a2", "a1"], "mon": ["m"], "empty": []}, *names) == found
