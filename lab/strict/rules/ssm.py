# SPDX-License-Identifier: GPL-3.0-or-later
"""Which instances Systems Manager can reach, and what it has them do: by agents that come and ask (``agents.py``)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from .. import agents
from ..errors import RefusedError
from . import Asked, images, instead  # noqa: F401 - the images' parameters are rules too
from .network import living

DOCUMENT = "AWS-RunShellScript"
#: of the document: what it may be given
PARAMETERS = frozenset({"commands", "workingDirectory", "executionTimeout"})
#: seconds in which an agent has to take a command along, where nobody said
DELIVERY_SECONDS = 3600


@instead("ssm:DescribeInstanceInformation")
def managed_instances(asked: Asked) -> dict[str, Any]:
    shown = [_information(asked, one) for one in living(asked) if one.id in asked.memory.agents]
    for key, values in _filters(asked):
        shown = [one for one in shown if one[key] in values]
    return {"InstanceInformationList": shown}


def _filters(asked: Asked) -> Iterator[tuple[str, set[str]]]:
    """Both forms in which AWS takes them."""
    given = [(one.get("Key"), one.get("Values")) for one in asked.get("Filters", ())]
    given += [(one.get("key"), one.get("valueSet")) for one in asked.get("InstanceInformationFilterList", ())]
    fields = {"InstanceIds": "InstanceId", "PingStatus": "PingStatus"}
    for key, values in given:
        if key not in fields:
            raise RefusedError("InvalidInstanceInformationFilterValue", f"this imitation filters by {' and '.join(fields)}, not by {key}")
        yield fields[key], set(values or ())


def _information(asked: Asked, instance: Any) -> dict[str, Any]:
    agent = asked.memory.agents[instance.id]
    return {
        "InstanceId": instance.id, "PingStatus": "Online" if _online(asked, instance) else "ConnectionLost",
        "LastPingDateTime": datetime.fromtimestamp(agent.pinged, UTC), "AgentVersion": agent.version,
        "IsLatestVersion": True, "PlatformType": "Linux", "PlatformName": "Debian GNU/Linux", "PlatformVersion": "13",
        "ResourceType": "EC2Instance", "IPAddress": instance.private_ip, "ComputerName": instance.private_dns_name,
    }  # fmt: skip


def _online(asked: Asked, instance: Any) -> bool:
    return instance.state == "running" and asked.memory.agents[instance.id].online


@instead("ssm:SendCommand")
def send_command(asked: Asked) -> dict[str, Any]:
    """It waits until an agent takes it along: nothing is run in here."""
    _check_document(asked)
    instances = list(_targets(asked))
    known = {one.id for one in living(asked) if one.id in asked.memory.agents and one.state == "running"}
    if not instances or set(instances) - known:
        raise RefusedError("InvalidInstanceId", f"Instances [{sorted(set(instances) - known)}] not in a valid state for account")
    timeout = int(asked.get("TimeoutSeconds", DELIVERY_SECONDS))
    if not 30 <= timeout <= 2592000:
        raise RefusedError("ValidationException", f"Value '{timeout}' at 'timeoutSeconds' failed to satisfy constraint: 30 to 2592000")
    command = agents.send(asked.memory, instances, [str(one) for one in asked.get("Parameters")["commands"]], timeout)
    for identifier in instances:
        asked.memory.late[_late(command, identifier)] = asked.memory.settings.ssm_lag
    now = datetime.now(UTC)
    return {
        "Command": {
            "CommandId": command, "DocumentName": DOCUMENT, "DocumentVersion": "$DEFAULT", "Comment": asked.get("Comment", ""),
            "Parameters": asked.get("Parameters"), "InstanceIds": instances, "Targets": [], "RequestedDateTime": now, "Status": "Pending",
            "StatusDetails": "Pending", "TargetCount": len(instances), "CompletedCount": 0, "ErrorCount": 0, "TimeoutSeconds": timeout,
            "ExpiresAfter": datetime.fromtimestamp(now.timestamp() + timeout, UTC),
        }
    }  # fmt: skip


def _check_document(asked: Asked) -> None:
    if asked.get("DocumentName") != DOCUMENT:
        raise RefusedError("InvalidDocument", f"document {asked.get('DocumentName')} does not exist; this imitation has {DOCUMENT} alone")
    given = asked.get("Parameters", {})
    if set(given) - PARAMETERS or not given.get("commands"):
        raise RefusedError("InvalidParameters", f"{DOCUMENT} takes {', '.join(sorted(PARAMETERS))}, and needs commands")


def _targets(asked: Asked) -> Iterator[str]:
    yield from asked.get("InstanceIds", ())
    for one in asked.get("Targets", ()):
        if one.get("Key") != "InstanceIds":
            raise RefusedError("InvalidTarget", f"this imitation takes targets by InstanceIds, not by {one.get('Key')}")
        yield from one.get("Values") or ()


@instead("ssm:GetCommandInvocation")
def command_invocation(asked: Asked) -> dict[str, Any]:
    command, identifier = str(asked.get("CommandId")), str(asked.get("InstanceId"))
    found = agents.find(asked.memory, command, identifier)
    if found is None or asked.memory.missed(_late(command, identifier)):
        raise RefusedError("InvocationDoesNotExist", "An error occurred (InvocationDoesNotExist) when calling GetCommandInvocation")
    return {
        "CommandId": command, "InstanceId": identifier, "Comment": "", "DocumentName": DOCUMENT, "DocumentVersion": "$DEFAULT",
        "PluginName": "aws:runShellScript", "ResponseCode": -1 if found.code is None else found.code, "Status": found.status,
        "StatusDetails": found.details, "StandardOutputContent": found.stdout, "StandardErrorContent": found.stderr,
        "ExecutionStartDateTime": _time(found.taken), "ExecutionEndDateTime": _time(found.ended),
    }  # fmt: skip


def _time(seconds: float | None) -> str:
    return "" if seconds is None else datetime.fromtimestamp(seconds, UTC).isoformat(timespec="milliseconds")


def _late(command: str, identifier: str) -> str:
    return f"invocation:{command}:{identifier}"
