# SPDX-License-Identifier: GPL-3.0-or-later
"""Every package that a role declares for a distribution is one that its archive has, by what is recorded of it."""

from __future__ import annotations

import pytest
import yaml
from ansible_collections.echodiary.infra.plugins.module_utils._kinds import distributions

from tests.unit.distributions import packages

#: what a role says it cannot be on
REFUSED = {
    ("docker", "debian 12"),
    ("backup", "debian 12"),
    ("backup", "ubuntu 24.04"),
    ("postgres", "debian 12"),
    ("postgres", "ubuntu 24.04"),
    ("log_shipper", "ubuntu 24.04"),
}


@pytest.mark.parametrize("distribution", packages.DISTRIBUTIONS)
@pytest.mark.parametrize("role", packages.roles())
def test_the_archive_has_what_is_declared(role: str, distribution: str) -> None:
    declared = packages.declared(role, distribution)
    assert set(declared) <= packages.recorded(distribution.replace(" ", "-"))
    assert declared or (role, distribution) in REFUSED


@pytest.mark.parametrize(("distribution", "suite"), [("debian 12", "bookworm"), ("debian 13", "trixie"), ("ubuntu 24.04", "noble")])
def test_docker_s_own_repository_has_the_rest(distribution: str, suite: str) -> None:
    given = {"docker_repository": "https://download.docker.com/linux"}
    declared = packages.declared("docker", distribution, **given)
    assert set(declared) <= packages.recorded("docker") | packages.recorded(distribution.replace(" ", "-"))
    assert {"docker-ce", "docker-compose-plugin"} <= set(declared)
    assert "docker.io" not in declared
    (source,) = distributions.chosen(packages.component("docker", **given), distribution)["repositories"].values()  # type: ignore[typeddict-item]
    assert (source["uri"], source["suite"]) == (f"https://download.docker.com/linux/{distribution.partition(' ')[0]}", suite)


def test_debian_12_is_told_what_it_needs_for_docker() -> None:
    refused = packages.component("docker")["distributions"]["debian 12"]["refuse"]
    assert "docker_repository" in refused
    assert "https://download.docker.com/linux" in refused


@pytest.mark.parametrize("role", packages.roles())
def test_a_role_with_packages_says_where_it_can_be(role: str) -> None:
    assert set(packages.DISTRIBUTIONS) == set(packages.component(role).get("distributions", {}))


def test_what_is_recorded_says_from_where() -> None:
    files = sorted(packages.RECORDED.glob("*.yml"))
    assert [path.stem for path in files] == ["debian-12", "debian-13", "docker", "ubuntu-24.04"]
    assert all(yaml.safe_load(path.read_text())["source"] for path in files)
