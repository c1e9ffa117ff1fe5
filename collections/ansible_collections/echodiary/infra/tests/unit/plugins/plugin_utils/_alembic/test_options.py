# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.echodiary.infra.plugins.plugin_utils._alembic import options as options_of
from ansible_collections.echodiary.infra.plugins.plugin_utils._common.errors import SpecError


def options(**given: Any) -> options_of.Options:
    defaults = {name: spec.get("default") for name, spec in options_of.ARGUMENTS.items()}
    return options_of.parse({**defaults, "state": "head", "image": "app:1", **given})


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"since": "0001"}, "'since' says where linting begins"),
        ({"revision": "0001"}, "'revision' is the goal of state=revision"),
        ({"state": "revision", "revision": "-1"}, "relative"),
        ({"state": "revision", "revision": "a:b"}, "name one revision"),
        ({"lock_timeout": 0.0}, "greater than 0"),
        ({"lock_tries": 0}, "greater than 0"),
        ({"allow": [{"revision": "1", "rule": "truncate", "reason": " ", "direction": "up"}]}, "the reason is empty"),
    ],
)
def test_refused(given: dict[str, Any], said: str) -> None:
    with pytest.raises(SpecError, match=said):
        options(**given)


def test_timeouts_go_through_pgoptions() -> None:
    run = options_of.migrating(options(lock_timeout=2.5, statement_timeout=60), "0005", ["0005"])
    assert run["request"]["options"] == {"lock_timeout": 2500, "statement_timeout": 60_000}
    assert run["request"]["expected"] == ["0005"]


def test_values_of_the_environment_become_text() -> None:
    assert options_of.reading(options(environment={"WORKERS": 2}))["environment"] == {"WORKERS": "2"}


def test_the_running_release_is_only_asked_for_its_models() -> None:
    run = options_of.reading_models(options(compat_image="app:0"), "app:0")
    assert (run["place"]["image"], run["request"]["want"], run["request"]["target"]) == ("app:0", ["models", "revisions"], "")


def test_the_lock_is_one_that_postgresql_takes() -> None:
    assert 0 < options_of.LOCK_KEY < 2**63
