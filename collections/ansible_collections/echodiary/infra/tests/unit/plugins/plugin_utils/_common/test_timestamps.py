# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import pytest
from ansible_collections.echodiary.infra.plugins.plugin_utils._common import timestamps


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-12-01", "2026-12-01T00:00:00Z"),
        ("2026-12-01T09:00:00Z", "2026-12-01T09:00:00Z"),
        (" 2026-12-01 09:00+09:00 ", "2026-12-01T00:00:00Z"),
    ],
)
def test_normalize(text: str, expected: str) -> None:
    assert timestamps.normalize(text) == expected


@pytest.mark.parametrize("text", ["", "soon", "2026-12-01T09:00:00", "2026-02-30", "20261201"])
def test_what_is_no_moment(text: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - whoever asks words the message
        timestamps.normalize(text)


@pytest.mark.parametrize(
    ("seconds", "expected"),
    [(-1, "0 s"), (0.4, "0 s"), (119, "119 s"), (120, "2 min"), (7199, "119 min"), (7500, "2 h 5 min"), (200_000, "2 d 7 h")],
)
def test_span(seconds: float, expected: str) -> None:
    assert timestamps.span(seconds) == expected


def test_between_and_later() -> None:
    later = timestamps.later("2026-12-31T23:59:00Z", 120)
    assert later == "2027-01-01T00:01:00Z"
    assert timestamps.between("2026-12-31T23:59:00Z", later) == 120


def test_today_needs_no_date() -> None:
    assert timestamps.clock("2026-12-01T09:00:00Z", "2026-12-01T10:00:00Z") == "09:00:00 UTC"
    assert timestamps.clock("2026-12-02T09:00:00Z", "2026-12-01T10:00:00Z") == "2026-12-02 09:00 UTC"
