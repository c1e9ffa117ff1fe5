# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any, cast

import pytest
from ansible_collections.echodiary.infra.plugins.plugin_utils._account import model
from ansible_collections.echodiary.infra.plugins.plugin_utils._account import plan as planning
from ansible_collections.echodiary.infra.plugins.plugin_utils._account.kinds import database
from ansible_collections.echodiary.infra.plugins.plugin_utils._account.model import Goal, Resource, Seen

from ..answers import RDS, account, calls
from ..example import environment

NAME = "echodiary-production"
ENV = environment(database={"storage": 20, "storage_max": 100})
IDS = {
    Resource("subnet_group", f"{NAME}-database"): f"{RDS}subgrp:{NAME}-database",
    Resource("database_parameters", f"{NAME}-postgres17"): f"{RDS}pg:{NAME}-postgres17",
    Resource("security_group", f"{NAME}-database"): "sg-1",
}
MODULE = "amazon.aws.rds_instance"


def told(**changed: Any) -> dict[str, Any]:
    """As AWS describes it where it is as declared."""
    return {
        "DBInstanceIdentifier": NAME,
        "DBInstanceArn": f"{RDS}db:{NAME}",
        "DBInstanceStatus": "available",
        "DBInstanceClass": "db.t4g.micro",
        "Engine": "postgres",
        "EngineVersion": "17.6",
        "AllocatedStorage": 20,
        "MaxAllocatedStorage": 100,
        "StorageType": "gp3",
        "StorageEncrypted": True,
        "BackupRetentionPeriod": 7,
        "MultiAZ": False,
        "PubliclyAccessible": False,
        "DeletionProtection": True,
        "CopyTagsToSnapshot": True,
        "AutoMinorVersionUpgrade": True,
        "PerformanceInsightsEnabled": False,
        "CACertificateIdentifier": "rds-ca-rsa2048-g1",
        "MasterUserSecret": {"SecretArn": "arn:aws:secretsmanager:…"},
        "Endpoint": {"Address": "…", "Port": 5432},
        "DBSubnetGroup": {"DBSubnetGroupName": f"{NAME}-database"},
        "DBParameterGroups": [{"DBParameterGroupName": f"{NAME}-postgres17", "ParameterApplyStatus": "in-sync"}],
        "VpcSecurityGroups": [{"VpcSecurityGroupId": "sg-1", "Status": "active"}, {"VpcSecurityGroupId": "sg-0", "Status": "removing"}],
        "TagList": [{"Key": key, "Value": value} for key, value in ENV.tags(NAME).items()],
        **changed,
    }


def seen(**changed: Any) -> Seen:
    (found,) = database.observe(account(describe_db_instances={"DBInstances": [told(**changed)]}), ENV)
    return found


def change(**changed: Any) -> model.Change | None:
    kinds: Any = {database.NAME: database}
    return next(iter(planning.plan(database.declared(ENV), [seen(**changed)], kinds, IDS)), None)


def goal(**before: Any) -> Goal:
    (wanted,) = database.declared(ENV)
    fields = {name: planning.resolved(value, IDS) for name, value in wanted.fields.items()}
    had = {**fields, **before} if before else {}
    return Goal(NAME, f"{RDS}db:{NAME}" if before else "", fields, wanted.once, had)


def test_one_that_is_as_declared_is_no_change() -> None:
    assert change() is None


@pytest.mark.parametrize(
    ("changed", "field", "action"),
    [
        ({"DBInstanceClass": "db.t4g.small"}, "class", model.RESTART),
        ({"AllocatedStorage": 10}, "storage", model.UPDATE),
        ({"AllocatedStorage": 150, "MaxAllocatedStorage": 200}, "storage", model.IRREVERSIBLE),
        ({"MaxAllocatedStorage": None}, "storage_max", model.UPDATE),
        ({"StorageType": "gp2"}, "storage_type", model.UPDATE),
        ({"StorageEncrypted": False}, "encrypted", model.REPLACE),
        ({"BackupRetentionPeriod": 0}, "backup_days", model.UPDATE),
        ({"MultiAZ": True}, "multi_az", model.UPDATE),
        ({"PubliclyAccessible": True}, "public", model.UPDATE),
        ({"DeletionProtection": False}, "deletion_protection", model.UPDATE),
        ({"CopyTagsToSnapshot": False}, "copy_tags", model.UPDATE),
        ({"AutoMinorVersionUpgrade": False}, "minor_upgrades", model.UPDATE),
        ({"PerformanceInsightsEnabled": True}, "performance_insights", model.UPDATE),
        ({"CACertificateIdentifier": "rds-ca-2019"}, "ca", model.UPDATE),
        ({"MasterUserSecret": None}, "password_kept_by_aws", model.UPDATE),
        ({"Endpoint": {"Port": 5433}}, "port", model.RESTART),
        ({"Engine": "mysql"}, "engine", model.REPLACE),
        ({"EngineVersion": "16.9"}, "version", model.IRREVERSIBLE),
        ({"DBSubnetGroup": {"DBSubnetGroupName": "other"}}, "subnet_group", model.REPLACE),
        ({"DBParameterGroups": [{"DBParameterGroupName": "default.postgres17"}]}, "parameters", model.RESTART),
        ({"VpcSecurityGroups": [{"VpcSecurityGroupId": "sg-9", "Status": "active"}]}, "security_groups", model.UPDATE),
        ({"DBInstanceStatus": "stopped"}, "running", model.RESTART),
        ({"TagList": [{"Key": "Name", "Value": NAME}]}, "tags", model.UPDATE),
    ],
)
def test_each_field_that_a_hand_changes_is_seen_with_what_it_does(changed: dict[str, Any], field: str, action: str) -> None:
    found = change(**changed)
    assert found is not None and (list(found.fields), found.action) == ([field], action)
    assert bool(found.refused) is (action in (model.REPLACE, model.IRREVERSIBLE))


@pytest.mark.parametrize("size", [20, 37, 100])
def test_what_aws_let_grow_within_its_bounds_is_no_difference(size: int) -> None:
    assert change(AllocatedStorage=size) is None


def test_what_aws_was_asked_for_counts_as_done_and_is_told() -> None:
    found = seen(DBInstanceClass="db.t4g.small", PendingModifiedValues={"DBInstanceClass": "db.t4g.micro"})
    assert change(DBInstanceClass="db.t4g.small", PendingModifiedValues={"DBInstanceClass": "db.t4g.micro"}) is None
    assert "DBInstanceClass" in found.notes[0]
    pending = change(PendingModifiedValues={"BackupRetentionPeriod": 0})
    assert pending is not None and pending.fields == {"backup_days": (0, 7)}


def test_parameters_that_wait_for_a_reboot_are_told_with_the_command() -> None:
    group = {"DBParameterGroupName": f"{NAME}-postgres17", "ParameterApplyStatus": "pending-reboot"}
    (note,) = seen(DBParameterGroups=[group]).notes
    assert "reboot-db-instance" in note and NAME in note and seen().notes == ()


@pytest.mark.parametrize(("state", "settled"), [("creating", False), ("modifying", False), ("available", True), ("storage-full", True)])
def test_it_is_settled_when_aws_is_done(state: str, settled: bool) -> None:
    assert seen(DBInstanceStatus=state).settled is settled


def test_one_that_is_being_created_has_no_endpoint_yet() -> None:
    without = told(DBInstanceStatus="creating")
    del without["Endpoint"]
    (found,) = database.observe(account(describe_db_instances={"DBInstances": [without]}), ENV)
    assert found.fields["port"] == 5432


def test_of_others_only_those_that_bear_our_tags_are_ours() -> None:
    other = told(DBInstanceIdentifier="other", TagList=[])
    orphan = told(DBInstanceIdentifier="left-over")
    found = database.observe(account(describe_db_instances={"DBInstances": [told(), other, orphan]}), ENV)
    assert [(one.resource.name, one.ours) for one in found] == [(NAME, True), ("left-over", True)]


def test_it_is_made_with_a_password_that_nobody_knows() -> None:
    ((operation, args),) = calls(database.hands(goal()))
    assert operation == "create_db_instance" and args["ManageMasterUserPassword"] is True and "MasterUserPassword" not in args
    assert args["StorageEncrypted"] is True and args["PubliclyAccessible"] is False and args["DeletionProtection"] is True
    assert (args["DBSubnetGroupName"], args["DBParameterGroupName"]) == (f"{NAME}-database", f"{NAME}-postgres17")
    assert (args["EngineVersion"], args["MaxAllocatedStorage"], args["EnablePerformanceInsights"]) == ("17", 100, False)
    assert {"Key": "Name", "Value": NAME} in args["Tags"]


def asked(**before: Any) -> Mapping[str, Any]:
    ((name, args),) = calls(database.hands(goal(**before)))
    assert name == MODULE
    return args


def test_only_what_differs_is_asked_for() -> None:
    args = asked(backup_days=0, **{"class": "db.t4g.small"})
    assert args["backup_retention_period"] == 7 and args["db_instance_class"] == "db.t4g.micro"
    assert "allocated_storage" not in args and "multi_az" not in args
    assert args["apply_immediately"] is True and args["wait"] is False and args["purge_tags"] is False


def test_the_module_is_told_names_where_it_wants_names() -> None:
    assert asked(parameters=f"{RDS}pg:default.postgres17")["db_parameter_group_name"] == f"{NAME}-postgres17"
    assert asked(security_groups=["sg-9"])["vpc_security_group_ids"] == ["sg-1"]


def test_one_that_is_stopped_is_started_and_nothing_else_is_asked_of_it() -> None:
    args = asked(running=False, backup_days=0)
    assert args["state"] == "started" and "backup_retention_period" not in args


def test_aws_gets_the_password_back() -> None:
    ((operation, args),) = calls(database.hands(goal(password_kept_by_aws=False)))
    assert operation == "modify_db_instance" and args["ManageMasterUserPassword"] is True and args["ApplyImmediately"] is True


def test_it_goes_with_a_last_snapshot_only() -> None:
    made = datetime.datetime(2026, 11, 30, 23, 10, 2, tzinfo=datetime.UTC)
    going = database.remove(seen())
    assert cast("model.Api", next(going)).operation == "describe_db_instances"
    call = cast("model.Module", going.send({"DBInstances": [told(InstanceCreateTime=made)]}))
    assert call.name == MODULE and call.args["state"] == "absent" and not call.args["skip_final_snapshot"]
    assert call.args["final_snapshot_identifier"] == f"{NAME}-final-20261130-231002"


def test_one_that_is_going_is_not_asked_to_go_again() -> None:
    assert list(database.remove(seen(DBInstanceStatus="deleting"))) == []


def test_there_may_be_none() -> None:
    assert list(database.declared(environment(database=False))) == []
