# SPDX-License-Identifier: GPL-3.0-or-later
"""Parameter groups of RDS, and what RDS says of its engines."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ..errors import RefusedError
from . import Asked, after, before, instead, postgres
from .database import wearers

PAGE = 100


@before("rds:CreateDBParameterGroup")
def known_family(asked: Asked) -> None:
    wanted = str(asked.get("DBParameterGroupFamily"))
    if wanted not in postgres.FAMILIES and not wanted.startswith(("oracle", "sqlserver", "aurora", "db2")):
        raise RefusedError("InvalidParameterValue", f"ParameterGroupFamily {wanted} is not a valid parameter group family")


@before("rds:ModifyDBParameterGroup")
def known_parameters(asked: Asked) -> None:
    family = _family(asked)
    if family is None or not postgres.parameters(family):
        return
    for wanted in asked.get("Parameters", ()):
        _judge(wanted, postgres.parameters(family).get(str(wanted.get("ParameterName"))))


def _judge(wanted: dict[str, Any], known: postgres.Parameter | None) -> None:
    name, value = wanted.get("ParameterName"), str(wanted.get("ParameterValue", ""))
    if known is None:
        raise RefusedError("InvalidParameterValue", f"Could not find parameter with name: {name}")
    if not known.modifiable:
        raise RefusedError("InvalidParameterValue", f"The parameter {name} cannot be modified.")
    if known.static and wanted.get("ApplyMethod") != "pending-reboot":
        raise RefusedError("InvalidParameterCombination", "cannot use immediate apply method for static parameter")
    if not postgres.allows(known, value):
        raise RefusedError("InvalidParameterValue", f"Invalid parameter value: {value} for: {name} allowed values are: {known.allowed}")


def _group(asked: Asked) -> Any:
    return asked.backend("rds").db_parameter_groups.get(str(asked.get("DBParameterGroupName")).lower())


def _family(asked: Asked) -> str | None:
    """Of the group that is meant; of a default group also when nobody has made it."""
    group, name = _group(asked), str(asked.get("DBParameterGroupName"))
    if group is not None:
        return str(group.family)
    family = name.removeprefix("default.")
    return family if name.startswith("default.") and family in postgres.FAMILIES else None


@after("rds:ModifyDBParameterGroup")
def waits_for_a_reboot(asked: Asked, answer: dict[str, Any]) -> None:
    if any(one.get("ApplyMethod") == "pending-reboot" for one in asked.get("Parameters", ())):
        for name in wearers(asked, str(asked.get("DBParameterGroupName"))):
            asked.kept("rds:reboot")[name] = True


@instead("rds:ResetDBParameterGroup")
def back_to_the_default(asked: Asked) -> dict[str, Any]:
    group = _must(asked)
    everything = str(asked.get("ResetAllParameters", "")).lower() == "true"
    names = list(group.parameters) if everything else [one.get("ParameterName") for one in asked.get("Parameters", ())]
    for name in names:
        group.parameters.pop(name, None)
    return {"DBParameterGroupName": group.name}


def _must(asked: Asked) -> Any:
    group = _group(asked)
    if group is None:
        raise _absent(asked)
    return group


def _absent(asked: Asked) -> RefusedError:
    return RefusedError("DBParameterGroupNotFound", f"DBParameterGroup not found: {asked.get('DBParameterGroupName')}", 404)


@before("rds:DescribeDBParameterGroups")
def absent_is_an_error(asked: Asked) -> None:
    if asked.get("DBParameterGroupName") and _family(asked) is None:
        raise _absent(asked)


@before("rds:DeleteDBParameterGroup")
def group_is_unused(asked: Asked) -> None:
    name = str(asked.get("DBParameterGroupName"))
    if any(True for _ in wearers(asked, name)):
        message = f"One or more database instances are still members of this parameter group {name}, so the group cannot be deleted"
        raise RefusedError("InvalidDBParameterGroupState", message)


@instead("rds:DescribeDBParameters")
def all_parameters(asked: Asked) -> dict[str, Any] | None:
    family = _family(asked)
    if family is None:
        raise _absent(asked)
    if not postgres.parameters(family):
        return None
    group = _group(asked)
    shown = list(_listed(family, group.parameters if group is not None else {}))
    source = asked.get("Source")
    return _page(asked, [one for one in shown if source in (None, one["Source"])], "Parameters")


def _listed(family: str, own: dict[str, dict[str, Any]]) -> Iterator[dict[str, Any]]:
    for name, known in sorted(postgres.parameters(family).items()):
        mine = own.get(name) or {}
        shown = {
            "ParameterName": name, "Description": f"Sets {name}.", "DataType": known.type, "IsModifiable": known.modifiable,
            "ApplyType": "static" if known.static else "dynamic", "ApplyMethod": mine.get("ApplyMethod", "pending-reboot"),
            "Source": "user" if mine else "system" if known.value is not None else "engine-default",
            "ParameterValue": mine.get("ParameterValue", known.value), "AllowedValues": known.allowed,
        }  # fmt: skip
        yield {key: value for key, value in shown.items() if value is not None}


def _page(asked: Asked, found: list[dict[str, Any]], name: str) -> dict[str, Any]:
    size, first = int(asked.get("MaxRecords", PAGE)), int(asked.get("Marker") or 0)
    more = {"Marker": str(first + size)} if first + size < len(found) else {}
    return {name: found[first : first + size], **more}


@instead("rds:DescribeEngineDefaultParameters")
def defaults(asked: Asked) -> dict[str, Any]:
    family = str(asked.get("DBParameterGroupFamily"))
    if family not in postgres.FAMILIES:
        raise RefusedError("InvalidParameterValue", f"ParameterGroupFamily {family} is not a valid parameter group family")
    page = _page(asked, list(_listed(family, {})), "Parameters")
    return {"EngineDefaults": {"DBParameterGroupFamily": family, **page}}


@instead("rds:DescribePendingMaintenanceActions")
def nothing_pending(asked: Asked) -> dict[str, Any]:
    """AWS has nothing to repair here."""
    return {"PendingMaintenanceActions": []}


@instead("rds:DescribeDBEngineVersions")
def engine_versions(asked: Asked) -> dict[str, Any]:
    engine, version, family = asked.get("Engine"), asked.get("EngineVersion"), asked.get("DBParameterGroupFamily")
    default = str(asked.get("DefaultOnly", "")).lower() == "true"
    shown = [
        _version(one, number)
        for one, numbers in postgres.VERSIONS.items()
        for number in numbers
        if engine in (None, one)
        and version in (None, number, postgres.major(one, number))
        and family in (None, postgres.family(one, number))
        and (not default or number == (postgres.whole(one, version) or postgres.DEFAULTS[one]))
    ]
    return _page(asked, shown, "DBEngineVersions")


def _version(engine: str, number: str) -> dict[str, Any]:
    later = [one for one in postgres.VERSIONS[engine] if _order(one) > _order(number)]
    return {
        "Engine": engine, "EngineVersion": number, "DBParameterGroupFamily": postgres.family(engine, number), "Status": "available",
        "MajorEngineVersion": postgres.major(engine, number), "DBEngineDescription": engine,
        "DBEngineVersionDescription": f"{engine} {number}",
        "ValidUpgradeTarget": [
            {"Engine": engine, "EngineVersion": one, "IsMajorVersionUpgrade": postgres.major(engine, one) != postgres.major(engine, number)}
            for one in later
        ],
    }  # fmt: skip


def _order(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split("."))


@before("rds:ModifyDBInstance")
def allowed_upgrade(asked: Asked) -> None:
    database = asked.backend("rds").databases.get(str(asked.get("DBInstanceIdentifier")))
    wanted = asked.get("EngineVersion")
    target = postgres.whole(database.engine, wanted) if database is not None and wanted else None
    if database is None or target is None:
        return
    if _order(target) < _order(str(database.engine_version)):
        message = f"Cannot upgrade {database.engine} from {database.engine_version} to {target}"
        raise RefusedError("InvalidParameterCombination", message)
    other = postgres.major(database.engine, target) != postgres.major(database.engine, str(database.engine_version))
    if other and str(asked.get("AllowMajorVersionUpgrade", "")).lower() != "true":
        message = "The AllowMajorVersionUpgrade flag must be present when upgrading to a new major version."
        raise RefusedError("InvalidParameterCombination", message)
