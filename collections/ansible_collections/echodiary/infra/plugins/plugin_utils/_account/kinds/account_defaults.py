# SPDX-License-Identifier: GPL-3.0-or-later
"""What holds for all of the region: disks are encrypted unless somebody says otherwise. There is no module for it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from .. import model

if TYPE_CHECKING:
    from ..aws import Aws
    from ..declaration import Environment

NAME = "account_defaults"
EFFECT: model.Effects = {}
KEPT = False
EVENTS = "ec2"
READS: model.Rights = ("ec2:GetEbsEncryptionByDefault",)
WRITES: model.Rights = ("ec2:EnableEbsEncryptionByDefault", "ec2:DisableEbsEncryptionByDefault")


def declared(env: Environment) -> Iterator[model.Wanted]:
    yield model.Wanted(model.Resource(NAME, env.region), {"disks_encrypted": True})


def observe(aws: Aws, env: Environment) -> Iterator[model.Seen]:
    on = aws.one("ec2", "get_ebs_encryption_by_default", "EbsEncryptionByDefault")
    yield model.Seen(model.Resource(NAME, env.region), env.region, {"disks_encrypted": bool(on)}, ours=False)


def hands(goal: model.Goal) -> model.Calls:
    word = "enable" if goal.fields["disks_encrypted"] else "disable"
    yield model.Api("ec2", f"{word}_ebs_encryption_by_default", {})


def remove(seen: model.Seen) -> model.Calls:
    """A region has one or the other."""
    yield from ()
