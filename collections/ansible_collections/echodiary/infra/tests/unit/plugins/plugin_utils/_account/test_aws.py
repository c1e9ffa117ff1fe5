# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import pytest
from ansible_collections.echodiary.infra.plugins.plugin_utils._account.aws import Aws, Login


@pytest.mark.parametrize(
    ("service", "operation", "right"),
    [
        ("ec2", "describe_vpcs", "ec2:DescribeVpcs"),
        ("s3", "get_public_access_block", "s3:GetBucketPublicAccessBlock"),
        ("s3", "put_bucket_encryption", "s3:PutEncryptionConfiguration"),
        ("s3", "get_bucket_policy", "s3:GetBucketPolicy"),
    ],
)
def test_what_is_to_be_granted_is_named_as_iam_does(service: str, operation: str, right: str) -> None:
    assert Aws(Login("ap-northeast-2", "http://127.0.0.1:9", "AKIAEXAMPLE", "a-key")).right(service, operation) == right
