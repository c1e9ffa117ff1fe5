# SPDX-License-Identifier: GPL-3.0-or-later
"""The stand-in for S3: who may come, and the bucket for backups, from which hosts can remove nothing but their locks."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, NamedTuple

PORT = 8333
REGION = "us-east-1"
BUCKET = "backups"
HOSTS = "hosts"
IDENTITIES = "/home/s3/identities.json"
#: what restic asks of a bucket and of what is in it
OF_BUCKET = ("ListBucket", "GetBucketLocation", "ListBucketMultipartUploads")
OF_OBJECTS = ("GetObject", "PutObject", "DeleteObject", "AbortMultipartUpload", "ListMultipartUploadParts")


class Key(NamedTuple):
    """An access key and its secret."""

    access: str
    secret: str


class Keys(NamedTuple):
    """Of hosts, which save and read; and of who makes buckets and removes what is old."""

    hosts: Key
    pruner: Key


def keys_of(secrets: Mapping[str, str]) -> Keys:
    """Those of a lab's secrets."""
    return Keys(*(Key(secrets[f"{whose}_access_key"], secrets[f"{whose}_secret_key"]) for whose in ("backup", "backup_prune")))


def files(keys: Keys, bucket: str = BUCKET) -> dict[str, bytes]:
    """Who may come, for a container before its first start. What hosts may not is said by the bucket's policy."""
    known = [
        _identity("pruner", keys.pruner, ["Admin", "Read", "Write", "List", "Tagging"]),
        _identity(HOSTS, keys.hosts, [f"{one}:{bucket}/*" for one in ("Read", "Write", "List")]),
    ]
    return {IDENTITIES: json.dumps({"identities": known}).encode()}


def policy(bucket: str) -> dict[str, Any]:
    """What hosts may do in a bucket of restic repositories, in AWS's words and with the stand-in's account.

    With a refusal: for an upload that is signed in pieces, as restic's is over plain http, the stand-in goes by what the identity may and
    asks no policy for a permission.
    """
    who = {"AWS": [f"arn:aws:iam::000000000000:user/{HOSTS}"]}
    of_bucket, objects = f"arn:aws:s3:::{bucket}", f"arn:aws:s3:::{bucket}/*"
    lost = {"Action": ["s3:DeleteObject", "s3:DeleteObjectVersion"], "NotResource": f"{of_bucket}/*/locks/*"}
    return {
        "Version": "2012-10-17",
        "Statement": [
            {"Sid": "Find", "Effect": "Allow", "Principal": who, "Action": [f"s3:{one}" for one in OF_BUCKET], "Resource": of_bucket},
            {"Sid": "Keep", "Effect": "Allow", "Principal": who, "Action": [f"s3:{one}" for one in OF_OBJECTS], "Resource": objects},
            {"Sid": "LoseNothing", "Effect": "Deny", "Principal": who, **lost},
        ],
    }


def client(address: str, key: Key) -> Any:
    """boto3's, for a store at this address."""
    import boto3  # slow to import, and only needed here

    return boto3.client(
        "s3",
        endpoint_url=f"http://{address}:{PORT}",
        aws_access_key_id=key.access,
        aws_secret_access_key=key.secret,
        region_name=REGION,
    )


def seed(address: str, keys: Keys, bucket: str = BUCKET) -> str:
    """The bucket and its policy. Returns 'present' or 'seeded'."""
    s3 = client(address, keys.pruner)
    present = bucket in [one["Name"] for one in s3.list_buckets()["Buckets"]]
    if not present:
        s3.create_bucket(Bucket=bucket)
    s3.put_bucket_policy(Bucket=bucket, Policy=json.dumps(policy(bucket)))
    return "present" if present else "seeded"


def _identity(name: str, key: Key, actions: list[str]) -> dict[str, Any]:
    return {"name": name, "credentials": [{"accessKey": key.access, "secretKey": key.secret}], "actions": actions}
