# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.echodiary.infra.plugins.plugin_utils._drill import losses


def asked(**given: Any) -> losses.Asked:
    known = {
        "environment": "staging", "loss": "database", "host": "", "destroy": True, "allowed": True, "production": ("production", "live"),
        "destroyer": "/srv/destroy.yml", "hosts": ("app1", "app2"),
    }  # fmt: skip
    return losses.Asked(**{**known, **given})


@pytest.mark.parametrize("loss", losses.LOSSES)
def test_what_is_allowed_begins(loss: str) -> None:
    assert losses.refusals(asked(loss=loss, host="app1")) == []


@pytest.mark.parametrize("environment", ["production", "Production", "production-eu", "live", "live_2"])
def test_in_production_nothing_is_destroyed_whatever_says_so(environment: str) -> None:
    (said,) = losses.refusals(asked(environment=environment))
    assert "nothing is destroyed in" in said and "drill_destroy=false" in said


@pytest.mark.parametrize("environment", ["production", "staging"])
def test_what_is_lost_already_comes_back_anywhere(environment: str) -> None:
    assert losses.refusals(asked(environment=environment, destroy=False, allowed=False, destroyer="")) == []


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"allowed": False}, "drill_allowed: true"),
        ({"destroyer": ""}, "drill_destroy_tasks"),
        ({"environment": ""}, "echodiary_environment"),
        ({"loss": "host", "host": "app3"}, "app1, app2"),
        ({"loss": "host", "host": "app1", "hosts": ()}, "none that the inventory knows"),
    ],
)
def test_refused(given: dict[str, Any], said: str) -> None:
    (found,) = losses.refusals(asked(**given))
    assert said in found


def test_a_name_that_only_sounds_like_production_is_none() -> None:
    assert losses.refusals(asked(environment="preproduction")) == []
