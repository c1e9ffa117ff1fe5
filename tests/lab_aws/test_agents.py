# SPDX-License-Identifier: GPL-3.0-or-later
"""Systems Manager reaches whose agent says that it is there, and may; what it has them do waits until they come for it."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from typing import Any

import pytest

from lab.strict import agents
from lab.strict.server import Server
from tests.lab_aws.account import TRUST, instance, network
from tests.lab_aws.clients import client, refused


def reachable(aws: Server, policy: str = "AmazonSSMManagedInstanceCore") -> str:
    """An instance whose profile has the policy."""
    iam = client(aws, "iam")
    iam.create_role(RoleName="app", AssumeRolePolicyDocument=TRUST)
    iam.attach_role_policy(RoleName="app", PolicyArn=f"arn:aws:iam::aws:policy/{policy}")
    iam.create_instance_profile(InstanceProfileName="app")
    iam.add_role_to_instance_profile(InstanceProfileName="app", RoleName="app")
    return instance(aws, network(aws), IamInstanceProfile={"Name": "app"})


def told(aws: Server, path: str, **body: Any) -> tuple[int, Any]:
    """As the agent's own program asks."""
    asked = urllib.request.Request(f"{aws.url}/_strict/agents/{path}", json.dumps(body).encode(), method="POST")
    try:
        with urllib.request.urlopen(asked, timeout=10) as answer:
            return answer.status, json.load(answer)
    except urllib.error.HTTPError as error:
        return error.code, json.load(error)


def statuses(aws: Server, **filters: str) -> dict[str, str]:
    given = [{"Key": key, "Values": [value]} for key, value in filters.items()]
    found = client(aws, "ssm").describe_instance_information(Filters=given)["InstanceInformationList"]
    return {one["InstanceId"]: one["PingStatus"] for one in found}


def sent(aws: Server, *instances: str, **more: Any) -> str:
    what = {"DocumentName": "AWS-RunShellScript", "InstanceIds": list(instances), "Parameters": {"commands": ["id", "hostname"]}}
    return str(client(aws, "ssm").send_command(**{**what, **more})["Command"]["CommandId"])


def invocation(aws: Server, command: str, identifier: str) -> Any:
    return client(aws, "ssm").get_command_invocation(CommandId=command, InstanceId=identifier)


def test_an_instance_is_online_when_its_agent_says_so_and_not_before(aws: Server) -> None:
    made = reachable(aws)
    assert statuses(aws) == {}
    assert told(aws, made, version="3.3.1") == (200, [])
    assert (statuses(aws), statuses(aws, InstanceIds=made)) == ({made: "Online"}, {made: "Online"})
    assert (statuses(aws, InstanceIds="i-00000000000000000"), statuses(aws, PingStatus="ConnectionLost")) == ({}, {})
    shown = client(aws, "ssm").describe_instance_information()["InstanceInformationList"]
    assert [one["AgentVersion"] for one in shown] == ["3.3.1"]


def test_who_has_not_been_heard_of_for_a_while_is_lost(aws: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    made = reachable(aws)
    aws.ping(made)
    monkeypatch.setattr(agents, "ONLINE_SECONDS", -1.0)
    assert statuses(aws) == {made: "ConnectionLost"}


def test_a_stopped_instance_is_lost_and_its_agent_unheard(aws: Server) -> None:
    made = reachable(aws)
    aws.ping(made)
    client(aws, "ec2").stop_instances(InstanceIds=[made])
    assert statuses(aws) == {made: "ConnectionLost"}
    assert told(aws, made, version="1")[0] == 409
    with refused("InvalidInstanceId"):
        sent(aws, made)


def test_an_agent_without_the_right_is_sent_away(aws: Server) -> None:
    made = reachable(aws, "AmazonS3ReadOnlyAccess")
    code, said = told(aws, made, version="1")
    assert (code, "AmazonSSMManagedInstanceCore" in said["error"], statuses(aws)) == (403, True, {})
    assert told(aws, "i-00000000000000000", version="1")[0] == 404


def test_a_command_waits_for_its_agent_and_ends_with_its_answer(aws: Server) -> None:
    made = reachable(aws)
    aws.ping(made)
    command = sent(aws, made)
    with refused("InvocationDoesNotExist"):
        invocation(aws, command, made)
    assert invocation(aws, command, made)["Status"] == "Pending"
    assert told(aws, made, version="1") == (200, [{"id": command, "script": ["id", "hostname"]}])
    assert (told(aws, made, version="1"), invocation(aws, command, made)["Status"]) == ((200, []), "InProgress")
    assert told(aws, f"{made}/commands/{command}", code=0, stdout="uid=0(root)\n")[0] == 200
    shown = invocation(aws, command, made)
    assert (shown["Status"], shown["ResponseCode"], shown["StandardOutputContent"]) == ("Success", 0, "uid=0(root)\n")
    assert told(aws, f"{made}/commands/{command}", code=1)[0] == 404


def test_a_failed_command_says_so_and_long_output_is_cut(aws: Server) -> None:
    made = reachable(aws)
    aws.ping(made)
    command = sent(aws, made)
    aws.ping(made)
    aws.answer(made, command, 3, "x" * 30000, "y" * 30000)
    aws.settle()
    shown = invocation(aws, command, made)
    assert (shown["Status"], shown["ResponseCode"]) == ("Failed", 3)
    assert (len(shown["StandardOutputContent"]), len(shown["StandardErrorContent"])) == (24000, 8000)


def test_commands_go_to_whose_agent_was_heard_alone(aws: Server) -> None:
    made = reachable(aws)
    with refused("InvalidInstanceId"):
        sent(aws, made)
    aws.ping(made)
    with refused("InvalidInstanceId"):
        sent(aws, made, "i-00000000000000000")
    with refused("InvalidDocument"):
        sent(aws, made, DocumentName="AWS-RunPowerShellScript")
    with refused("InvalidParameters"):
        sent(aws, made, Parameters={"comands": ["id"]})
    assert aws.ping(made) == []


def test_what_is_run_is_not_in_the_call_log(aws: Server) -> None:
    made = reachable(aws)
    aws.ping(made)
    sent(aws, made, Parameters={"commands": ["echo hunter2"]})
    assert "hunter2" not in json.dumps([call.as_json() for call in aws.calls()])
