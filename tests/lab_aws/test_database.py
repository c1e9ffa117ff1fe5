# SPDX-License-Identifier: GPL-3.0-or-later
"""RDS as it is: nothing at once, nothing that does not fit."""

from __future__ import annotations

from typing import Any

import pytest

from lab.strict.server import Server
from tests.lab_aws.account import Network, network
from tests.lab_aws.clients import client, refused

DATABASE = {
    "DBInstanceIdentifier": "db",
    "DBInstanceClass": "db.t4g.micro",
    "Engine": "postgres",
    "EngineVersion": "17.5",
    "AllocatedStorage": 20,
    "StorageType": "gp3",
    "MasterUsername": "owner",
    "MasterUserPassword": "long enough".replace(" ", "-"),
    "DBSubnetGroupName": "db",
}


def _group(aws: Server, place: Network) -> None:
    client(aws, "rds").create_db_subnet_group(DBSubnetGroupName="db", DBSubnetGroupDescription="db", SubnetIds=place.subnets)


def _parameters(aws: Server, family: str = "postgres17") -> None:
    client(aws, "rds").create_db_parameter_group(DBParameterGroupName="app", DBParameterGroupFamily=family, Description="app")


def _database(aws: Server, **more: Any) -> dict[str, Any]:
    _group(aws, network(aws))
    made: dict[str, Any] = client(aws, "rds").create_db_instance(**{**DATABASE, **more})["DBInstance"]
    return made


def _seen(aws: Server) -> dict[str, Any]:
    seen: dict[str, Any] = client(aws, "rds").describe_db_instances(DBInstanceIdentifier="db")["DBInstances"][0]
    return seen


def test_a_subnet_group_covers_two_zones(aws: Server) -> None:
    place, rds = network(aws), client(aws, "rds")
    asked = {"DBSubnetGroupName": "db", "DBSubnetGroupDescription": "db"}
    with refused("DBSubnetGroupDoesNotCoverEnoughAZs"):
        rds.create_db_subnet_group(**asked, SubnetIds=place.subnets[:1])
    rds.create_db_subnet_group(**asked, SubnetIds=place.subnets)
    with refused("DBSubnetGroupAlreadyExists"):
        rds.create_db_subnet_group(**asked, SubnetIds=place.subnets)
    with refused("DBSubnetGroupDoesNotCoverEnoughAZs"):
        rds.modify_db_subnet_group(DBSubnetGroupName="db", SubnetIds=place.subnets[:1])
    with refused("DBSubnetGroupNotFoundFault"):
        rds.modify_db_subnet_group(DBSubnetGroupName="nobody", SubnetIds=place.subnets)


def test_a_subnet_group_that_is_changed_is_still_there(aws: Server) -> None:
    place, rds = network(aws), client(aws, "rds")
    _group(aws, place)
    rds.modify_db_subnet_group(DBSubnetGroupName="db", DBSubnetGroupDescription="new", SubnetIds=place.subnets)
    (found,) = rds.describe_db_subnet_groups(DBSubnetGroupName="db")["DBSubnetGroups"]
    assert found["DBSubnetGroupDescription"] == "new" and len(found["Subnets"]) == 2


def test_a_subnet_group_in_use_stays(aws: Server) -> None:
    _database(aws)
    rds = client(aws, "rds")
    with refused("InvalidDBSubnetGroupStateFault"):
        rds.delete_db_subnet_group(DBSubnetGroupName="db")
    rds.delete_db_instance(DBInstanceIdentifier="db", SkipFinalSnapshot=True)
    rds.delete_db_subnet_group(DBSubnetGroupName="db")


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ({"MasterUserPassword": "short"}, "InvalidParameterValue"),
        ({"MasterUserPassword": "with a @ in it"}, "InvalidParameterValue"),
        ({"MasterUsername": "admin"}, "InvalidParameterValue"),
        ({"DBInstanceClass": "db.t9.micro"}, "InvalidParameterValue"),
        ({"EngineVersion": "17.99"}, "InvalidParameterCombination"),
        ({"ManageMasterUserPassword": True}, "InvalidParameterCombination"),
        ({"StorageThroughput": 250}, "InvalidParameterCombination"),
        ({"MaxAllocatedStorage": 20}, "InvalidParameterCombination"),
        ({"DBParameterGroupName": "nobody"}, "DBParameterGroupNotFound"),
        ({"DBSubnetGroupName": "nobody"}, "DBSubnetGroupNotFoundFault"),
    ],
    ids=lambda given: next(iter(given)) if isinstance(given, dict) else None,
)
def test_what_does_not_fit_is_refused(aws: Server, more: dict[str, Any], code: str) -> None:
    with refused(code):
        _database(aws, **more)
    assert client(aws, "rds").describe_db_instances()["DBInstances"] == []


def test_a_parameter_group_is_of_the_same_major(aws: Server) -> None:
    _parameters(aws, "postgres16")
    with refused("InvalidParameterCombination"):
        _database(aws, DBParameterGroupName="app")
    client(aws, "rds").create_db_instance(**{**DATABASE, "EngineVersion": "16.9", "DBParameterGroupName": "app"})


def test_a_group_of_another_network_is_refused(aws: Server) -> None:
    other = network(aws, "10.30")
    with refused("InvalidParameterCombination"):
        _database(aws, VpcSecurityGroupIds=[other.group])


def test_a_major_is_its_newest_minor(aws: Server) -> None:
    _database(aws, EngineVersion="17")
    assert _seen(aws)["EngineVersion"] == "17.6"


def test_a_database_is_not_there_at_once(aws: Server) -> None:
    aws.settings(busy_describes=2)
    made = _database(aws)
    assert made["DBInstanceStatus"] == "creating"
    first = _seen(aws)
    assert (first["DBInstanceStatus"], "Endpoint" in first) == ("creating", False)
    with refused("InvalidDBInstanceState"):
        client(aws, "rds").modify_db_instance(DBInstanceIdentifier="db", DeletionProtection=True)
    assert [_seen(aws)["DBInstanceStatus"] for _ in range(2)] == ["creating", "available"]
    assert _seen(aws)["Endpoint"]["Port"] == 5432
    client(aws, "rds").modify_db_instance(DBInstanceIdentifier="db", DeletionProtection=True)


def test_seconds_delay_as_well_and_settling_ends_it(aws: Server) -> None:
    aws.settings(busy_seconds=60)
    _database(aws)
    assert _seen(aws)["DBInstanceStatus"] == "creating"
    aws.settle()
    assert _seen(aws)["DBInstanceStatus"] == "available"


def test_small_gp3_has_its_own_throughput(aws: Server) -> None:
    _database(aws)
    assert (_seen(aws)["Iops"], _seen(aws)["StorageThroughput"]) == (3000, 125)


def test_a_new_class_waits_for_its_window(aws: Server) -> None:
    _database(aws)
    rds = client(aws, "rds")
    told = rds.modify_db_instance(DBInstanceIdentifier="db", DBInstanceClass="db.t4g.small", DeletionProtection=True)["DBInstance"]
    for shown in (told, _seen(aws)):
        assert (shown["DBInstanceClass"], shown["PendingModifiedValues"]) == ("db.t4g.micro", {"DBInstanceClass": "db.t4g.small"})
        assert shown["DeletionProtection"] is True
    aws.maintain()
    assert (_seen(aws)["DBInstanceClass"], _seen(aws)["PendingModifiedValues"]) == ("db.t4g.small", {})


def test_what_is_applied_immediately_takes_what_waited_along(aws: Server) -> None:
    _database(aws)
    rds = client(aws, "rds")
    rds.modify_db_instance(DBInstanceIdentifier="db", DBInstanceClass="db.t4g.small")
    aws.settings(busy_describes=1)
    rds.modify_db_instance(DBInstanceIdentifier="db", AllocatedStorage=30, ApplyImmediately=True)
    assert [_seen(aws)["DBInstanceStatus"] for _ in range(2)] == ["modifying", "available"]
    seen = _seen(aws)
    assert (seen["DBInstanceClass"], seen["AllocatedStorage"], seen["PendingModifiedValues"]) == ("db.t4g.small", 30, {})


@pytest.mark.parametrize("size", [10, 21])
def test_storage_grows_by_a_tenth_and_does_not_shrink(aws: Server, size: int) -> None:
    _database(aws)
    with refused("InvalidParameterCombination"):
        client(aws, "rds").modify_db_instance(DBInstanceIdentifier="db", AllocatedStorage=size, ApplyImmediately=True)


def test_majors_are_upgraded_on_purpose_and_never_back(aws: Server) -> None:
    _database(aws)
    rds = client(aws, "rds")
    for version in ("18.1", "16.9"):
        with refused("InvalidParameterCombination"):
            rds.modify_db_instance(DBInstanceIdentifier="db", EngineVersion=version, ApplyImmediately=True)
    rds.modify_db_instance(DBInstanceIdentifier="db", EngineVersion="18.1", ApplyImmediately=True, AllowMajorVersionUpgrade=True)


def test_a_database_is_deleted_with_a_last_snapshot_or_expressly_without(aws: Server) -> None:
    _database(aws)
    rds = client(aws, "rds")
    with refused("InvalidParameterCombination"):
        rds.delete_db_instance(DBInstanceIdentifier="db")
    with refused("InvalidParameterCombination"):
        rds.delete_db_instance(DBInstanceIdentifier="db", SkipFinalSnapshot=True, FinalDBSnapshotIdentifier="last")
    rds.delete_db_instance(DBInstanceIdentifier="db", FinalDBSnapshotIdentifier="last")
    assert rds.describe_db_snapshots(DBSnapshotIdentifier="last")["DBSnapshots"] != []


# --- parameter groups


def _set(aws: Server, name: str, value: str, method: str = "immediate") -> None:
    parameter = {"ParameterName": name, "ParameterValue": value, "ApplyMethod": method}
    client(aws, "rds").modify_db_parameter_group(DBParameterGroupName="app", Parameters=[parameter])


@pytest.mark.parametrize(
    ("name", "value", "method", "code"),
    [
        ("nobody", "1", "immediate", "InvalidParameterValue"),
        ("fsync", "0", "pending-reboot", "InvalidParameterValue"),
        ("max_connections", "100", "immediate", "InvalidParameterCombination"),
        ("rds.force_ssl", "yes", "immediate", "InvalidParameterValue"),
        ("log_min_duration_statement", "-2", "immediate", "InvalidParameterValue"),
        ("shared_preload_libraries", "nobody", "pending-reboot", "InvalidParameterValue"),
    ],
)
def test_parameters_have_a_name_a_method_and_a_range(aws: Server, name: str, value: str, method: str, code: str) -> None:
    _parameters(aws)
    with refused(code):
        _set(aws, name, value, method)


def _shown(aws: Server, **more: Any) -> dict[str, dict[str, Any]]:
    pages = client(aws, "rds").get_paginator("describe_db_parameters").paginate(DBParameterGroupName="app", **more)
    return {one["ParameterName"]: one for page in pages for one in page["Parameters"]}


def test_a_group_shows_every_parameter_and_whose_its_value_is(aws: Server) -> None:
    _parameters(aws)
    _set(aws, "log_min_duration_statement", "250")
    _set(aws, "max_connections", "100", "pending-reboot")
    shown = _shown(aws, PaginationConfig={"PageSize": 20})
    assert len(shown) > 40
    assert shown["max_connections"] | {"Description": ""} == {
        "ParameterName": "max_connections",
        "ParameterValue": "100",
        "Description": "",
        "DataType": "integer",
        "ApplyType": "static",
        "ApplyMethod": "pending-reboot",
        "Source": "user",
        "IsModifiable": True,
        "AllowedValues": "6-262143",
    }
    assert (shown["rds.force_ssl"]["ParameterValue"], shown["rds.force_ssl"]["Source"]) == ("1", "system")
    assert set(_shown(aws, Source="user")) == {"log_min_duration_statement", "max_connections"}


def test_a_parameter_goes_back_to_its_default(aws: Server) -> None:
    _parameters(aws)
    _set(aws, "log_min_duration_statement", "250")
    back = [{"ParameterName": "log_min_duration_statement", "ApplyMethod": "immediate"}]
    client(aws, "rds").reset_db_parameter_group(DBParameterGroupName="app", Parameters=back)
    assert _shown(aws, Source="user") == {}


def test_static_parameters_wait_for_a_reboot(aws: Server) -> None:
    _parameters(aws)
    _database(aws, DBParameterGroupName="app")
    statuses = [_seen(aws)["DBParameterGroups"][0]["ParameterApplyStatus"]]
    _set(aws, "max_connections", "100", "pending-reboot")
    statuses.append(_seen(aws)["DBParameterGroups"][0]["ParameterApplyStatus"])
    client(aws, "rds").reboot_db_instance(DBInstanceIdentifier="db")
    statuses.append(_seen(aws)["DBParameterGroups"][0]["ParameterApplyStatus"])
    assert statuses == ["in-sync", "pending-reboot", "in-sync"]


def test_groups_that_are_absent_or_in_use_or_impossible(aws: Server) -> None:
    rds = client(aws, "rds")
    with refused("DBParameterGroupNotFound"):
        rds.describe_db_parameter_groups(DBParameterGroupName="app")
    with refused("DBParameterGroupNotFound"):
        rds.describe_db_parameters(DBParameterGroupName="app")
    with refused("InvalidParameterValue"):
        _parameters(aws, "postgres99")
    _parameters(aws)
    _database(aws, DBParameterGroupName="app")
    with refused("InvalidDBParameterGroupState"):
        rds.delete_db_parameter_group(DBParameterGroupName="app")
    rds.delete_db_instance(DBInstanceIdentifier="db", SkipFinalSnapshot=True)
    rds.delete_db_parameter_group(DBParameterGroupName="app")


def test_engines_have_versions_and_defaults(aws: Server) -> None:
    rds = client(aws, "rds")
    versions = rds.describe_db_engine_versions(Engine="postgres", EngineVersion="17")["DBEngineVersions"]
    assert {one["DBParameterGroupFamily"] for one in versions} == {"postgres17"}
    assert [one["EngineVersion"] for one in rds.describe_db_engine_versions(Engine="postgres", DefaultOnly=True)["DBEngineVersions"]] == [
        "17.6"
    ]
    told = rds.describe_engine_default_parameters(DBParameterGroupFamily="postgres17")["EngineDefaults"]["Parameters"]
    assert {"rds.force_ssl", "reserved_connections"} <= {one["ParameterName"] for one in told}


def test_the_state_knows_what_waits(aws: Server) -> None:
    _database(aws)
    before = aws.state()
    client(aws, "rds").describe_db_instances()
    assert aws.state() == before
    client(aws, "rds").modify_db_instance(DBInstanceIdentifier="db", DBInstanceClass="db.t4g.small")
    assert aws.state() != before
