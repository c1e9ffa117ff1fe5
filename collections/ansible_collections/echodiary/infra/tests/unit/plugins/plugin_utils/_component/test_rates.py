# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.echodiary.infra.plugins.plugin_utils._common.errors import SpecError
from ansible_collections.echodiary.infra.plugins.plugin_utils._component import rates, release


@pytest.mark.parametrize(
    ("given", "rate"),
    [
        ({"requests": 100, "per": "10s"}, (100, 10)),
        ({"requests": "5", "per": "2m"}, (5, 120)),
        ({"requests": 5, "per": 30}, (5, 30)),
        ({"requests": 0}, (0, 10)),
        ({"requests": 1, "per": "1h"}, (1, 3600)),
    ],
)
def test_so_many_requests_in_so_many_seconds(given: dict[str, Any], rate: tuple[int, int]) -> None:
    assert rates.read("shop", given) == rate


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({}, "missing required arguments: requests; write it as in {requests: 100, per: 10s}"),
        ({"requests": "many"}, "requests"),
        ({"requests": -1}, "requests has to be 0 (no limit) or more, not -1"),
        ({"requests": 1, "per": "0s"}, "per has to be from 1s to 1h, not '0s'"),
        ({"requests": 1, "per": "2h"}, "per has to be from 1s to 1h"),
        ({"requests": 1, "per": "1.5s"}, "per '1.5s' is no time in whole seconds"),
        ({"requests": 1, "burst": 5}, "burst"),
    ],
)
def test_what_is_no_rate_is_refused_with_how_one_is_written(given: dict[str, Any], said: str) -> None:
    with pytest.raises(SpecError) as caught:
        rates.read("shop: release: rate", given)
    assert "shop: release: rate" in str(caught.value)
    assert said in str(caught.value)


SHOP = {"service": "web", "slots": {"a": 9001, "b": 9002}}


def test_a_component_says_its_own() -> None:
    assert release.declared("shop", {**SHOP, "rate": {"requests": 100}}).rate == (100, 10)
    assert release.declared("shop", SHOP).rate is None
    with pytest.raises(SpecError, match=r"shop: .*per"):
        release.declared("shop", {**SHOP, "rate": {"requests": 1, "per": "soon"}})


def test_who_is_not_asked_has_none() -> None:
    with pytest.raises(SpecError, match="rate is about requests"):
        release.declared("worker", {"service": "web", "rate": {"requests": 1}})
