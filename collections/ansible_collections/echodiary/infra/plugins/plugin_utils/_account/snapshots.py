# SPDX-License-Identifier: GPL-3.0-or-later
"""Snapshots of the environment's database that somebody took: they outlive it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from . import model

if TYPE_CHECKING:
    from .aws import Aws
    from .declaration import Environment

LEAVES: model.Rights = ("rds:DescribeDBSnapshots",)
NAME = "snapshot"


def kept(aws: Aws, env: Environment) -> Iterator[tuple[model.Resource, model.Stays]]:
    found = aws.find("rds", "describe_db_snapshots", "DBSnapshots[]", SnapshotType="manual")
    for one in found:
        if one["DBInstanceIdentifier"] == env.prefix:
            name, size = one["DBSnapshotIdentifier"], float(one["AllocatedStorage"])
            when = f"{one['SnapshotCreateTime']:%Y-%m-%d}" if "SnapshotCreateTime" in one else one["Status"]
            why = f"of {when}, at most {size:.0f} GB"
            yield (
                model.Resource(NAME, name),
                model.Stays(why, "database backup", size, f"aws rds delete-db-snapshot --db-snapshot-identifier {name}"),
            )
