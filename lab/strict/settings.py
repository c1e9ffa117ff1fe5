# SPDX-License-Identifier: GPL-3.0-or-later
"""What a test, or the lab, sets: how slow AWS is, and how late it knows things."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any


@dataclass
class Settings:
    """Seconds are of wall clock; ``describes`` count how often somebody looked."""

    #: every call takes at least so long
    delay: float = 0.0
    #: a database or a cache says ``creating`` or ``modifying`` for so many describes, and for so many seconds; a load balancer
    #: ``provisioning``, and a certificate whose record is there ``PENDING_VALIDATION``
    busy_describes: int = 0
    busy_seconds: float = 0.0
    #: so many uses of a new role or instance profile are refused
    iam_lag: int = 0
    #: so many describes do not find a new EC2 resource
    ec2_lag: int = 0
    #: so many looks do not find a command of Systems Manager that was just sent
    ssm_lag: int = 1
    #: so many looks do not tell yet how a new certificate is proved
    acm_lag: int = 1
    #: so many looks still find a load balancer's interfaces and certificates in use, which is gone or has another one
    elb_lag: int = 1
    #: who may do what is looked up in IAM, as moto does it
    enforce_iam: bool = False
    #: the region that a dump always shows
    region: str = "ap-northeast-2"

    def change(self, wanted: Mapping[str, Any]) -> None:
        """ValueError for what there is not."""
        unknown = set(wanted) - {one.name for one in fields(self)}
        if unknown:
            raise ValueError(f"no such setting: {', '.join(sorted(unknown))}")
        for name, value in wanted.items():
            setattr(self, name, type(getattr(self, name))(value))

    def as_json(self) -> dict[str, Any]:
        return asdict(self)
