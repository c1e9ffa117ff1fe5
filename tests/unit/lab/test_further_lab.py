# SPDX-License-Identifier: GPL-3.0-or-later
"""A lab beside the first: what is typed with its name means that lab, in make, in the pipeline's scripts and in molecule."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest
import yaml
from molecule.interpolation import Interpolator, TemplateWithDefaults

from lab import inventory
from lab.settings import Settings, read

ROOT = Path(__file__).parents[3]
SECOND = {"LAB_NAME": "second", "LAB_SUBNET": "172.30.230.0/24", "LAB_PORT_OFFSET": "5000"}


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """As much of this repository as the scripts read, with a second lab that has written its inventory."""
    shutil.copytree(ROOT / ".ci", tmp_path / ".ci", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copytree(ROOT / "inventories", tmp_path / "inventories")
    shutil.copy(ROOT / "Makefile", tmp_path)
    lab = read(SECOND, tmp_path)
    inventory.write_hosts(lab)
    inventory.write_variables(lab, {})
    return tmp_path


@pytest.fixture
def said(checkout: Path) -> Path:
    """Programs that only write down how they are called, in place of those that would do it."""
    programs = checkout / ".venv/bin"
    programs.mkdir(parents=True)
    for name in ("ansible-playbook", "python"):
        (programs / name).write_text(f'#!/bin/sh\necho "{name} $*" >>{checkout}/said\n')
        (programs / name).chmod(0o755)
    return checkout / "said"


def run(checkout: Path, *command: str, **environment: str) -> subprocess.CompletedProcess[str]:
    given = {**os.environ, "PATH": f"{checkout}/.venv/bin:{os.environ['PATH']}", **environment}
    return subprocess.run(command, cwd=checkout, env=given, capture_output=True, text=True, check=False, timeout=60)


@pytest.mark.parametrize(
    ("name", "environment", "expected"),
    [
        ("", "local", "inventories/local"),
        ("echodiary", "local", "inventories/local"),
        ("second", "local", ".lab/second/inventory"),
        ("second", "staging", "inventories/staging"),
    ],
)
def test_smoke_asks_the_lab_that_is_named(checkout: Path, said: Path, name: str, environment: str, expected: str) -> None:
    done = run(checkout, ".ci/smoke", environment, LAB_NAME=name)
    assert done.returncode == 0, done.stderr
    assert said.read_text().split() == ["ansible-playbook", "playbooks/smoke.yml", "-i", expected]


def test_drift_compares_the_lab_that_is_named(checkout: Path, said: Path) -> None:
    run(checkout, ".ci/look", "status", "local", **SECOND)
    assert "-m gitops -i .lab/second/inventory" in said.read_text()


def test_a_lab_that_is_not_there_is_said_with_the_way_to_it(checkout: Path) -> None:
    done = run(checkout, ".ci/smoke", "local", LAB_NAME="third")
    assert done.returncode != 0 and "third" in done.stderr and "make up" in done.stderr


@pytest.mark.parametrize(("environment", "expected"), [({}, "inventories/local"), (SECOND, ".lab/second/inventory")])
def test_up_converges_the_lab_that_it_made(checkout: Path, said: Path, environment: dict[str, str], expected: str) -> None:
    # What makes the tools and the engine is taken as done: this is about which hosts are converged.
    done = run(checkout, "make", "-o", "lab", "up", **environment)
    assert done.returncode == 0, done.stderr
    assert f"ansible-playbook site.yml -i {expected}" in said.read_text()


@pytest.mark.parametrize("environment", [{}, SECOND])
def test_every_lab_has_its_files_where_molecule_looks(tmp_path: Path, environment: dict[str, str]) -> None:
    from lab import alias, keys

    lab: Settings = read(environment, tmp_path)
    keys.write_known_hosts(lab, {"app1": lab.address("app1")})
    keys.user_key(lab)
    keys.lab_secrets(lab)
    inventory.write_variables(lab, {}) if lab.is_default else (lab.inventory / inventory.VARIABLES).parent.mkdir(parents=True)
    (lab.inventory / inventory.VARIABLES).touch()
    alias.link(lab)
    place = tmp_path / ".lab" / (environment.get("LAB_NAME") or "echodiary")
    for name in ("known_hosts", "ssh/id_ed25519", "secrets.json", "inventory/group_vars/all/lab.yml"):
        assert (place / name).exists(), name


def test_what_the_first_lab_has_under_its_name_goes_with_it(tmp_path: Path) -> None:
    from lab import alias, down, keys

    first, second = read({}, tmp_path), read(SECOND, tmp_path)
    for lab in (first, second):
        keys.user_key(lab)
        alias.link(lab)
    down._clear(first)
    assert sorted(path.name for path in (tmp_path / ".lab").iterdir()) == ["second"]
    assert (second.state / "ssh/id_ed25519").exists()


@pytest.mark.parametrize(("environment", "name"), [({}, "echodiary"), ({"LAB_NAME": ""}, "echodiary"), (SECOND, "second")])
def test_molecule_knows_hosts_by_the_lab_that_is_named(environment: dict[str, str], name: str) -> None:
    """As molecule reads its configuration."""
    text = (ROOT / ".config/molecule/config.yml").read_text()
    given = {"MOLECULE_PROJECT_DIRECTORY": "/checkout", **environment}
    read_by_molecule = Interpolator(TemplateWithDefaults, given).interpolate(text, keep_string=None)
    options = yaml.safe_load(read_by_molecule)["driver"]["ssh_connection_options"]
    assert f"-o UserKnownHostsFile=/checkout/.lab/{name}/known_hosts" in options
