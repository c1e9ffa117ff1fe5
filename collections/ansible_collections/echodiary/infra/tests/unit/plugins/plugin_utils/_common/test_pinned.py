# SPDX-License-Identifier: GPL-3.0-or-later
"""One variable in a file that is people's, too: all else in it stays as it is, letter by letter."""

from __future__ import annotations

import pytest
import yaml
from ansible_collections.echodiary.infra.plugins.plugin_utils._common import pinned

OTHERS = """\
---
# ours
cart_image: r/cart@sha256:1  # kept

shop_note: |
  # not a comment
  two lines

# of the next one
last: {a: 1}
"""


def pin(before: str, value: str | int = "r/shop@sha256:2", variable: str = "shop_image") -> str:
    return pinned.text(before, variable, value, "by ann\nwhy")


@pytest.mark.parametrize("before", ["", "---\n", "# only words\n", "---\n# only words", OTHERS, OTHERS.rstrip("\n")])
def test_what_is_not_there_is_added_below_all_that_is(before: str) -> None:
    after = pin(before)
    assert after.startswith(before) and after.endswith("# by ann\n# why\nshop_image: r/shop@sha256:2\n")
    assert yaml.safe_load(after) == {**(yaml.safe_load(before) or {}), "shop_image": "r/shop@sha256:2"}
    assert pin(after) == after


def test_words_that_stand_there_are_not_said_again() -> None:
    after = pin(pin(""), variable="cart_image")
    assert after.count("# by ann\n# why\n") == 1
    assert set(yaml.safe_load(after)) == {"shop_image", "cart_image"}


@pytest.mark.parametrize(
    "value",
    [
        "r/shop@sha256:1",
        "'it''s'",
        '"two\n  # lines"',
        ">-\n  folded\n  # text\n\n",
        "|\n  kept\n",
        "\n  - a\n  - b\n",
        "\n  a: 1\n",
        "",
        "one\n  two",
        "!vault |\n  $A\n  3\n",
    ],
)
@pytest.mark.parametrize("below", ["", "\n# about the last\nlast: 1\n", "last: 1\n"])
def test_its_own_lines_are_replaced_and_no_others(value: str, below: str) -> None:
    above = "---\n# ours\nfirst: 1 # one\n"
    before = f"{above}shop_image: {value}".rstrip() + f"\n{below}"
    after = pin(before)
    assert after == f"{above}shop_image: r/shop@sha256:2\n{below}"
    assert pin(after) == after


def test_words_behind_a_value_stay_and_another_spelling_is_no_change() -> None:
    assert pin("shop_image: a # why\nb: 1\n") == "shop_image: r/shop@sha256:2 # why\nb: 1\n"
    said = "shop_image: 'r/shop@sha256:2'   # by hand\n"
    assert pin(said) == said
    assert pin("shop_image: '4'\n", 4) == "shop_image: 4\n"


@pytest.mark.parametrize(
    "before",
    [
        "- a\n",
        "words\n",
        "{a: 1}\n",
        "a: [\n",
        "a: 1\n---\nb: 1\n",
        "shop_image: &x a\nb: *x\n",
        "  a: 1\n",
        "a: 1\n...\n",
        "shop_image: 1\nshop_image: 2\n",
    ],
)
def test_what_it_does_not_understand_is_refused_in_one_line(before: str) -> None:
    with pytest.raises(ValueError, match=r"\A[^\n]+\Z"):
        pin(before)
