# SPDX-License-Identifier: GPL-3.0-or-later
"""Where leases are kept, as one variable says."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.echodiary.infra.plugins.plugin_utils._lease import places

LOGIN = {"region": "eu-central-1", "access_key": "a", "secret_key": "b"}


@pytest.mark.parametrize("given", [None, {}, ""])
def test_without_the_variable_it_is_a_hosts_file(given: Any) -> None:
    assert places.of(given, LOGIN, "production") is None


def test_who_asks_is_who_asks_aws_for_everything_else() -> None:
    place = places.of({"table": "leases"}, LOGIN, "production")
    assert place is not None
    assert (place.table, place.region, place.login) == ("leases", "eu-central-1", LOGIN)
    assert str(place) == "table leases in eu-central-1"


def test_the_leases_own_variable_comes_first() -> None:
    place = places.of({"table": "leases", "region": "us-east-1", "profile": "ops"}, LOGIN, "")
    assert place is not None
    assert (place.region, place.login["profile"], place.login["access_key"]) == ("us-east-1", "ops", "a")


def test_environments_do_not_wait_for_each_other() -> None:
    keys = {places.Place("leases", "r", environment, {}).key("deploy") for environment in ("production", "staging", "")}
    assert keys == {"production/deploy", "staging/deploy", "deploy"}


@pytest.mark.parametrize(
    ("given", "login", "said"),
    [
        ("leases", LOGIN, "has to be a mapping"),
        ({"tabel": "leases"}, LOGIN, "has no tabel"),
        ({"region": "x"}, LOGIN, "table is ''"),
        ({"table": "a table"}, LOGIN, "no name of a DynamoDB table"),
        ({"table": "leases"}, {}, "no region"),
        ({"table": "leases"}, "me", "echodiary_aws: is str"),
    ],
)
def test_what_cannot_be_meant_is_named(given: Any, login: Any, said: str) -> None:
    with pytest.raises(places.PlaceError, match=said):
        places.of(given, login, "production")


def test_no_secret_is_in_the_words_for_it() -> None:
    assert "hush" not in str(places.Place("leases", "here", "", {"secret_key": "hush"}))
