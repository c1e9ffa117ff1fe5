# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import pytest
from ansible_collections.echodiary.infra.plugins.module_utils._host.globs import matches, matches_any
from hypothesis import given
from hypothesis import strategies as st


def naive(path: str, pattern: str) -> bool:
    """An oracle without regular expressions: eat both from the left, trying every length for a wildcard."""
    if not pattern:
        return not path
    if pattern.startswith("**/"):
        return naive(path, pattern[3:]) or any(naive(path[i + 1 :], pattern[3:]) for i, c in enumerate(path) if c == "/")
    if pattern.startswith("**"):
        return any(naive(path[i:], pattern[2:]) for i in range(len(path) + 1))
    if pattern.startswith("*"):
        end = path.find("/")
        reach = len(path) if end < 0 else end
        return any(naive(path[i:], pattern[1:]) for i in range(reach + 1))
    if not path:
        return False
    if pattern[0] == "?":
        return path[0] != "/" and naive(path[1:], pattern[1:])
    return path[0] == pattern[0] and naive(path[1:], pattern[1:])


texts = st.text(alphabet="ab/.+", max_size=8)
patterns = st.lists(st.sampled_from(["a", "b", "/", ".", "+", "*", "**", "?", "/**/"]), max_size=6).map("".join)


@given(path=texts, pattern=patterns.filter(lambda p: "***" not in p))
def test_agrees_with_a_naive_matcher(path: str, pattern: str) -> None:
    assert matches(path, pattern) == naive(path, pattern)


@pytest.mark.parametrize(
    ("path", "pattern", "expected"),
    [
        ("/etc/x/a.yml", "/etc/x/*", True),
        ("/etc/x/d/a.yml", "/etc/x/*", False),
        ("/etc/x/d/a.yml", "/etc/x/**", True),
        ("/etc/x", "/etc/x/**", False),
        ("/etc/xy/a", "/etc/x/**", False),
        ("/etc/x/a.yml", "/etc/x/a.yml", True),
        ("/etc/x/aXyml", "/etc/x/a.yml", False),
        ("/etc/x/a.yml", "/etc/**/a.yml", True),
        ("/etc/a.yml", "/etc/**/a.yml", True),
        ("/etc/x/ab", "/etc/x/a?", True),
        ("/etc/x/a\nb", "/etc/x/**", True),
        ("/etc/x/a\nb/c.yml", "/etc/**/c.yml", True),
        ("/etc/x/a/", "/etc/x/a?", False),
        ("/etc/x/a[1]", "/etc/x/a[1]*", True),
    ],
)
def test_as_people_expect(path: str, pattern: str, *, expected: bool) -> None:
    assert matches(path, pattern) is expected


def test_any_of_several() -> None:
    assert matches_any("/a/b", ["/x", "/a/*"])
    assert not matches_any("/a/b", [])
