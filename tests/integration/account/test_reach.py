# SPDX-License-Identifier: GPL-3.0-or-later
"""Hosts are waited for at Session Manager, and their keys known to ssh, whatever comes in between. Agents speak whenever a run waits.

By ansible-playbook itself: test_playbook.py.
"""

from __future__ import annotations

import re
import shlex
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from lab.strict import agents
from lab.strict.server import Server
from tests.integration.account.agents import Agents
from tests.integration.account.environment import Environment, beyond
from tests.integration.account.inside import Inside, within
from tests.integration.local_play import Played

pytestmark = pytest.mark.integration


FEW: dict[str, Any] = {"images": None, "buckets": {}, "github": None, "key": False}


class Reached(NamedTuple):
    env: Inside
    agents: Agents

    @property
    def file(self) -> Path:
        return self.env.inventory / "group_vars/all/known_hosts.txt"

    def known(self, name: str) -> str:
        """The key by which ssh would know it."""
        found = subprocess.run(["ssh-keygen", "-F", name, "-f", str(self.file)], capture_output=True, text=True, check=False).stdout
        return " ".join(" ".join(line.split()[1:3]) for line in found.splitlines() if not line.startswith("#"))

    def asked(self) -> list[str]:
        return [call.operation for call in self.env.aws.calls() if call.service == "ssm" and call.name != "GetParameter"]

    def refused(self, *words: str) -> str:
        played = self.env.run(*words, readable=True)
        assert played.code != 0, played.output
        return said(played)


def said(played: Played) -> str:
    return " ".join(played.output.split())


@pytest.fixture(scope="module")
def here(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Reached]:
    with Server() as aws:
        env = Environment(aws, tmp_path_factory.mktemp("reach"), agents=True)
        # no more than hosts need
        env.declare(**FEW)
        its = Agents(env, tmp_path_factory.mktemp("keys"))
        with within(env, its.speak) as here:
            yield Reached(here, its)


def test_who_never_comes_is_named_and_the_others_are_known(here: Reached) -> None:
    here.agents.silent.add("app1")
    refused = here.refused("-e", "host_keys_wait=4")
    ids = here.agents.ids()
    assert f"waiting app1 ({ids['app1']})" in refused and f"app1 ({ids['app1']}) is not online" in refused
    assert "What was applied to the account stays" in refused
    assert here.known(ids["app1"]) == "" and here.known(ids["mon1"]) == " ".join(here.agents.key(ids["mon1"]).split()[:2])
    assert set(ids) == {"app1", "mon1"}


def test_a_check_waits_for_nobody_and_writes_nothing(here: Reached) -> None:
    before = here.file.read_text()
    here.env.aws.forget()
    played = here.env.run("--check", readable=True)
    assert played.code == 0 and "app1" in said(played) and here.asked() == [] and here.file.read_text() == before


def test_a_command_that_fails_is_shown_with_what_it_said(here: Reached) -> None:
    here.agents.silent.clear()
    here.agents.code = 1
    refused = here.refused()
    here.agents.code = 0
    assert "ended as Failed (1: cat: no such file)" in refused and "get-command-invocation" in refused


@pytest.mark.parametrize("operation", [pytest.param("ssm:DescribeInstanceInformation", marks=pytest.mark.full), "ssm:SendCommand"])
def test_a_right_that_is_missing_is_named_and_what_was_applied_stays(here: Reached, operation: str) -> None:
    here.env.client("logs").delete_retention_policy(logGroupName="/echodiary/production/app")
    here.env.aws.fault(kind="error", code="AccessDeniedException", status=400, operation=operation)
    refused = here.refused()
    here.env.aws.no_faults()
    assert f"{operation} is refused to these credentials" in refused and "What was applied to the account stays" in refused
    assert here.env.check() == {}


def test_whoever_came_late_is_known_by_the_next_run_and_then_nobody_is_asked(here: Reached) -> None:
    here.env.apply()
    ids = here.agents.ids()
    addresses = here.env.client("ec2").describe_instances(InstanceIds=[ids["app1"]])["Reservations"][0]["Instances"][0]
    for name in (ids["app1"], addresses["PrivateIpAddress"]):
        assert here.known(name) == " ".join(here.agents.key(ids["app1"]).split()[:2])
    before = here.file.read_text()
    here.env.aws.forget()
    here.env.apply()
    assert here.asked() == [] and here.file.read_text() == before and [call.operation for call in here.env.aws.writes()] == []


def test_another_key_of_the_same_instance_is_refused_until_people_accept_it(here: Reached) -> None:
    instance = here.agents.ids()["app1"]
    here.agents.makes_its_key_anew(instance)
    before = here.file.read_text()
    refused = here.refused("-e", "verify_host_keys=true")
    assert here.file.read_text() == before
    printed = re.search(r"where it is right: ansible-playbook -i (\S+) echodiary.infra.provision (-e accept_host_keys=\S+?)[. ]", refused)
    assert printed and printed[1] == str(here.env.inventory)
    here.env.apply(*shlex.split(printed[2]))
    assert here.known(instance) == " ".join(here.agents.key(instance).split()[:2])


@pytest.mark.full
def test_of_one_that_was_replaced_the_key_goes(here: Reached) -> None:
    before = here.agents.ids()["app1"]
    ec2 = here.env.client("ec2")
    ec2.modify_instance_attribute(InstanceId=before, DisableApiTermination={"Value": False})
    ec2.terminate_instances(InstanceIds=[before])
    here.env.apply()
    after = here.agents.ids()["app1"]
    assert after != before and here.known(before) == "" and here.known(after) != ""


def test_where_people_come_in_by_ssh_nobody_is_waited_for(here: Reached, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(agents, "ONLINE_SECONDS", -1.0)
    here.env.declare(**FEW, access={"ssh_from": ["203.0.113.7/32"]})
    here.file.unlink()
    played = here.env.run(readable=True)
    assert played.code == 0, played.output
    assert "is not at Session Manager, so its host keys are not known: ssh-keyscan" in said(played)


def test_no_run_has_made_use_of_more_than_its_rights(here: Reached) -> None:
    assert beyond(here.env) == set()
