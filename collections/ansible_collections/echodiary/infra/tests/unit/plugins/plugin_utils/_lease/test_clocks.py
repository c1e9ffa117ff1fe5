# SPDX-License-Identifier: GPL-3.0-or-later
"""The clock of a table is the server's."""

from __future__ import annotations

import time

import pytest
from ansible_collections.echodiary.infra.plugins.module_utils._lease import clock
from ansible_collections.echodiary.infra.plugins.plugin_utils._lease import clocks

DATE = "Fri, 15 Jan 2027 08:00:00 GMT"


def test_an_answers_date_is_the_time_wherever_one_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TZ", "Asia/Seoul")
    time.tzset()
    try:
        assert clocks.told(DATE) == (1_800_000_000.0, 1_800_000_000.0, clocks.BOOT)
    finally:
        monkeypatch.undo()
        time.tzset()


@pytest.mark.parametrize("text", ["", "now", "15 Jan"])
def test_what_is_no_date_is_no_time(text: str) -> None:
    with pytest.raises(ValueError, match="date"):
        clocks.told(text)


def test_a_stamp_is_younger_than_it_is_said_and_never_older() -> None:
    """A second may be cut off when it is made, and none is gained when it is judged."""
    stamp = clocks.told(DATE).stamp()
    assert stamp["at"] == "2027-01-15T08:00:00Z"
    assert clock.age(stamp, clocks.at(1_800_000_001.0)) == 0.0
    assert clock.age(stamp, clocks.at(1_800_000_060.0)) == 60.0 - clocks.SLACK
