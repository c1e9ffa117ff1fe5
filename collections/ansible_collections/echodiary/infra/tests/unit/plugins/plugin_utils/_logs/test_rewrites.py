# SPDX-License-Identifier: GPL-3.0-or-later
"""What is masked, as syslog-ng's configuration says it."""

from __future__ import annotations

from ansible_collections.echodiary.infra.plugins.plugin_utils._logs import rewrites


def test_a_quote_a_backslash_and_a_backtick_mean_nothing_in_a_configuration() -> None:
    assert rewrites._text('a"b\\c`d') == '"a\\"b\\\\c``d"'
