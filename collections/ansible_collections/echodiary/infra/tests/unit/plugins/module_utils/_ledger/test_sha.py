# SPDX-License-Identifier: GPL-3.0-or-later
"""The same digest, whoever works it out."""

from __future__ import annotations

import hashlib

from ansible_collections.echodiary.infra.plugins.module_utils._ledger import sha
from hypothesis import given
from hypothesis import strategies as st


@given(st.binary(max_size=4096))
def test_it_is_what_everybody_calls_sha256(content: bytes) -> None:
    assert sha.sha256(content) == hashlib.sha256(content).hexdigest()
