# SPDX-License-Identifier: GPL-3.0-or-later
"""Ids of what RDS and ElastiCache know by a name: its ARN, since a name alone is an id of several things."""

from __future__ import annotations


def beside(arn: str, kind: str, name: str) -> str:
    """Of another thing of the same service, account and region: ``arn:aws:rds:…:db:a`` -> ``arn:aws:rds:…:subgrp:b``."""
    return ":".join([*arn.split(":")[:5], kind, name])


def name(arn: str) -> str:
    return arn.rsplit(":", 1)[-1]
