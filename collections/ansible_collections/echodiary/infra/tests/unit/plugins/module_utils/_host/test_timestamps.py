# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import pytest
from ansible_collections.echodiary.infra.plugins.module_utils._host import timestamps as host
from ansible_collections.echodiary.infra.plugins.plugin_utils._common import timestamps as controller
from hypothesis import given
from hypothesis import strategies as st


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1970-01-01T00:00:10Z", 10.0),
        ("1970-01-01T00:00:10.5Z", 10.5),
        ("1970-01-01T00:01:00.123456789Z", 60.123456789),
        ("0001-01-01T00:00:00Z", 0.0),
        ("", 0.0),
    ],
)
def test_dockers_times(text: str, expected: float) -> None:
    assert host.of_docker(text) == pytest.approx(expected, abs=1e-6)


@given(st.integers(0, 4_000_000_000))
def test_both_sides_write_and_read_the_same(wall: int) -> None:
    text = host.to_text(wall)
    assert text == controller.to_text(wall)
    assert host.to_wall(text) == controller.to_wall(text) == wall


@pytest.mark.parametrize("text", ["", "2026-12-01", "2026-12-01T09:00:00+09:00", "2026-12-01T09:00:00.5Z"])
def test_a_record_with_another_time_is_damaged(text: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - whoever asks words the message
        host.to_wall(text)
