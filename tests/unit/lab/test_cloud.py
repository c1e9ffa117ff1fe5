# SPDX-License-Identifier: GPL-3.0-or-later
"""The page shows what the lab runs; what the lab answers for under names of AWS, its own authority alone vouches for."""

from __future__ import annotations

import datetime
import re
from ipaddress import IPv4Address, IPv4Network
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.x509 import verification

from lab.cloud import authority, commands, inventory, live, prices, story
from lab.cloud.account import Account, Instance
from lab.cloud.machines import machine
from lab.containers import spec_hash
from lab.errors import LabError
from lab.settings import Settings

ROOT = Path(__file__).resolve().parents[3]
PAGE = (ROOT / "docs" / "aws.md").read_text(encoding="utf-8")


@pytest.fixture
def lab(tmp_path: Path) -> Settings:
    return Settings(tmp_path, subnet=IPv4Network("172.30.61.0/24"))


def test_the_page_shows_the_commands_that_the_lab_runs() -> None:
    way = PAGE.partition("## From zero")[2].partition("### In the lab")[0]
    shown = [line for block in re.findall(r"```sh\n(.*?)```", way, re.DOTALL) for line in block.splitlines()]
    assert tuple(shown) == commands.ALL


def test_the_lab_runs_every_command_of_the_page() -> None:
    source = Path(story.__file__).read_text(encoding="utf-8")
    names = [name for name, value in vars(commands).items() if value in commands.ALL]
    assert [name for name in names if f"commands.{name})" not in source] == []


def test_a_command_is_typed_in_a_lab_with_its_inventory_and_its_registry(lab: Settings) -> None:
    place = str(lab.state / "cloud" / "production")
    assert story.here(commands.LOOK, lab, "") == f"ansible-playbook -i {place} playbooks/provision.yml --check"
    assert story.here(commands.PIN, lab, "sha256:1").endswith(f"@sha256:1 -e pin_file={place}/group_vars/all/release.yml")
    assert "IMAGE_REPOSITORY=127.0.0.1:5077/echodiary " in story.here(commands.IMAGE, lab, "")


def test_what_is_declared_in_the_lab_is_the_pages_example(lab: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("platform.machine", lambda: "x86_64")
    declared = inventory.declaration(PAGE, lab)["aws_environment"]
    assert (declared["architecture"], declared["network"]) == ("x86_64", {"cidr": "172.29.61.0/24", "zones": ["a", "c"]})
    assert {name: host["type"] for name, host in declared["hosts"].items()} == dict.fromkeys(("app1", "app2", "mon1"), "t3.small")
    with pytest.raises(LabError, match="shows no aws_account"):
        inventory.declaration("nothing", lab)


def test_the_authority_vouches_for_the_names_that_were_asked_for(lab: Settings) -> None:
    its = x509.load_pem_x509_certificate(authority.vouched(lab, ["db.example.amazonaws.com"]).certificate)
    own = x509.load_pem_x509_certificate(authority.own(lab).certificate)
    assert authority.own(lab) == authority.own(lab)
    builder = verification.PolicyBuilder().store(verification.Store([own])).time(datetime.datetime.now(datetime.UTC))
    builder.build_server_verifier(x509.DNSName("db.example.amazonaws.com")).verify(its, [])
    with pytest.raises(verification.VerificationError):
        builder.build_server_verifier(x509.DNSName("other.example.amazonaws.com")).verify(its, [])


def test_another_instance_of_the_same_name_is_another_host() -> None:
    one = Instance("i-1", "app1", "vpc-1", "172.29.61.4", True, b"")
    first, second = (spec_hash(machine(each, "net"), "image") for each in (one, one._replace(id="i-2")))
    assert first != second


def test_names_are_answered_for_that_the_account_has() -> None:
    found = Account({"vpc-1": IPv4Network("172.29.61.0/24")}, [], [], ["master.cache.amazonaws.com"], "1.dkr.ecr.r.amazonaws.com")
    assert {"1.dkr.ecr.r.amazonaws.com", "master.cache.amazonaws.com"} < set(found.names)
    assert all(IPv4Address("172.29.61.254") in network for network in found.networks.values())


def test_a_price_has_its_source_and_the_sum_is_theirs() -> None:
    found = prices.of(2, 8)
    assert all(re.search("20[0-9]{2}-[0-9]{2}-[0-9]{2}", one.source) for one in found)
    assert round(sum(one.usd for one in found), 4) == round(2 * (0.0104 + 0.005) + 16 * 0.0912 / 730 + 0.4 / 730, 4)


def test_a_real_account_is_not_for_ci() -> None:
    with pytest.raises(LabError, match="never for CI"):
        live.account({"CI": "true"})
