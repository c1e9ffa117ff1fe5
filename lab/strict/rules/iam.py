# SPDX-License-Identifier: GPL-3.0-or-later
"""IAM: a trust policy names who exists."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from ..errors import RefusedError
from . import Asked, before

OWN = re.compile(r"^arn:aws:iam::(\d+):(role|user)/(?:.*/)?([^/]+)$")


@before("iam:CreateRole", "iam:UpdateAssumeRolePolicy")
def trusted_exist(asked: Asked) -> None:
    for arn in _trusted(str(asked.get("AssumeRolePolicyDocument") or asked.get("PolicyDocument"))):
        found = OWN.match(arn)
        if found and found.group(1) == asked.call.account and not _exists(asked, found.group(2), found.group(3)):
            raise RefusedError("MalformedPolicyDocument", f'Invalid principal in policy: "AWS":"{arn}"')


def _trusted(document: str) -> Iterator[str]:
    try:
        statements = json.loads(document).get("Statement", [])
    except (ValueError, AttributeError):
        return  # moto refuses it
    for statement in statements if isinstance(statements, list) else [statements]:
        principal = statement.get("Principal") if isinstance(statement, dict) else None
        named: Any = principal.get("AWS", []) if isinstance(principal, dict) else []
        yield from [named] if isinstance(named, str) else named


def _exists(asked: Asked, kind: str, name: str) -> bool:
    iam = asked.backend("iam")
    names = {one.name for one in (iam.roles if kind == "role" else iam.users).values()}
    return name in names
