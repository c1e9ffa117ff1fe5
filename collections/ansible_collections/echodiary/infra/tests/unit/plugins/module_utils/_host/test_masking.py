# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import json

import pytest
from ansible_collections.echodiary.infra.plugins.module_utils._host import masking
from hypothesis import given
from hypothesis import strategies as st

secrets = st.lists(st.text(alphabet="abcX", min_size=4, max_size=8), min_size=1, max_size=3)


@given(values=secrets, around=st.text(alphabet="-. ", max_size=3))
def test_no_secret_survives_anywhere(values: list[str], around: str) -> None:
    told = {"msg": around.join(values), "list": [{around + values[0]: values}], "number": 3}
    # as it stands: written as \\u00bb the mask itself would end in letters
    hidden = json.dumps(masking.mask(told, values), ensure_ascii=False)
    assert not any(value in hidden for value in values)


def test_a_secret_within_a_longer_one_leaves_no_tail() -> None:
    assert masking.mask("hunter22-long", ["hunter22", "hunter22-long"]) == masking.MASK


def test_short_values_would_mask_ordinary_words() -> None:
    assert masking.mask("a b c", ["a", ""]) == "a b c"


def test_what_is_no_text_stays_what_it_is() -> None:
    assert masking.mask({"a": 1, "b": None, "c": True}, ["secret"]) == {"a": 1, "b": None, "c": True}


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


def test_the_words_of_a_protocol_stay_what_they_are() -> None:
    value = {"hunter22": ["a hunter22 b", ("hunter22", 1)], "n": None}
    assert masking.mask(value, ["hunter22"], keys=False) == {"hunter22": ["a «secret» b", ["«secret»", 1]], "n": None}
