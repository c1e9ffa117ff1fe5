# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

from ansible_collections.echodiary.infra.plugins.plugin_utils._account import digests
from hypothesis import given
from hypothesis import strategies as st


@given(st.data(), st.sampled_from([8, 20, 40]))
def test_what_was_packed_is_read_as_it_was(data: st.DataObject, bits: int) -> None:
    found = data.draw(st.frozensets(st.integers(0, (1 << bits) - 1), max_size=60))
    assert digests.unpacked(digests.packed(found, bits), bits) == found


@given(st.text(max_size=30))
def test_what_is_no_such_text_is_nothing_or_a_set(text: str) -> None:
    found = digests.unpacked(text, 20)
    assert found is None or isinstance(found, frozenset)
