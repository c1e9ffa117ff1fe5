# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import shlex

from ansible_collections.echodiary.infra.plugins.plugin_utils._common import inventories


def test_a_shell_reads_them_as_they_were_given() -> None:
    assert shlex.split(" ".join(inventories.words(["my hosts/production", "b"]))) == ["-i", "my hosts/production", "-i", "b"]
    assert inventories.words([]) == []
