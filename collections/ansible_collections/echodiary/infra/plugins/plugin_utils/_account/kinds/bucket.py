# SPDX-License-Identifier: GPL-3.0-or-later
"""Where backups go: closed to the public, encrypted, over TLS only, with versions, and with an end for what is old."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from .. import model, rights
from . import tags

if TYPE_CHECKING:
    from ..aws import Aws
    from ..declaration import Bucket, Environment

NAME = "bucket"
EFFECT: model.Effects = {}
KEPT = True
EVENTS = "s3"
READS: model.Rights = (
    "s3:ListAllMyBuckets",
    "s3:GetBucketTagging",
    "s3:GetBucketVersioning",
    "s3:GetEncryptionConfiguration",
    "s3:GetBucketPublicAccessBlock",
    "s3:GetBucketOwnershipControls",
    "s3:GetBucketPolicy",
    "s3:GetLifecycleConfiguration",
)
WRITES: model.Rights = (
    "s3:ListBucket",
    "s3:GetAccelerateConfiguration",
    "s3:GetBucketAcl",
    "s3:GetBucketObjectLockConfiguration",
    "s3:GetBucketRequestPayment",
    "s3:GetInventoryConfiguration",
    "s3:CreateBucket",
    "s3:PutBucketTagging",
    "s3:PutBucketVersioning",
    "s3:PutEncryptionConfiguration",
    "s3:PutBucketPublicAccessBlock",
    "s3:PutBucketOwnershipControls",
    "s3:PutBucketPolicy",
    "s3:PutLifecycleConfiguration",
)
_ABSENT = (
    "NoSuchTagSet",
    "NoSuchBucketPolicy",
    "NoSuchLifecycleConfiguration",
    "NoSuchPublicAccessBlockConfiguration",
    "OwnershipControlsNotFoundError",
    "ServerSideEncryptionConfigurationNotFoundError",
)
#: how many are looked at: there may be millions
_COUNTED, _GB = 10_000, 1e9
LEAVES: model.Rights = ("s3:ListBucketVersions",)
REMOVES: model.Rights = ("s3:DeleteBucket",)
BLOCKS = ("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets")
#: how long what was overwritten or deleted can be had back, and what a broken upload has left is kept (days)
_SECOND_THOUGHTS, _BROKEN = 30, 7


def declared(env: Environment) -> Iterator[model.Wanted]:
    for short, days in env.declared["buckets"].items():
        name = rights.bucket_name(env, short)
        fields = {"versions": "Enabled", "encryption": "AES256", "public_access_blocked": list(BLOCKS), "owner": "BucketOwnerEnforced"}
        rest = {"policy": _tls_only(name), "lifecycle": _lifecycle(days), "tags": env.tags(name)}
        yield model.Wanted(model.Resource(NAME, name), {**fields, **rest})


def _tls_only(name: str) -> rights.Document:
    where = [f"arn:aws:s3:::{name}", f"arn:aws:s3:::{name}/*"]
    plain = {"Bool": {"aws:SecureTransport": "false"}}
    return rights.document({"Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": where, "Condition": plain})


def _lifecycle(days: Bucket) -> dict[str, dict[str, int | str]]:
    """Rule -> what it says."""
    return {
        "daily": {"prefix": "daily/", "days": days["daily_days"]},
        "monthly": {"prefix": "monthly/", "days": days["monthly_days"]},
        "leftovers": {"prefix": "", "old_versions": _SECOND_THOUGHTS, "broken_uploads": _BROKEN},
    }


def observe(aws: Aws, env: Environment) -> Iterator[model.Seen]:
    for one in aws.find("s3", "list_buckets", "Buckets[]"):
        name = one["Name"]
        if name.startswith(f"{env.prefix}-") and name.endswith(f"-{env.account}"):
            given = tags.read(aws.find("s3", "get_bucket_tagging", "TagSet[]", _ABSENT, Bucket=name))
            fields = {**_fields(aws, name), "tags": tags.compared(given, env)}
            yield model.Seen(model.Resource(NAME, name), name, fields, tags.are_ours(given, env))


def _fields(aws: Aws, name: str) -> dict[str, Any]:
    block = aws.one("s3", "get_public_access_block", "PublicAccessBlockConfiguration", _ABSENT, Bucket=name) or {}
    encryption = "ServerSideEncryptionConfiguration.Rules[0].ApplyServerSideEncryptionByDefault.SSEAlgorithm"
    rules = aws.find("s3", "get_bucket_lifecycle_configuration", "Rules[]", _ABSENT, Bucket=name)
    return {
        "versions": aws.one("s3", "get_bucket_versioning", "Status", Bucket=name),
        "encryption": aws.one("s3", "get_bucket_encryption", encryption, _ABSENT, Bucket=name),
        "public_access_blocked": [key for key in BLOCKS if block.get(key)],
        "owner": aws.one("s3", "get_bucket_ownership_controls", "OwnershipControls.Rules[0].ObjectOwnership", _ABSENT, Bucket=name),
        "policy": json.loads(aws.one("s3", "get_bucket_policy", "Policy", _ABSENT, Bucket=name) or "null"),
        "lifecycle": {rule["ID"]: _rule(rule) for rule in rules},
    }


def _rule(rule: Mapping[str, Any]) -> dict[str, Any]:
    found = {
        "prefix": (rule.get("Filter") or {}).get("Prefix") or rule.get("Prefix") or "",
        "days": (rule.get("Expiration") or {}).get("Days"),
        "old_versions": (rule.get("NoncurrentVersionExpiration") or {}).get("NoncurrentDays"),
        "broken_uploads": (rule.get("AbortIncompleteMultipartUpload") or {}).get("DaysAfterInitiation"),
        "off": rule["Status"] != "Enabled" or None,
    }
    return {key: value for key, value in found.items() if value is not None}


def hands(goal: model.Goal) -> model.Calls:
    if not goal.id or goal.differs("versions", "encryption", "public_access_blocked", "owner", "policy", "tags"):
        yield model.Module("amazon.aws.s3_bucket", {"name": goal.name, **_args(goal.fields), "purge_tags": False})
    before, after = goal.before.get("lifecycle") or {}, goal.fields["lifecycle"]
    for rule in sorted({*before, *after}):
        if before.get(rule) != after.get(rule):
            yield _ruled(goal.name, rule, after.get(rule))


def _args(fields: Mapping[str, Any]) -> dict[str, Any]:
    words = {"BlockPublicAcls": "block_public_acls", "IgnorePublicAcls": "ignore_public_acls"}
    words |= {"BlockPublicPolicy": "block_public_policy", "RestrictPublicBuckets": "restrict_public_buckets"}
    owner = {"object_ownership": fields["owner"]} if fields["owner"] else {"delete_object_ownership": True}
    return {
        "versioning": fields["versions"] == "Enabled",
        "encryption": fields["encryption"] or "none",
        "public_access": {word: block in fields["public_access_blocked"] for block, word in words.items()},
        "policy": json.dumps(fields["policy"] or {}),
        "tags": fields["tags"],
        **owner,
    }


def _ruled(bucket: str, rule: str, says: Mapping[str, Any] | None) -> model.Module:
    if says is None:
        return model.Module("community.aws.s3_lifecycle", {"name": bucket, "rule_id": rule, "state": "absent"})
    words = {"days": "expiration_days", "old_versions": "noncurrent_version_expiration_days"}
    words["broken_uploads"] = "abort_incomplete_multipart_upload_days"
    given = {words[key]: value for key, value in says.items() if key in words}
    given |= {"prefix": says["prefix"], "status": "disabled" if says.get("off") else "enabled"}
    return model.Module("community.aws.s3_lifecycle", {"name": bucket, "rule_id": rule, **given})


def stays(aws: Aws, seen: model.Seen) -> model.Stays | None:
    """What is saved outlives what it was saved from; an old version of something is something."""
    name = seen.resource.name
    sizes = aws.find("s3", "list_object_versions", "Versions[].Size", Bucket=name, PaginationConfig={"MaxItems": _COUNTED})
    if not sizes:
        return None
    least = "at least " if len(sizes) == _COUNTED else ""
    why = f"{least}{len(sizes):,} objects and versions of them, {least}{sum(sizes) / _GB:.2f} GB"
    return model.Stays(why, "bucket storage", sum(sizes) / _GB, f"aws s3 rm --recursive s3://{name}, and its versions in the console")


def remove(seen: model.Seen) -> model.Calls:
    yield model.Module("amazon.aws.s3_bucket", {"name": seen.resource.name, "state": "absent"})
