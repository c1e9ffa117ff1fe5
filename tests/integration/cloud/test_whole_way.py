# SPDX-License-Identifier: GPL-3.0-or-later
"""The page from zero, run as people run it; and what is for real accounts, as far as an imitation can show it."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import boto3
import pytest

from lab.strict.server import Server
from tests.integration.account.agents import Agents
from tests.integration.account.environment import LOGIN, REGION, Environment

pytestmark = [pytest.mark.integration, pytest.mark.full]
ROOT = Path(__file__).resolve().parents[3]
NAMED = {"LAB_NAME": "echodiary-cloudway", "LAB_SUBNET": "172.30.74.0/24", "LAB_PORT_OFFSET": "6000"}


def run(*words: str, typed: str = "", **environment: str) -> subprocess.CompletedProcess[str]:
    told = {name: value for name, value in {**os.environ, **NAMED, **environment}.items() if name != "CI"}
    command = [sys.executable, "-m", *words]
    return subprocess.run(command, cwd=ROOT, env=told, input=typed, capture_output=True, text=True, timeout=3600, check=False)


@pytest.fixture
def nothing_left() -> Iterator[None]:
    run("lab", "down", "--keep-images")
    yield
    run("lab", "down", "--keep-images")


def test_from_an_empty_account_to_a_page_and_back(nothing_left: None) -> None:
    done = run("lab.cloud")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "20/20  nothing is left" in done.stdout


@pytest.fixture
def spare(tmp_path: Path) -> Iterator[dict[str, str]]:
    """An account that is somebody's own, imitated: its instances' agents answer. And a home with a key."""
    (tmp_path / ".ssh").mkdir()
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(tmp_path / ".ssh/id_ed25519")], check=True)
    (tmp_path / "keys").mkdir()
    with Server() as aws, Agents(Environment(aws, tmp_path / "other"), tmp_path / "keys"):
        yield {**LOGIN, "AWS_ENDPOINT_URL": aws.url, "HOME": str(tmp_path)}
    run("lab", "down", "--keep-images")


def test_a_throw_away_environment_comes_and_what_stays_is_told(spare: dict[str, str]) -> None:
    done = run("lab.cloud", "--live", typed="live 123456789012\n", **spare)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "the imitation at" in done.stdout and "USD/h" in done.stdout and "11/11" in done.stdout
    ec2 = boto3.client("ec2", region_name=REGION, endpoint_url=spare["AWS_ENDPOINT_URL"], aws_access_key_id="x", aws_secret_access_key="x")
    filters = [{"Name": "instance-state-name", "Values": ["running"]}]
    (left,) = [one for found in ec2.describe_instances(Filters=filters)["Reservations"] for one in found["Instances"]]
    assert f"aws ec2 terminate-instances --region {REGION} --instance-ids {left['InstanceId']}" in done.stdout


@pytest.mark.parametrize("typed", ["", "yes\n", "live 210987654321\n"])
def test_nothing_is_made_that_was_not_typed(spare: dict[str, str], typed: str) -> None:
    done = run("lab.cloud", "--live", typed=typed, **spare)
    assert done.returncode == 1 and done.stdout.endswith("nothing was made\n")
