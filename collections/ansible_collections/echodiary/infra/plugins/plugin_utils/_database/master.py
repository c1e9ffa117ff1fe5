# SPDX-License-Identifier: GPL-3.0-or-later
"""The server's administrator, who makes roles: a login that is declared, or that of an RDS instance, whose password AWS keeps.

AWS is asked on the controller, and only where roles are made: neither hosts nor whoever deploys need a right to that password.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING

from .._account import aws
from .._common.errors import SpecError
from .declared import Login

if TYPE_CHECKING:
    from .declared import Master


def login(master: Master, component: str, account: Mapping[str, str]) -> Login:
    """``account``: as ``echodiary_aws`` has it. SpecError where there is no such login, or it cannot be read."""
    if master.user and master.password:
        return Login(master.user, master.password)
    if not master.instance:
        lacking = "password" if master.user else "user, password"
        raise SpecError(f"{component}: component.yml: database: roles: master lacks {lacking}, or instance of RDS; its login makes roles")
    return _kept_by_aws(master.instance, aws.of(account))


def _kept_by_aws(instance: str, account: aws.Aws) -> Login:
    absent = ("DBInstanceNotFound", "DBInstanceNotFoundFault")
    found = account.one("rds", "describe_db_instances", "DBInstances[]", absent, DBInstanceIdentifier=instance)
    kept = (found or {}).get("MasterUserSecret") or {}
    if not kept.get("SecretArn"):
        what = "keeps its administrator's password elsewhere" if found else "is not there"
        raise SpecError(
            f"RDS instance {instance} {what}; provision it (echodiary.infra.provision), or declare database: roles: master: user, password"
        )
    text = account.one("secretsmanager", "get_secret_value", "SecretString", SecretId=kept["SecretArn"])
    said = json.loads(text or "{}")
    return Login(str(said.get("username") or (found or {}).get("MasterUsername", "")), str(said.get("password", "")))
