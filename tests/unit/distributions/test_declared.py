# SPDX-License-Identifier: GPL-3.0-or-later
"""Every package that a role declares for a distribution is one that its archive has, by what is recorded of it."""

from __future__ import annotations

import pytest
import yaml

from tests.unit.distributions import packages


@pytest.mark.parametrize("distribution", packages.DISTRIBUTIONS)
@pytest.mark.parametrize("role", packages.roles())
def test_the_archive_has_what_is_declared(role: str, distribution: str) -> None:
    declared = packages.declared(role, distribution)
    assert set(declared) <= packages.recorded(distribution.replace(" ", "-"))
    assert declared or (role, distribution) == ("docker", "debian 12")


@pytest.mark.parametrize("role", packages.roles())
def test_a_role_with_packages_says_where_it_can_be(role: str) -> None:
    assert set(packages.DISTRIBUTIONS) == set(packages.component(role).get("distributions", {}))


def test_what_is_recorded_says_from_where() -> None:
    files = sorted(packages.RECORDED.glob("*.yml"))
    assert [path.stem for path in files] == ["debian-12", "debian-13", "docker", "ubuntu-24.04"]
    assert all(yaml.safe_load(path.read_text())["source"] for path in files)
