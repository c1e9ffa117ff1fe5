# SPDX-License-Identifier: GPL-3.0-or-later
"""A whole environment is taken out of its account. Judged by what the imitation holds, and by what it refused."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import yaml

from tests.integration.account.environment import ACCOUNT, DECLARED, PREFIX, rights
from tests.integration.account.inside import Inside, inside
from tests.integration.account.whole import whole
from tests.integration.local_play import Played

pytestmark = pytest.mark.integration
BUCKET, REGISTRY = f"{PREFIX}-backups-{ACCOUNT}", "echodiary"
GITHUB: dict[str, Any] = {"github": {**DECLARED["github"], "roles": ["deploy", "read", "build"]}}
#: what outlives it, once something was saved
OUTLIVES = {f"bucket:{BUCKET}", "identity_provider:token.actions.githubusercontent.com", f"key:{PREFIX}", "secret:echodiary/production/app"}


@pytest.fixture(scope="module")
def env(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Inside]:
    with inside(tmp_path_factory.mktemp("teardown")) as env:
        env.declare(**whole(env), **GITHUB)
        env.apply()
        saved(env, b"saved")
        env.apply()
        yield env


def saved(env: Inside, body: bytes | None = None) -> bytes:
    """What is in the bucket, after ``body`` was put there. Its policy lets nobody in without TLS, which the imitation does not speak."""
    s3 = env.client("s3")
    s3.delete_bucket_policy(Bucket=BUCKET)
    if body is not None:
        s3.put_object(Bucket=BUCKET, Key="daily/one", Body=body)
    found: bytes = s3.get_object(Bucket=BUCKET, Key="daily/one")["Body"].read()
    return found


def kept(played: Played) -> set[str]:
    return {one["resource"] for one in played.task["Take the environment away"]["kept"]}


def final(env: Inside) -> str:
    """What is left of the database."""
    (snapshot,) = env.client("rds").describe_db_snapshots(SnapshotType="manual")["DBSnapshots"]
    return str(snapshot["DBSnapshotIdentifier"])


def untouched(env: Inside, *words: str) -> Played:
    """Whatever it says, it writes nothing."""
    env.aws.forget()
    played = env.tear_down(*words)
    assert [call.operation for call in env.aws.writes()] == []
    return played


def test_it_is_refused_where_it_was_not_meant(env: Inside) -> None:
    for words in ((), ("-e", "confirm=staging")):
        played = untouched(env, *words)
        assert played.code == 2 and "-e confirm=production" in played.output


def test_it_is_refused_as_long_as_anything_is_protected(env: Inside) -> None:
    played = untouched(env, "-e", "confirm=production")
    assert played.code == 2 and "protected: false" in played.output
    env.declare(**whole(env), **GITHUB, protected=False)
    played = untouched(env, "-e", "confirm=production")
    assert played.code == 2 and f"database:{PREFIX}, instance:app1, balancer:{PREFIX}" in played.output
    env.apply()


def test_a_check_says_what_would_go_and_what_would_be_kept(env: Inside) -> None:
    played = untouched(env, "--check")
    assert played.code == 0, played.output
    found = played.task["Take the environment away"]
    assert {call.action for call in env.aws.calls()} <= rights("read") | rights("teardown")
    assert kept(played) == OUTLIVES - {"secret:echodiary/production/app"}
    assert {
        f"database:{PREFIX}",
        "instance:app1",
        f"balancer:{PREFIX}",
        "certificate:diary.example.com",
        "record:diary.example.com",
        f"vpc:{PREFIX}",
        f"lease_table:{PREFIX}-lease",
    } <= set(found["removed"])


def test_everything_goes_but_what_outlives_it_and_nothing_is_refused(env: Inside) -> None:
    env.aws.forget()
    played = env.tear_down("-e", "confirm=production")
    assert played.code == 0, played.output
    assert [(call.operation, call.error) for call in env.aws.writes() if call.error] == []
    assert {call.action for call in env.aws.calls()} <= rights("read") | rights("provision") | rights("teardown")
    assert kept(played) == OUTLIVES | {f"snapshot:{final(env)}"}
    assert f"s3://{BUCKET}" in played.output
    # 20 GB at the 0.095 USD of a GB and month
    assert f"= snapshot:{final(env)}" in played.output and "1.90 USD a month" in played.output
    assert saved(env) == b"saved"


def test_by_the_accounts_own_index_nothing_else_bears_the_tags(env: Inside) -> None:
    filters = [{"Key": "Environment", "Values": ["production"]}]
    found = env.client("resourcegroupstaggingapi").get_resources(TagFilters=filters)["ResourceTagMappingList"]
    names = {one["ResourceARN"].rpartition(":")[2] for one in found}
    assert {name.partition("/")[0] for name in names} == {BUCKET, final(env), "key", "instance", "echodiary"}
    gone = [name.partition("/")[2] for name in names if name.startswith("instance/")]
    (told,) = env.client("ec2").describe_instances(InstanceIds=gone)["Reservations"]
    assert [one["State"]["Name"] for one in told["Instances"]] == ["terminated"]


def test_again_it_finds_nothing_to_take_away(env: Inside) -> None:
    played = untouched(env, "-e", "confirm=production")
    assert played.code == 0 and played.task["Take the environment away"]["changed"] is False


def test_it_can_be_had_again(env: Inside) -> None:
    before = env.client("secretsmanager").list_secrets(IncludePlannedDeletion=True)["SecretList"]
    env.apply()
    assert env.check() == {}
    assert [one["ARN"] for one in env.client("secretsmanager").list_secrets()["SecretList"]][:1] == [before[0]["ARN"]]


@pytest.mark.full
def test_the_playbook_goes_on_where_it_was_killed_and_takes_its_own_lease_with_it(env: Inside) -> None:
    (env.inventory / "group_vars/all/lease.yml").write_text(yaml.safe_dump({"echodiary_lease": {"table": f"{PREFIX}-lease"}}))
    words = ("-e", "confirm=production", "-e", "account_lease_ttl=5", "-e", "account_lease_wait=30")
    env.killed_after(12, *words, playbook="teardown")
    assert env.client("ec2").describe_vpcs(Filters=[{"Name": "tag:Name", "Values": [PREFIX]}])["Vpcs"]
    for _ in range(2):
        output, _ = (process := env.start(*words, readable=True, playbook="teardown")).communicate(timeout=300)
        assert process.returncode == 0, output
        assert "playbooks/provision.yml" in output
    assert env.client("ec2").describe_vpcs(Filters=[{"Name": "tag:Name", "Values": [PREFIX]}])["Vpcs"] == []
    assert env.client("dynamodb").list_tables()["TableNames"] == []
