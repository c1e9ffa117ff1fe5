# SPDX-License-Identifier: GPL-3.0-or-later
"""The lab's images for tests that need no lab: built where they are missing, so that no test has a reason to be skipped."""

from __future__ import annotations

from pathlib import Path

import docker

from lab import base, topology, up
from lab.images import Recipe
from lab.progress import Progress

ROOT = Path(__file__).resolve().parents[2]


def service(name: str) -> str:
    """The id of one of the lab's services' images: ``postgres``, ``prometheus``, …"""
    return _built(topology.service_recipe(ROOT, name))


def object_store() -> str:
    """What stands in for S3."""
    return _built(topology.service_recipe(ROOT, "python"), topology.service_recipe(ROOT, "s3"))


def aws() -> str:
    """The imitation of AWS."""
    return _built(topology.service_recipe(ROOT, "python"), topology.service_recipe(ROOT, "aws"))


def balancer() -> str:
    """The load balancer that the imitation declares."""
    return _built(topology.balancer_recipe(ROOT))


def host() -> str:
    """The hosts': it holds the distribution's HAProxy."""
    return _built(*topology.host_recipes(ROOT))


def restic() -> str:
    """A host's, with restic."""
    return _built(*topology.host_recipes(ROOT), topology.restic_recipe(ROOT))


def older_haproxy() -> str:
    """That of Debian 12: the oldest that a host may have."""
    return _built(topology.older_haproxy_recipe(ROOT))


def application() -> str:
    """EchoDiary's, as this checkout has it."""
    recipe = topology.application_recipe(ROOT)
    assert recipe is not None
    return _built(topology.service_recipe(ROOT, "python"), recipe)


def victoria_logs() -> str:
    """Where logs are kept. Compiled, which takes minutes, unless it was before."""
    return service("victoria-logs")


def _built(*recipes: Recipe) -> str:
    client = docker.from_env()
    base.ensure(client, topology.folder(ROOT, "base"), Progress())
    return up.build(client, Progress(), *recipes)
