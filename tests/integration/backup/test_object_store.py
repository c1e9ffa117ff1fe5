# SPDX-License-Identifier: GPL-3.0-or-later
"""What stands in for S3 judges as S3 does: else a backup that arrived there would prove little."""

from __future__ import annotations

import json
from typing import Any

import pytest
from botocore.exceptions import ClientError

from lab import object_store
from lab.object_store import Key
from tests.integration.object_store import Store

OF_ANOTHER_TEXT = "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="
IN_A_REPOSITORY = ("config", "data/aa/aabb", "index/i", "keys/k", "snapshots/s", "locks/l")


@pytest.fixture
def repository(store: Store) -> str:
    """Objects as restic names them, put there by a host."""
    for name in IN_A_REPOSITORY:
        store.client(store.keys.hosts).put_object(Bucket=store.bucket, Key=f"judged/{name}", Body=b"as it was")
    return "judged"


def refused(call: Any, **given: Any) -> str:
    with pytest.raises(ClientError) as error:
        call(**given)
    return str(error.value.response["Error"]["Code"])


def names(store: Store, prefix: str) -> set[str]:
    found = store.client(store.keys.hosts).list_objects_v2(Bucket=store.bucket, Prefix=f"{prefix}/")
    return {one["Key"].removeprefix(f"{prefix}/") for one in found.get("Contents", [])}


def test_what_arrives_otherwise_than_it_was_sent_is_refused(store: Store) -> None:
    host = store.client(store.keys.hosts)
    assert refused(host.put_object, Bucket=store.bucket, Key="sum/x", Body=b"x", ChecksumSHA256=OF_ANOTHER_TEXT) == "BadDigest"
    assert names(store, "sum") == set()


def test_a_wrong_key_opens_nothing(store: Store, repository: str) -> None:
    object_ = {"Bucket": store.bucket, "Key": f"{repository}/config"}
    for key, code in ((Key(store.keys.hosts.access, "another"), "SignatureDoesNotMatch"), (Key("nobody", "x"), "InvalidAccessKeyId")):
        assert refused(store.client(key).get_object, **object_) == code


def test_a_host_removes_nothing_but_its_locks(store: Store, repository: str) -> None:
    host = store.client(store.keys.hosts)
    for name in IN_A_REPOSITORY[:-1]:
        assert refused(host.delete_object, Bucket=store.bucket, Key=f"{repository}/{name}") == "AccessDenied"
    many = host.delete_objects(Bucket=store.bucket, Delete={"Objects": [{"Key": f"{repository}/{name}"} for name in IN_A_REPOSITORY]})
    assert {one["Key"] for one in many["Deleted"]} == {f"{repository}/locks/l"}
    assert names(store, repository) == set(IN_A_REPOSITORY[:-1])


def test_a_host_does_not_change_what_it_may(store: Store) -> None:
    host = store.client(store.keys.hosts)
    assert refused(host.delete_bucket_policy, Bucket=store.bucket) == "AccessDenied"
    assert refused(host.put_bucket_policy, Bucket=store.bucket, Policy=json.dumps(object_store.policy(store.bucket))) == "AccessDenied"
    forget = {"Rules": [{"ID": "all", "Status": "Enabled", "Filter": {"Prefix": ""}, "Expiration": {"Days": 1}}]}
    assert refused(host.put_bucket_lifecycle_configuration, Bucket=store.bucket, LifecycleConfiguration=forget) == "AccessDenied"
    assert refused(host.delete_bucket, Bucket=store.bucket) == "AccessDenied"
    assert refused(host.put_bucket_versioning, Bucket=store.bucket, VersioningConfiguration={"Status": "Suspended"}) == "AccessDenied"
    grant = {"Bucket": store.bucket, "Key": "x", "ACL": "public-read"}
    assert refused(host.put_object_acl, **grant) == "AccessDenied"


def test_the_pruner_removes(store: Store, repository: str) -> None:
    store.client(store.keys.pruner).delete_object(Bucket=store.bucket, Key=f"{repository}/snapshots/s")
    assert "snapshots/s" not in names(store, repository)
