# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import pytest
from ansible_collections.echodiary.infra.plugins.module_utils._database import quoting
from ansible_collections.echodiary.infra.plugins.module_utils._database.errors import DatabaseError


def test_names_and_texts() -> None:
    assert quoting.name('a"b') == '"a""b"'
    assert quoting.within("s", "t") == '"s"."t"'
    assert quoting.literal("it's") == "'it''s'"
    assert quoting.literal("a\\'b") == "E'a\\\\''b'"
    assert (quoting.who("PUBLIC"), quoting.who("public")) == ("PUBLIC", '"public"')


@pytest.mark.parametrize("text", ["", "a\0b"])
def test_what_is_no_name(text: str) -> None:
    with pytest.raises(DatabaseError):
        quoting.name(text)
