# SPDX-License-Identifier: GPL-3.0-or-later
"""What is asked of Prometheus for the page, and of whom."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.echodiary.infra.plugins.plugin_utils._common.errors import SpecError
from ansible_collections.echodiary.infra.plugins.plugin_utils._component.roster import Entry
from ansible_collections.echodiary.infra.plugins.plugin_utils._component.watched import Probe
from ansible_collections.echodiary.infra.plugins.plugin_utils._status import asked
from promql_parser import parse

ENTRIES = [
    Entry("app1", "shop", "10.0.0.1", [], {}, "", "shop-web"),
    Entry("app2", "shop", "10.0.0.2", [], {}, "", "shop-web"),
    Entry("app1", "blog", "10.0.0.1", [], {}, "", "blog"),
    Entry("app1", "docker", "10.0.0.1", [], {}, ""),
]
PROBES = [Probe("app1", "http://10.0.0.1:80/up", "shop"), Probe("app2", "http://10.0.0.2:80/up", "shop"), Probe("x", "https://x", "")]


def test_one_for_each_component_that_users_ask_by_its_public_name() -> None:
    found = asked.components(ENTRIES, PROBES, {"shop": {"en": "The shop", "ko": "상점"}})
    assert [(one["key"], one["words"]["ko"]) for one in found] == [("shop", "상점"), ("blog", "blog")]


def test_a_component_is_asked_by_its_own_probes_and_by_its_backend() -> None:
    shop = asked.components(ENTRIES, PROBES, {"shop": {"en": "s", "ko": "s"}})[0]
    assert "10\\\\.0\\\\.0\\\\.1:80/up" in shop["probed"] and "https://x" not in shop["probed"]
    assert 'proxy=~"shop-web"' in shop["failing"] and 'proxy=~"shop-web"' in shop["answered"]


def test_one_without_probes_is_judged_by_requests_alone() -> None:
    blog = asked.components(ENTRIES, PROBES, {})[0]
    assert (blog["key"], blog["probed"], blog["reached"]) == ("blog", "", "")


def test_all_of_it_is_promql() -> None:
    for one in asked.components(ENTRIES, PROBES, {}):
        for query in (one["reached"], one["answered"], one["probed"], one["failing"]):
            assert not query or parse(query.replace("$window", "1d"))


@pytest.mark.parametrize(
    ("names", "why"), [({"cart": {"en": "c", "ko": "c"}}, "blog, shop"), ({"shop": {"en": "s"}}, "both languages"), ({"shop": "s"}, "both")]
)
def test_a_name_that_fits_nothing_is_refused(names: Any, why: str) -> None:
    with pytest.raises(SpecError, match=why):
        asked.components(ENTRIES, PROBES, names)
