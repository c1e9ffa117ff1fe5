# SPDX-License-Identifier: GPL-3.0-or-later
"""An empty account, quickly: moto fills one for every partition of AWS, from files that it parses each time."""

from __future__ import annotations

import json
from functools import lru_cache
from typing import Any

from moto.core.base_backend import BackendDict, backend_lock
from moto.core.model_instances import reset_model_data
from moto.iam.models import AWSManagedPolicy, IAMBackend, aws_managed_policies_data

PARTITION = "aws"


@lru_cache(maxsize=2)
def _policies(account: str) -> list[AWSManagedPolicy]:
    found: dict[str, Any] = json.loads(aws_managed_policies_data)
    return [AWSManagedPolicy.from_data(name, account, PARTITION, one) for name, one in found.items()]


def _managed(backend: IAMBackend) -> list[AWSManagedPolicy]:
    """AWS's own policies, where somebody looks for them; nobody can change more of them than how often they are attached."""
    if backend.region_name != PARTITION:
        return []
    for policy in _policies(backend.account_id):
        policy.attachment_count = 0
    return list(_policies(backend.account_id))


def install() -> None:
    IAMBackend._init_aws_policies = _managed


def forget() -> None:
    """What moto's own reset does, without filling first what is thrown away."""
    with backend_lock:
        for backend in BackendDict._instances:
            if backend.service_name == "s3":
                for account in backend.values():
                    account.reset()  # closes files
            backend.clear()
        BackendDict._instances.clear()
        reset_model_data()
