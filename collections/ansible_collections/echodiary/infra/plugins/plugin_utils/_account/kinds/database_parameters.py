# SPDX-License-Identifier: GPL-3.0-or-later
"""How PostgreSQL is set: what it takes up at once, and what waits until the database is rebooted (nobody here reboots it: ``database.py``
tells that it waits). What somebody has set besides goes back to what AWS gives.

The group and its tags are made by the module. Parameters are set by AWS's own operations: the module sends all of them with one way of
taking them up, which AWS refuses for the other sort, it does not fail for a parameter that there is not, and it cannot take one back.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from .. import model
from . import tags

if TYPE_CHECKING:
    from ..aws import Aws
    from ..declaration import Environment

NAME = "database_parameters"
EFFECT: model.Effects = {"family": model.REPLACE, "after_reboot": model.RESTART}
KEPT = False
EVENTS = "rds"
READS: model.Rights = ("rds:DescribeDBParameterGroups", "rds:DescribeDBParameters", "rds:ListTagsForResource")
WRITES: model.Rights = (
    "rds:CreateDBParameterGroup",
    "rds:ModifyDBParameterGroup",
    "rds:ResetDBParameterGroup",
    "rds:AddTagsToResource",
    "rds:DeleteDBParameterGroup",
)
#: as AWS writes them. Statements of half a second and longer are logged (ms)
_AT_ONCE = {"rds.force_ssl": "1", "log_min_duration_statement": "500"}
_AFTER_REBOOT = {"shared_preload_libraries": "pg_stat_statements"}
_OURS = {**_AT_ONCE, **_AFTER_REBOOT}
#: how a change is taken up, by the field that it stands in
_METHODS = {"at_once": "immediate", "after_reboot": "pending-reboot"}


def called(env: Environment) -> str:
    """A major version has its own, so that one that is new does not touch what is in use."""
    database = env.declared["database"]
    return env.called(f"postgres{database['version']}") if database else ""


def declared(env: Environment) -> Iterator[model.Wanted]:
    database = env.declared["database"]
    if database:
        name = called(env)
        fields = {"family": f"postgres{database['version']}", "at_once": dict(_AT_ONCE), "after_reboot": dict(_AFTER_REBOOT)}
        yield model.Wanted(model.Resource(NAME, name), {**fields, "tags": env.tags(name)})


def observe(aws: Aws, env: Environment) -> Iterator[model.Seen]:
    for one in aws.find("rds", "describe_db_parameter_groups", "DBParameterGroups[]"):
        if one["DBParameterGroupName"].startswith(env.called("")):
            given = tags.read(aws.find("rds", "list_tags_for_resource", "TagList[]", ResourceName=one["DBParameterGroupArn"]))
            fields = {"family": one["DBParameterGroupFamily"], **_parameters(aws, one["DBParameterGroupName"])}
            resource = model.Resource(NAME, one["DBParameterGroupName"])
            yield model.Seen(resource, one["DBParameterGroupArn"], {**fields, "tags": tags.compared(given, env)}, tags.are_ours(given, env))


def _parameters(aws: Aws, group: str) -> dict[str, dict[str, str]]:
    """What somebody has set, and ours whoever has set them: AWS's own value may be the same, and then nobody needs to.

    All are asked for: AWS chooses by who has set them, and not by name.
    """
    every = aws.find("rds", "describe_db_parameters", "Parameters[]", DBParameterGroupName=group)
    return _by_field([one for one in every if one["ParameterName"] in _OURS or one.get("Source") == "user"])


def _by_field(parameters: Sequence[Mapping[str, Any]]) -> dict[str, dict[str, str]]:
    fields: dict[str, dict[str, str]] = {"at_once": {}, "after_reboot": {}}
    for one in parameters:
        name = one["ParameterName"]
        waits = name in _AFTER_REBOOT or one.get("ApplyType") == "static"
        if one.get("ParameterValue") is not None:
            fields["after_reboot" if waits else "at_once"][name] = one["ParameterValue"]
    return fields


def hands(goal: model.Goal) -> model.Calls:
    if not goal.id or goal.differs("tags"):
        what = {"engine": goal.fields["family"], "description": goal.name, "tags": goal.fields["tags"], "purge_tags": False}
        yield model.Module("amazon.aws.rds_instance_param_group", {"name": goal.name, "state": "present", **what})
    given = [one for field, method in _METHODS.items() for one in _set(field, method, goal)]
    if given:
        yield model.Api("rds", "modify_db_parameter_group", {"DBParameterGroupName": goal.name, "Parameters": given})
    taken = [one for field, method in _METHODS.items() for one in _taken_back(field, method, goal)]
    if taken:
        args = {"DBParameterGroupName": goal.name, "ResetAllParameters": False, "Parameters": taken}
        yield model.Api("rds", "reset_db_parameter_group", args)


def _set(field: str, method: str, goal: model.Goal) -> Iterator[dict[str, str]]:
    before = goal.before.get(field, {})
    for name, value in sorted(goal.fields[field].items()):
        if before.get(name) != value:
            yield {"ParameterName": name, "ParameterValue": value, "ApplyMethod": method}


def _taken_back(field: str, method: str, goal: model.Goal) -> Iterator[dict[str, str]]:
    for name in sorted(set(goal.before.get(field, {})) - set(goal.fields[field])):
        yield {"ParameterName": name, "ApplyMethod": method}


def remove(seen: model.Seen) -> model.Calls:
    yield model.Module("amazon.aws.rds_instance_param_group", {"name": seen.resource.name, "state": "absent"})
