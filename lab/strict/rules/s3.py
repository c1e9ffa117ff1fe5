# SPDX-License-Identifier: GPL-3.0-or-later
"""A new bucket since 2023: encrypted with S3's own keys, closed to the public, without access lists."""

from __future__ import annotations

from typing import Any

from . import Asked, after

ENCRYPTION = {"Rule": {"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}, "BucketKeyEnabled": "false"}}


@after("s3:CreateBucket")
def new_bucket(asked: Asked, answer: dict[str, Any]) -> None:
    name = str(asked.get("Bucket"))
    s3 = asked.backend("s3")
    s3.put_bucket_encryption(name, ENCRYPTION)
    blocks = ("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets")
    s3.put_public_access_block(name, dict.fromkeys(blocks, "true"))
    if not s3.get_bucket(name).ownership_rule:
        s3.put_bucket_ownership_controls(name, ownership=asked.get("ObjectOwnership") or "BucketOwnerEnforced")


@after("s3:DeleteBucketEncryption")
def encryption_stays(asked: Asked, answer: dict[str, Any]) -> None:
    """What is deleted is a choice of one's own: the default comes back."""
    asked.backend("s3").put_bucket_encryption(str(asked.get("Bucket")), ENCRYPTION)
