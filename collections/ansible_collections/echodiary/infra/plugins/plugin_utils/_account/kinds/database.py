# SPDX-License-Identifier: GPL-3.0-or-later
"""The database: PostgreSQL of RDS, called as the environment, reached by hosts alone, encrypted, backed up. Whatever would lose what it
holds is refused. AWS grows its storage by itself up to ``storage_max``: more than declared is no difference, more than the greatest is.

Made by AWS's own operation: the module cannot let AWS keep the master password (``ManageMasterUserPassword``), and a password of ours would
have to be in somebody's hands. For the same reason AWS's own operation gives it back to AWS's keeping. All else is changed by the module.

What AWS has been asked for and not done yet (``PendingModifiedValues``) counts as done, and is told.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from .. import model
from ..stores import PORTS
from . import arns, database_parameters, security_group, subnet_group, tags

if TYPE_CHECKING:
    from ..aws import Aws
    from ..declaration import Environment
    from ..stores import Database

NAME = "database"
EFFECT: model.Effects = {
    "engine": model.REPLACE,
    "encrypted": model.REPLACE,
    "subnet_group": model.REPLACE,
    "version": model.IRREVERSIBLE,
    "storage": model.GROWS,
    "class": model.RESTART,
    "parameters": model.RESTART,
    "port": model.RESTART,
    "running": model.RESTART,
}
KEPT = True
RUNS = True
#: how long AWS may take for it (s)
SETTLES = 40 * 60
EVENTS = "rds"
READS: model.Rights = ("rds:DescribeDBInstances",)
WRITES: model.Rights = (
    "rds:CreateDBInstance",
    "rds:ModifyDBInstance",
    "rds:StartDBInstance",
    "rds:StopDBInstance",
    "rds:AddTagsToResource",
    "secretsmanager:CreateSecret",
    "secretsmanager:TagResource",
    "kms:DescribeKey",
    "kms:CreateGrant",
    "iam:CreateServiceLinkedRole",
)
REMOVES: model.Rights = ("rds:DeleteDBInstance", "rds:CreateDBSnapshot", "rds:DescribeDBSnapshots", "rds:ListTagsForResource")
#: field -> as AWS calls it when it tells, and as the module calls it
_PLAIN = {
    "class": ("DBInstanceClass", "db_instance_class"),
    "storage_type": ("StorageType", "storage_type"),
    "storage_max": ("MaxAllocatedStorage", "max_allocated_storage"),
    "backup_days": ("BackupRetentionPeriod", "backup_retention_period"),
    "multi_az": ("MultiAZ", "multi_az"),
    "public": ("PubliclyAccessible", "publicly_accessible"),
    "deletion_protection": ("DeletionProtection", "deletion_protection"),
    "copy_tags": ("CopyTagsToSnapshot", "copy_tags_to_snapshot"),
    "minor_upgrades": ("AutoMinorVersionUpgrade", "auto_minor_version_upgrade"),
    "performance_insights": ("PerformanceInsightsEnabled", "enable_performance_insights"),
    "ca": ("CACertificateIdentifier", "ca_certificate_identifier"),
    "iam_login": ("IAMDatabaseAuthenticationEnabled", "enable_iam_database_authentication"),
}
#: those whose form is another: as the module calls them
_OTHER = {
    "storage": "allocated_storage",
    "port": "port",
    "parameters": "db_parameter_group_name",
    "security_groups": "vpc_security_group_ids",
}
#: not told as creating asks for it
_ASKED = {
    "PerformanceInsightsEnabled": "EnablePerformanceInsights",
    "IAMDatabaseAuthenticationEnabled": "EnableIAMDatabaseAuthentication",
}
_BUSY = frozenset(
    {
        "backing-up",
        "configuring-enhanced-monitoring",
        "configuring-iam-database-auth",
        "configuring-log-exports",
        "converting-to-vpc",
        "creating",
        "delete-precheck",
        "deleting",
        "maintenance",
        "modifying",
        "moving-to-vpc",
        "rebooting",
        "renaming",
        "resetting-master-credentials",
        "starting",
        "stopping",
        "upgrading",
    }
)
_DOWN = frozenset({"stopping", "stopped", "failed", "inaccessible-encryption-credentials-recoverable"})


def declared(env: Environment) -> Iterator[model.Wanted]:
    database = env.declared["database"]
    if database:
        places = {
            "subnet_group": model.Ref(subnet_group.NAME, subnet_group.called(env)),
            "parameters": model.Ref(database_parameters.NAME, database_parameters.called(env)),
            "security_groups": [model.Ref(security_group.NAME, env.called(NAME))],
        }
        fields = {
            **_asked_for(database),
            **_SAFE,
            **places,
            "deletion_protection": env.declared["protected"],
            "port": env.stores[NAME],
            "tags": env.tags(env.prefix),
        }
        yield model.Wanted(model.Resource(NAME, env.prefix), fields, {"master": "postgres"})


_SAFE: Mapping[str, Any] = {
    "engine": "postgres",
    "storage_type": "gp3",
    "encrypted": True,
    "public": False,
    "copy_tags": True,
    "minor_upgrades": True,
    "performance_insights": False,
    "ca": "rds-ca-rsa2048-g1",
    "iam_login": False,
    "password_kept_by_aws": True,
    "running": True,
}


def _asked_for(database: Database) -> dict[str, model.Json]:
    names = ("version", "class", "storage", "storage_max", "backup_days", "multi_az")
    return {name: database[name] for name in names}  # type: ignore[literal-required]


def found(aws: Aws) -> list[Any]:
    """All of the account, as AWS tells them."""
    return aws.find("rds", "describe_db_instances", "DBInstances[]")


def observe(aws: Aws, env: Environment) -> Iterator[model.Seen]:
    for one in found(aws):
        given = tags.read(one.get("TagList"))
        if one["DBInstanceIdentifier"] == env.prefix or tags.are_ours(given, env):
            yield _seen(one, given, env)


def _seen(one: Mapping[str, Any], given: Mapping[str, str], env: Environment) -> model.Seen:
    resource, state = model.Resource(NAME, one["DBInstanceIdentifier"]), one["DBInstanceStatus"]
    will_be = {**one, **_pending(one)}
    fields = {field: will_be.get(told, False) for field, (told, _) in _PLAIN.items()}
    rest = {"tags": tags.compared(given, env), "running": state not in _DOWN, "encrypted": one["StorageEncrypted"]}
    known = {**fields, **_storage(will_be, env), **_places(will_be), **rest}
    return model.Seen(
        resource,
        one["DBInstanceArn"],
        {**known, "engine": one["Engine"], "version": _major(will_be), "password_kept_by_aws": bool(one.get("MasterUserSecret"))},
        tags.are_ours(given, env),
        state not in _BUSY,
        state,
        tuple(_notes(one)),
    )


def _pending(one: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in one.get("PendingModifiedValues", {}).items() if value is not None}


def _major(one: Mapping[str, Any]) -> str:
    return str(one["EngineVersion"]).split(".", 1)[0]


def _storage(one: Mapping[str, Any], env: Environment) -> dict[str, int | None]:
    """As declared, where AWS let it grow within its bounds. Beyond them only that is told: the bound cannot be below what there is."""
    has, most, database = one["AllocatedStorage"], one.get("MaxAllocatedStorage"), env.declared["database"]
    if not database or has < database["storage"]:
        return {"storage": has, "storage_max": most}
    if has <= database["storage_max"]:
        return {"storage": database["storage"], "storage_max": most}
    return {"storage": has, "storage_max": database["storage_max"]}


def _places(one: Mapping[str, Any]) -> dict[str, Any]:
    arn = one["DBInstanceArn"]
    group = one.get("DBSubnetGroupName") or one.get("DBSubnetGroup", {}).get("DBSubnetGroupName", "")
    return {
        # one that is being created has none yet
        "port": one.get("Port") or one.get("Endpoint", {}).get("Port") or PORTS[NAME],
        "subnet_group": arns.beside(arn, "subgrp", group),
        "parameters": next((arns.beside(arn, "pg", each["DBParameterGroupName"]) for each in one["DBParameterGroups"]), None),
        "security_groups": [each["VpcSecurityGroupId"] for each in one["VpcSecurityGroups"] if each["Status"] in ("adding", "active")],
    }


def _notes(one: Mapping[str, Any]) -> Iterator[str]:
    pending = ", ".join(sorted(_pending(one)))
    if pending:
        yield f"AWS was asked for {pending}, and has not done it yet: it counts as done"
    if any(group.get("ParameterApplyStatus") == "pending-reboot" for group in one["DBParameterGroups"]):
        command = f"aws rds reboot-db-instance --db-instance-identifier {one['DBInstanceIdentifier']}"
        yield f"parameters wait for a reboot: when it may be away for a minute, {command}"


def hands(goal: model.Goal) -> model.Calls:
    """One that is stopped is started, and no more: what else differs is done when it runs."""
    if not goal.id:
        yield model.Api("rds", "create_db_instance", _created(goal))
    elif goal.differs("running"):
        state = "started" if goal.fields["running"] else "stopped"
        yield model.Module("amazon.aws.rds_instance", {"db_instance_identifier": goal.name, "state": state, "wait": False})
    else:
        yield from _changed(goal)


def _created(goal: model.Goal) -> dict[str, model.Json]:
    plain = {_ASKED.get(told, told): goal.fields[field] for field, (told, _) in _PLAIN.items()}
    places = {
        "DBSubnetGroupName": arns.name(goal.fields["subnet_group"]),
        "DBParameterGroupName": arns.name(goal.fields["parameters"]),
        "VpcSecurityGroupIds": goal.fields["security_groups"],
    }
    what = {
        "Engine": goal.fields["engine"],
        "EngineVersion": goal.fields["version"],
        "AllocatedStorage": goal.fields["storage"],
        "Port": goal.fields["port"],
    }
    secret = {
        "StorageEncrypted": goal.fields["encrypted"],
        "MasterUsername": goal.once["master"],
        "ManageMasterUserPassword": goal.fields["password_kept_by_aws"],
    }
    return {"DBInstanceIdentifier": goal.name, **what, **plain, **places, **secret, "Tags": tags.written(goal.fields["tags"])}


def _changed(goal: model.Goal) -> model.Calls:
    if goal.differs(*_PLAIN, *_OTHER, "tags"):
        plain = {argument: goal.fields[field] for field, (_, argument) in _PLAIN.items() if goal.differs(field)}
        other = {argument: _given(goal, field) for field, argument in _OTHER.items() if goal.differs(field)}
        how = {"apply_immediately": True, "wait": False, "tags": goal.fields["tags"], "purge_tags": False}
        yield model.Module("amazon.aws.rds_instance", {"db_instance_identifier": goal.name, **plain, **other, **how})
    if goal.differs("password_kept_by_aws"):
        how = {"ManageMasterUserPassword": goal.fields["password_kept_by_aws"], "ApplyImmediately": True}
        yield model.Api("rds", "modify_db_instance", {"DBInstanceIdentifier": goal.name, **how})


def _given(goal: model.Goal, field: str) -> model.Json:
    value: model.Json = goal.fields[field]
    return arns.name(str(value)) if field == "parameters" else value


def remove(seen: model.Seen) -> model.Calls:
    """With a last snapshot. AWS refuses it as long as the database is protected from deletion.

    Called by when the database was made: another one of this name, later, leaves another one, and asked for twice it is the same.
    """
    if seen.state == "deleting":
        return
    answer = yield model.Api("rds", "describe_db_instances", {"DBInstanceIdentifier": seen.resource.name})
    made = answer["DBInstances"][0]["InstanceCreateTime"].strftime("%Y%m%d-%H%M%S")
    last = {"final_snapshot_identifier": f"{seen.resource.name}-final-{made}", "skip_final_snapshot": False, "wait": False}
    yield model.Module("amazon.aws.rds_instance", {"db_instance_identifier": seen.resource.name, "state": "absent", **last})
