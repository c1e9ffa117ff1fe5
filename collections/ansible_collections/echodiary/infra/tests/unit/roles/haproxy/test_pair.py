# SPDX-License-Identifier: GPL-3.0-or-later
"""Which names a certificate covers, what a file holds, and what Prometheus is told."""

from __future__ import annotations

import pytest
from edge_certificate import metrics, pair
from edge_certificate.serving import Served

BLOCK = "-----BEGIN {0}-----\n{1}\n-----END {0}-----"


@pytest.mark.parametrize(
    ("names", "wanted", "covered"),
    [
        (["a.example"], "A.example", True),
        (["*.a.example"], "b.a.example", True),
        (["*.a.example"], "a.example", False),
        (["*.a.example"], "c.b.a.example", False),
        (["*.a.example"], "*.a.example", True),
        (["b.a.example"], "*.a.example", False),
        ([], "a.example", False),
    ],
)
def test_a_star_is_one_label(names: list[str], wanted: str, covered: bool) -> None:
    assert pair.covers(names, wanted) is covered


def test_of_a_file_only_certificates_and_the_key_are_taken() -> None:
    first, second = BLOCK.format("CERTIFICATE", "one"), BLOCK.format("CERTIFICATE", "two")
    key, parameters = BLOCK.format("EC PRIVATE KEY", "key"), BLOCK.format("EC PARAMETERS", "curve")
    found = pair.parse(f"subject=x\n{first}\n{parameters}\n{key}\n{second}\n")
    assert found == pair.Pair((first, second), key)
    assert found.text == f"{first}\n{second}\n{key}\n"
    assert "PRIVATE" not in found.issued
    assert pair.parse("") == pair.Pair((), "")


def test_what_is_not_served_has_no_dates() -> None:
    assert metrics.text(None, 2).splitlines()[-1] == "edge_certificate_failures 2"
    told = metrics.text(Served("AB", 1, 2), 0)
    assert "edge_certificate_not_after_timestamp_seconds 2\n" in told
    assert "edge_certificate_not_before_timestamp_seconds 1\n" in told
