# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import pytest
from ansible_collections.echodiary.infra.plugins.module_utils._inside import masking


@pytest.mark.parametrize(
    ("environment", "hidden"),
    [
        ({"DATABASE_URL": "postgresql+psycopg://app:hunter22@db:5432/app"}, ["hunter22"]),
        ({"DATABASE_URL": "postgresql://app:p%40ss%2Fword@db/app"}, ["p%40ss%2Fword", "p@ss/word"]),
        ({"DSN": "host=db password='two words' user=x"}, ["'two words'", "two words"]),
        ({"DSN": "host=db password=plainer user=x"}, ["plainer"]),
        ({"PGPASSWORD": "hunter22"}, ["hunter22"]),
        ({"STRIPE_API_KEY": "sk_live"}, ["sk_live"]),
        ({"REDIS_URL": "redis://:onlypass@redis:6379/0"}, ["onlypass"]),
        ({"LOG_LEVEL": "info", "URL": "http://example.org/a:b@c"}, []),
        ({"PASSWORD": "abc"}, []),  # too short: it would mask words
    ],
)
def test_what_must_not_be_seen(environment: dict[str, str], hidden: list[str]) -> None:
    assert masking.find(environment) == sorted(hidden, key=len, reverse=True)


def test_masks_everywhere_but_in_keys() -> None:
    value = {"hunter22": ["a hunter22 b", ("hunter22", 1)], "n": None}
    assert masking.mask(value, ["hunter22"]) == {"hunter22": ["a «secret» b", ["«secret»", 1]], "n": None}
