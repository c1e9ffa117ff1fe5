# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import json
import os
import stat
from pathlib import Path

from ansible_collections.echodiary.infra.plugins.module_utils._host import masking
from hypothesis import given
from hypothesis import strategies as st

secrets = st.lists(st.text(alphabet="abcX", min_size=4, max_size=8), min_size=1, max_size=3)


@given(values=secrets, around=st.text(alphabet="-. ", max_size=3))
def test_no_secret_survives_anywhere(values: list[str], around: str) -> None:
    told = {"msg": around.join(values), "list": [{around + values[0]: values}], "number": 3}
    hidden = json.dumps(masking.mask(told, values))
    assert not any(value in hidden for value in values)


def test_a_secret_within_a_longer_one_leaves_no_tail() -> None:
    assert masking.mask("hunter22-long", ["hunter22", "hunter22-long"]) == masking.MASK


def test_short_values_would_mask_ordinary_words() -> None:
    assert masking.mask("a b c", ["a", ""]) == "a b c"


def test_what_is_no_text_stays_what_it_is() -> None:
    assert masking.mask({"a": 1, "b": None, "c": True}, ["secret"]) == {"a": 1, "b": None, "c": True}


def test_the_host_s_key_is_made_once_and_private(tmp_path: Path) -> None:
    file = tmp_path / "state" / "key"
    first = masking.ensure_key(str(file))
    assert masking.ensure_key(str(file)) == first == masking.read_key(str(file))
    assert stat.S_IMODE(os.stat(file).st_mode) == 0o600
    assert stat.S_IMODE(os.stat(file.parent).st_mode) == 0o700


def test_looking_makes_no_key(tmp_path: Path) -> None:
    assert len(masking.read_key(str(tmp_path / "key"))) >= 16
    assert list(tmp_path.iterdir()) == []
