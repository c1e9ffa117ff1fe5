# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import pytest
from ansible_collections.echodiary.infra.plugins.module_utils._host.exposition import Family, Sample, text
from hypothesis import given
from hypothesis import strategies as st
from prometheus_client.parser import text_string_to_metric_families

FAMILIES = (Family("b", "gauge", "B."), Family("a", "counter", "A."), Family("none", "gauge", "Nobody has it."))


@given(st.text(st.characters(codec="utf-8", exclude_characters="\r")))
def test_whatever_a_label_says_is_read_back(value: str) -> None:
    (family,) = text_string_to_metric_families(text(FAMILIES, [Sample("b", {"name": value, "other": "x"}, 1.5)]))
    assert [(sample.labels, sample.value) for sample in family.samples] == [({"name": value, "other": "x"}, 1.5)]


def test_families_stand_together_in_their_order_and_only_those_with_samples() -> None:
    written = text(FAMILIES, [Sample("a", {"n": "1"}, 1), Sample("b", {}, 2), Sample("a", {"n": "2"}, 1_800_000_005)])
    assert [line for line in written.splitlines() if line.startswith("# TYPE")] == ["# TYPE b gauge", "# TYPE a counter"]
    assert written.endswith('a{n="1"} 1\na{n="2"} 1800000005\n')


def test_a_sample_of_no_family_is_a_mistake() -> None:
    with pytest.raises(ValueError, match="metric c is in none of the families"):
        text(FAMILIES, [Sample("c", {}, 1)])
