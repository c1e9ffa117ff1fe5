# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

from typing import Any

from ansible_collections.echodiary.infra.plugins.plugin_utils._account.kinds import database_parameters
from ansible_collections.echodiary.infra.plugins.plugin_utils._account.model import Goal, Seen

from ..answers import RDS, account, calls
from ..example import environment

NAME = "echodiary-production-postgres17"
ENV = environment(database={})
#: as a group of AWS has them that nobody has touched
GIVEN = [
    {"ParameterName": "rds.force_ssl", "ParameterValue": "1", "Source": "system", "ApplyType": "dynamic"},
    {"ParameterName": "shared_preload_libraries", "ParameterValue": "pg_stat_statements", "Source": "system", "ApplyType": "static"},
    {"ParameterName": "log_min_duration_statement", "Source": "engine-default", "ApplyType": "dynamic"},
    {"ParameterName": "max_connections", "ParameterValue": "LEAST({DBInstanceClassMemory/9531392},5000)", "Source": "system"},
]


def answer(parameters: list[dict[str, Any]], asked: dict[str, Any]) -> dict[str, Any]:
    """As AWS does: it knows no filters."""
    assert "Filters" not in asked
    return {"Parameters": [one for one in parameters if asked.get("Source") in (None, one["Source"])]}


def seen(*user: dict[str, Any]) -> Seen:
    names = [one["ParameterName"] for one in user]
    parameters = [one for one in GIVEN if one["ParameterName"] not in names] + [{**one, "Source": "user"} for one in user]
    group = {"DBParameterGroupName": NAME, "DBParameterGroupArn": f"{RDS}pg:{NAME}", "DBParameterGroupFamily": "postgres17"}
    tags = [{"Key": key, "Value": value} for key, value in ENV.tags(NAME).items()]
    (found,) = database_parameters.observe(
        account(
            describe_db_parameter_groups={"DBParameterGroups": [group, {**group, "DBParameterGroupName": "default.postgres17"}]},
            describe_db_parameters=lambda **asked: answer(parameters, asked),
            list_tags_for_resource={"TagList": tags},
        ),
        ENV,
    )
    return found


def made(before: Seen | None) -> list[tuple[str, Any]]:
    (wanted,) = database_parameters.declared(ENV)
    return calls(database_parameters.hands(Goal(NAME, before.id if before else "", wanted.fields, {}, before.fields if before else {})))


def test_what_aws_gives_of_itself_needs_nobody_to_set_it() -> None:
    fields = seen().fields
    assert fields["at_once"] == {"rds.force_ssl": "1"}
    assert fields["after_reboot"] == {"shared_preload_libraries": "pg_stat_statements"}
    ((operation, args),) = made(seen())
    assert operation == "modify_db_parameter_group"
    assert args["Parameters"] == [{"ParameterName": "log_min_duration_statement", "ParameterValue": "500", "ApplyMethod": "immediate"}]


def test_each_is_taken_up_the_way_that_aws_lets_it() -> None:
    (module, _), (_, args) = made(None)
    assert module == "amazon.aws.rds_instance_param_group"
    methods = {one["ParameterName"]: one["ApplyMethod"] for one in args["Parameters"]}
    assert methods == {
        "rds.force_ssl": "immediate",
        "log_min_duration_statement": "immediate",
        "shared_preload_libraries": "pending-reboot",
    }


def test_what_somebody_has_set_is_seen_and_taken_back_each_in_its_way() -> None:
    found = seen(
        {"ParameterName": "rds.force_ssl", "ParameterValue": "0", "ApplyType": "dynamic"},
        {"ParameterName": "log_min_duration_statement", "ParameterValue": "500", "ApplyType": "dynamic"},
        {"ParameterName": "log_statement", "ParameterValue": "all", "ApplyType": "dynamic"},
        {"ParameterName": "max_connections", "ParameterValue": "10", "ApplyType": "static"},
    )
    assert found.fields["at_once"]["log_statement"] == "all" and found.fields["after_reboot"]["max_connections"] == "10"
    (_, changed), (_, reset) = made(found)
    assert [one["ParameterName"] for one in changed["Parameters"]] == ["rds.force_ssl"]
    assert reset["ResetAllParameters"] is False and reset["Parameters"] == [
        {"ParameterName": "log_statement", "ApplyMethod": "immediate"},
        {"ParameterName": "max_connections", "ApplyMethod": "pending-reboot"},
    ]


def test_another_major_version_has_a_group_of_its_own() -> None:
    (wanted,) = database_parameters.declared(environment(database={"version": "18"}))
    assert (wanted.resource.name, wanted.fields["family"]) == ("echodiary-production-postgres18", "postgres18")
