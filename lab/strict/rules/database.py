# SPDX-License-Identifier: GPL-3.0-or-later
"""RDS: what does not exist or fit, what is in use, what takes its time, what waits for the maintenance window."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from moto.core import DEFAULT_ACCOUNT_ID

from ..errors import RefusedError
from ..memory import Memory
from . import Asked, after, before, postgres
from .network import zones_of

#: what a modification only notes, unless it is to be applied immediately: field of the request -> moto's attribute
WAITS = {
    "DBInstanceClass": "db_instance_class", "AllocatedStorage": "allocated_storage", "EngineVersion": "engine_version",
    "MultiAZ": "multi_az", "StorageType": "storage_type", "Iops": "iops", "StorageThroughput": "storage_throughput",
    "BackupRetentionPeriod": "backup_retention_period", "MasterUserPassword": "_master_user_password",
    "LicenseModel": "license_model", "CACertificateIdentifier": "ca_certificate_identifier",
}  # fmt: skip
#: as PendingModifiedValues calls it, where that differs
PENDING_NAMES = {"DBPortNumber": "Port"}
FORBIDDEN = re.compile(r"""[/@" ]""")
GP3 = {"iops": 3000, "storage_throughput": 125}
GP3_CHOICE_FROM = 400


def busy_name(asked: Asked, identifier: str) -> str:
    return f"db:{asked.call.region}:{identifier.lower()}"


def found(asked: Asked) -> Any:
    """The instance that is meant; None where there is none."""
    return asked.backend("rds").databases.get(str(asked.get("DBInstanceIdentifier")))


def _refuse(code: str, message: str) -> None:
    raise RefusedError(code, message)


# --- subnet groups


@before("rds:CreateDBSubnetGroup")
def name_is_free(asked: Asked) -> None:
    name = str(asked.get("DBSubnetGroupName")).lower()
    if name in asked.backend("rds").subnet_groups:
        _refuse("DBSubnetGroupAlreadyExists", f"The DB subnet group '{name}' already exists.")


@before("rds:ModifyDBSubnetGroup")
def group_exists(asked: Asked) -> None:
    name = str(asked.get("DBSubnetGroupName")).lower()
    if name not in asked.backend("rds").subnet_groups:
        _refuse("DBSubnetGroupNotFoundFault", f"DB subnet group '{name}' not found.")


@before("rds:ModifyDBSubnetGroup")
def is_at_hand(asked: Asked) -> None:
    groups, name = asked.backend("rds").subnet_groups, str(asked.get("DBSubnetGroupName"))
    asked.memory.scratch[asked.call.number] = {name: groups.get(name)}


@after("rds:ModifyDBSubnetGroup")
def is_still_there(asked: Asked, answer: dict[str, Any]) -> dict[str, Any]:
    """Moto takes it out to change it, and does not put it back."""
    kept = asked.memory.scratch.pop(asked.call.number, {})
    asked.backend("rds").subnet_groups.update({name: group for name, group in kept.items() if group is not None})
    return answer


@before("rds:CreateDBSubnetGroup", "rds:ModifyDBSubnetGroup")
def two_zones(asked: Asked) -> None:
    zones = zones_of(asked, asked.get("SubnetIds", []))
    if len(zones) < 2:
        message = (
            "The DB subnet group doesn't meet Availability Zone (AZ) coverage requirement. "
            f"Current AZ coverage: {', '.join(sorted(zones))}. Add subnets to cover at least 2 AZs."
        )
        _refuse("DBSubnetGroupDoesNotCoverEnoughAZs", message)


@before("rds:DeleteDBSubnetGroup")
def group_is_unused(asked: Asked) -> None:
    name = str(asked.get("DBSubnetGroupName")).lower()
    for database in asked.backend("rds").databases.values():
        if database.db_subnet_group is not None and database.db_subnet_group.name == name:
            user = database.db_instance_identifier
            message = f"Cannot delete the subnet group '{name}' because at least one database instance: {user} is still using it."
            _refuse("InvalidDBSubnetGroupStateFault", message)


# --- instances


@before("rds:CreateDBInstance", "rds:ModifyDBInstance")
def known_class(asked: Asked) -> None:
    wanted = asked.get("DBInstanceClass")
    if wanted and wanted not in postgres.CLASSES:
        _refuse("InvalidParameterValue", f"Invalid DB Instance class: {wanted}")


@before("rds:CreateDBInstance", "rds:ModifyDBInstance")
def known_version(asked: Asked) -> None:
    engine, wanted = _engine(asked), asked.get("EngineVersion")
    if wanted and engine in postgres.VERSIONS and postgres.whole(engine, wanted) is None:
        _refuse("InvalidParameterCombination", f"Cannot find version {wanted} for {engine}")


def _engine(asked: Asked) -> str:
    database = found(asked)
    return str(asked.get("Engine") or (database.engine if database else ""))


@before("rds:CreateDBInstance", "rds:ModifyDBInstance")
def fair_password(asked: Asked) -> None:
    password = asked.get("MasterUserPassword")
    if password is None:
        return
    if len(password) < 8:
        _refuse(
            "InvalidParameterValue", "The parameter MasterUserPassword is not a valid password because it is shorter than 8 characters."
        )
    if FORBIDDEN.search(password):
        allowed = "Only printable ASCII characters besides '/', '@', '\"', ' ' may be used."
        message = f"The parameter MasterUserPassword is not a valid password. {allowed}"
        _refuse("InvalidParameterValue", message)
    if str(asked.get("ManageMasterUserPassword", "")).lower() == "true":
        message = "You can't specify MasterUserPassword for an instance with ManageMasterUserPassword enabled."
        _refuse("InvalidParameterCombination", message)


@before("rds:CreateDBInstance")
def free_word_for_the_master(asked: Asked) -> None:
    name = asked.get("MasterUsername")
    if asked.get("Engine") == "postgres" and name in ("admin", "rdsadmin"):
        message = f"MasterUsername {name} cannot be used as it is a reserved word used by the engine"
        _refuse("InvalidParameterValue", message)


@before("rds:CreateDBInstance", "rds:ModifyDBInstance")
def group_of_this_major(asked: Asked) -> None:
    group = asked.backend("rds").db_parameter_groups.get(str(asked.get("DBParameterGroupName", "")).lower())
    database = found(asked)
    engine = _engine(asked)
    version = postgres.whole(engine, asked.get("EngineVersion") or (database.engine_version if database else None))
    if group is None or version is None or group.family == postgres.family(engine, version):
        return
    message = (
        f"The parameter group {group.name} with DBParameterGroupFamily {group.family} can't be used for this instance. "
        f"Use a parameter group with DBParameterGroupFamily {postgres.family(engine, version)}."
    )
    _refuse("InvalidParameterCombination", message)


@before("rds:CreateDBInstance")
def groups_of_its_network(asked: Asked) -> None:
    group = asked.backend("rds").subnet_groups.get(str(asked.get("DBSubnetGroupName", "")).lower())
    for one in filter(None, map(asked.backend("ec2").get_security_group_from_id, asked.get("VpcSecurityGroupIds", []))):
        if group is not None and one.vpc_id != group.vpc_id:
            message = (
                "The DB instance and EC2 security group are in different VPCs. "
                f"The DB instance is in {group.vpc_id} and the EC2 security group is in {one.vpc_id}"
            )
            _refuse("InvalidParameterCombination", message)


@before("rds:CreateDBInstance", "rds:ModifyDBInstance")
def small_gp3_has_no_choice(asked: Asked) -> None:
    database = found(asked)
    kind = asked.get("StorageType") or (database.storage_type if database else None)
    size = int(asked.get("AllocatedStorage") or (database.allocated_storage if database else 0))
    if kind == "gp3" and size < GP3_CHOICE_FROM and (asked.get("Iops") or asked.get("StorageThroughput")):
        message = (
            f"You can't specify IOPS or storage throughput for engine {_engine(asked)} and a storage size less than {GP3_CHOICE_FROM}."
        )
        _refuse("InvalidParameterCombination", message)


@before("rds:ModifyDBInstance")
def storage_grows(asked: Asked) -> None:
    database, wanted = found(asked), asked.get("AllocatedStorage")
    if database is None or not wanted:
        return
    if int(wanted) < int(database.allocated_storage):
        message = f"Invalid storage size for engine name {database.engine} and storage type {database.storage_type}: {wanted}"
        _refuse("InvalidParameterCombination", message)
    if int(database.allocated_storage) < int(wanted) < int(database.allocated_storage) * 1.1:
        _refuse("InvalidParameterCombination", "The allocated storage must be increased by at least 10 percent.")


@before("rds:CreateDBInstance")
def room_to_grow(asked: Asked) -> None:
    if asked.get("MaxAllocatedStorage") and int(asked.get("MaxAllocatedStorage")) <= int(asked.get("AllocatedStorage", 0)):
        _refuse("InvalidParameterCombination", "Max storage size must be greater than storage size")


@before("rds:ModifyDBInstance", "rds:RebootDBInstance", "rds:CreateDBSnapshot")
def nothing_under_way(asked: Asked) -> None:
    waits = asked.memory.busy.get(busy_name(asked, str(asked.get("DBInstanceIdentifier"))))
    if found(asked) is not None and waits is not None and not waits.over:
        _refuse("InvalidDBInstanceState", f"Database instance is not in available state: {waits.status}")


@before("rds:DeleteDBInstance")
def last_snapshot(asked: Asked) -> None:
    skips = str(asked.get("SkipFinalSnapshot", "")).lower() == "true"
    named = asked.get("FinalDBSnapshotIdentifier")
    if found(asked) is None or found(asked).deletion_protection:
        return
    if not skips and not named:
        _refuse("InvalidParameterCombination", "FinalDBSnapshotIdentifier is required unless SkipFinalSnapshot is specified.")
    if skips and named:
        message = "FinalDBSnapshotIdentifier can not be specified when deleting with SkipFinalSnapshot."
        _refuse("InvalidParameterCombination", message)


# --- what takes its time


@after("rds:CreateDBInstance")
def is_being_created(asked: Asked, answer: dict[str, Any]) -> dict[str, Any]:
    database = asked.backend("rds").databases[answer["DBInstance"]["DBInstanceIdentifier"]]
    database.engine_version = postgres.whole(database.engine, database.engine_version) or database.engine_version
    if database.storage_type == "gp3":
        database.iops = database.iops or GP3["iops"]
        database.storage_throughput = database.storage_throughput or GP3["storage_throughput"]
    asked.memory.begin(busy_name(asked, database.db_instance_identifier), "creating")
    return {"DBInstance": _shown(asked, answer["DBInstance"], "creating")}


@after("rds:DescribeDBInstances")
def as_it_stands(asked: Asked, answer: dict[str, Any]) -> dict[str, Any]:
    shown = []
    for one in answer.get("DBInstances", ()):
        waits = asked.memory.busy.get(busy_name(asked, one["DBInstanceIdentifier"]))
        shown.append(_shown(asked, one, waits.look() if waits else None))
    return {**answer, "DBInstances": shown}


def _shown(asked: Asked, one: dict[str, Any], status: str | None) -> dict[str, Any]:
    name = one["DBInstanceIdentifier"]
    pending = {key: value for key, value in asked.kept("rds:pending").get(name, {}).items() if key in one or key in ("Port",)}
    reboot = name in asked.kept("rds:reboot")
    groups = [{**group, "ParameterApplyStatus": "pending-reboot" if reboot else "in-sync"} for group in one.get("DBParameterGroups", ())]
    insights = bool(asked.kept("rds:insights").get(name))
    shown = {**one, "DBParameterGroups": groups, "PendingModifiedValues": pending, "PerformanceInsightsEnabled": insights}
    if status is not None:
        shown["DBInstanceStatus"] = status
    if status == "creating":
        shown.pop("Endpoint", None)
    return shown


@after("rds:DeleteDBInstance")
def nothing_is_left_of_it(asked: Asked, answer: dict[str, Any]) -> None:
    name = answer["DBInstance"]["DBInstanceIdentifier"]
    asked.memory.busy.pop(busy_name(asked, name), None)
    for subject in ("rds:pending", "rds:reboot", "rds:insights"):
        asked.kept(subject).pop(name, None)


# --- what waits for the maintenance window


@after("rds:CreateDBInstance", "rds:ModifyDBInstance")
def insights(asked: Asked, answer: dict[str, Any]) -> None:
    wanted = asked.get("EnablePerformanceInsights")
    if wanted is not None:
        kept, name = asked.kept("rds:insights"), answer["DBInstance"]["DBInstanceIdentifier"]
        kept.pop(name, None)
        kept.update({name: True} if str(wanted).lower() == "true" else {})


@before("rds:ModifyDBInstance")
def port_that_may_be(asked: Asked) -> None:
    port = asked.get("DBPortNumber")
    if port is not None and int(port) not in range(1150, 65536):
        _refuse("InvalidParameterValue", f"The value {port} of DBPortNumber is not between 1150 and 65535")


@after("rds:ModifyDBInstance")
def another_port(asked: Asked, answer: dict[str, Any]) -> None:
    """At once, whatever ApplyImmediately says: the database begins anew."""
    database = asked.backend("rds").databases[answer["DBInstance"]["DBInstanceIdentifier"]]
    if int(asked.get("DBPortNumber", database.port)) != database.port:
        database.port = int(asked.get("DBPortNumber"))
        asked.memory.begin(busy_name(asked, database.db_instance_identifier), "modifying")


@before("rds:ModifyDBInstance")
def remember_what_was(asked: Asked) -> None:
    database = found(asked)
    if database is not None:
        now = {field: getattr(database, attribute, None) for field, attribute in WAITS.items()}
        asked.memory.scratch[asked.call.number] = {**now, "DBParameterGroupName": database.db_parameter_group_name}


@after("rds:ModifyDBInstance")
def put_off(asked: Asked, answer: dict[str, Any]) -> dict[str, Any]:
    """Without ApplyImmediately the old values stay and the new ones are pending; with it, what was pending is done as well."""
    name = answer["DBInstance"]["DBInstanceIdentifier"]
    database, was = asked.backend("rds").databases[name], asked.memory.scratch.pop(asked.call.number, {})
    changed = {field: getattr(database, WAITS[field]) for field in WAITS if getattr(database, WAITS[field], None) != was.get(field)}
    if database.db_parameter_group_name != was.get("DBParameterGroupName"):
        asked.kept("rds:reboot")[name] = True
    if str(asked.get("ApplyImmediately", "")).lower() == "true":
        maintain(asked.memory.kept, asked.call.region, asked.backend("rds"), name)
        if changed:
            asked.memory.begin(busy_name(asked, name), "modifying")
    elif changed:
        asked.kept("rds:pending").setdefault(name, {}).update({PENDING_NAMES.get(key, key): value for key, value in changed.items()})
        for field in changed:
            setattr(database, WAITS[field], was[field])
    shown = {**answer["DBInstance"], **{key: value for key, value in _now(database, changed).items() if key in answer["DBInstance"]}}
    return {"DBInstance": _shown(asked, shown, None)}


def _now(database: Any, changed: dict[str, Any]) -> dict[str, Any]:
    return {field: getattr(database, WAITS[field]) for field in changed}


def maintain_all(memory: Memory) -> None:
    from moto.rds.models import rds_backends

    for place in [key for key in memory.kept if key.endswith("/rds:pending")]:
        region = place.partition("/")[0]
        for name in list(memory.kept[place]):
            maintain(memory.kept, region, rds_backends[DEFAULT_ACCOUNT_ID][region], name)


def maintain(kept: dict[str, dict[str, Any]], region: str, backend: Any, name: str) -> None:
    """The window has come: what is pending is done."""
    pending = kept.get(f"{region}/rds:pending", {}).pop(name, {})
    fields = {PENDING_NAMES.get(field, field): attribute for field, attribute in WAITS.items()}
    for field, value in pending.items():
        if name in backend.databases:
            setattr(backend.databases[name], fields[field], value)


@after("rds:RebootDBInstance")
def rebooted(asked: Asked, answer: dict[str, Any]) -> dict[str, Any]:
    name = answer["DBInstance"]["DBInstanceIdentifier"]
    asked.kept("rds:reboot").pop(name, None)
    asked.memory.begin(busy_name(asked, name), "rebooting")
    return {"DBInstance": _shown(asked, answer["DBInstance"], "rebooting")}


def wearers(asked: Asked, group: str) -> Iterator[str]:
    """Instances with this parameter group."""
    for name, database in asked.backend("rds").databases.items():
        if str(database.db_parameter_group_name).lower() == group.lower():
            yield name
