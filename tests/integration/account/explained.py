# SPDX-License-Identifier: GPL-3.0-or-later
"""What of an account is not as it was, and whether a failed run has told of it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from tests.integration.account.environment import REGION

#: several share a reason
_STAYED = re.compile(r"([a-z_]+):(\S+?)(?=, | \()")
#: what the imitation keeps of what is gone, and what AWS tells of it
_LEFT = (
    "/ec2/ap-northeast-2/tags/",
    "/ec2/ap-northeast-2/reservations/",
    "/ec2/ap-northeast-2/default_kms_key_id",
    "/rds/ap-northeast-2/events",
    "/secretsmanager/ap-northeast-2/secrets/rds!",
    "/strict/",
)


def unexplained(before: Any, after: Any, said: str) -> list[str]:
    """``said``: the run's output. Where the two differ and its last line names nothing that would be the reason."""
    named = stayed(said)
    names = {name for kind, name in named if kind != "account_defaults"}
    # those of a region have its name, and so has everything else in it
    ids = _ids(after, names) | names | ({"/ebs_encryption_by_default"} if len(names) < len(named) else set())
    return [f"{path}: {_short(was)} -> {_short(now)}" for path, was, now in differences(before, after) if not _told(path, was, now, ids)]


def stayed(said: str) -> set[tuple[str, str]]:
    """Kind and name of what was not taken back."""
    told = said.rpartition("taken back, but for ")[2].partition("Mend it")[0] if "taken back, but for " in said else ""
    return {(found[1], found[2]) for found in _STAYED.finditer(told)}


def differences(before: Any, after: Any, path: str = "") -> Iterator[tuple[str, Any, Any]]:
    """Down to what has no parts: of what is there only once, each part."""
    if isinstance(before, list) and isinstance(after, list) and len(before) == len(after):
        before, after = ({str(number): one for number, one in enumerate(each)} for each in (before, after))
    if isinstance(before, dict) or isinstance(after, dict):
        was, now = (one if isinstance(one, dict) else {} for one in (before, after))
        for key in sorted({*was, *now}):
            yield from differences(was.get(key), now.get(key), f"{path}/{key}")
    elif _value(before) != _value(after) and not (before is None and after in ([], "", False)):
        yield path, before, after


def _value(value: Any) -> Any:
    """Of a policy what it says, in whatever order; and not when something was stopped."""
    text = value if isinstance(value, str) else ""
    try:
        return json.loads(text) if text.startswith("{") else "User initiated" if text.startswith("User initiated (") else value
    except ValueError:
        return value


def _ids(state: Any, names: set[str]) -> set[str]:
    """By which they are called, and what AWS makes with a network."""
    ec2 = state["ec2"][REGION]
    found = {identity for identity, its in ec2.get("tags", {}).items() if its.get("Name") in names}
    lists = {key for key, one in ec2.get("network_acls", {}).items() if one["default"] and one["vpc_id"] in found}
    tables = {key for key, one in ec2.get("route_tables", {}).items() if one.get("main_association_id") and one["vpc_id"] in found}
    groups = {key for vpc in found for key, one in ec2.get("groups", {}).get(vpc, {}).items() if one["name"] == "default"}
    interfaces = {key for key, one in ec2.get("enis", {}).items() if any(identity in json.dumps(one, default=str) for identity in found)}
    return found | lists | tables | groups | interfaces | _keys(state, names) | _roles(state, names) | _certificates(state, names)


def _keys(state: Any, names: set[str]) -> set[str]:
    """An alias comes after the key."""
    kms = state.get("kms", {}).get(REGION, {})
    aliases, tags = {f"alias/{name}" for name in names}, kms.get("tagger", {}).get("tags", {})
    return {key for key, one in kms.get("keys", {}).items() if aliases & set(one["aliases"]) or tags.get(key, {}).get("Name") in names}


def _roles(state: Any, names: set[str]) -> set[str]:
    return {key for key, one in state.get("iam", {}).get("aws", {}).get("roles", {}).items() if one["name"] in names}


def _certificates(state: Any, names: set[str]) -> set[str]:
    """They are called as all of their names."""
    known = state.get("acm", {}).get(REGION, {}).get("_certificates", {})
    return {arn for arn, one in known.items() if any(one["common_name"] in name.split(",") for name in names)}


def _told(path: str, was: Any, now: Any, ids: set[str]) -> bool:
    return path.startswith(_LEFT) or "/_availability_zone/" in path or any(one in f"{path} {was} {now}" for one in ids)


def _short(value: Any) -> str:
    return json.dumps(value, default=str)[:1500]
