# SPDX-License-Identifier: GPL-3.0-or-later
"""Database and cache: made, waited for, put right after hands in the console, and never lost."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
from ansible_collections.echodiary.infra.plugins.plugin_utils._account import declaration, run
from ansible_collections.echodiary.infra.plugins.plugin_utils._common.errors import SpecError
from ansible_collections.echodiary.infra.plugins.plugin_utils._database import declared, master

from tests.integration.account.data import CACHE, DATA, DATABASE, FIXED, GROUP, SEEN, Console
from tests.integration.account.environment import ACCOUNT, DECLARED, LOGIN, PREFIX, REGION, Environment, beyond, fields_of
from tests.integration.account.inside import inside

pytestmark = pytest.mark.integration
KINDS = ("database", "cache", "subnet_group", "cache_subnet_group", "database_parameters")


@pytest.fixture(scope="module")
def env(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Environment]:
    with inside(tmp_path_factory.mktemp("data")) as env:
        env.declare(**DATA)
        yield env


def test_what_takes_aws_its_time_is_waited_for(env: Environment) -> None:
    predicted = env.check()
    env.aws.settings(busy_describes=6)
    played = env.run(readable=True)
    env.aws.settings(busy_describes=0)
    assert played.code == 0, played.output
    assert f"waiting  {DATABASE}  creating" in played.output and {DATABASE, CACHE, GROUP} <= set(predicted)
    assert env.check() == {}


def test_it_is_encrypted_private_and_its_password_is_nobodys(env: Environment) -> None:
    found = Console(env).database()
    assert found["StorageEncrypted"] and not found["PubliclyAccessible"] and found["DeletionProtection"] and found["MasterUserSecret"]
    assert [one["VpcSecurityGroupId"] for one in found["VpcSecurityGroups"]] == [Console(env).group(f"{PREFIX}-database")]
    (group,) = env.client("elasticache").describe_replication_groups()["ReplicationGroups"]
    assert group["TransitEncryptionEnabled"] and group["TransitEncryptionMode"] == "required" and group["AtRestEncryptionEnabled"]


def test_where_they_are_is_in_the_secret_and_nobody_copies_it(env: Environment) -> None:
    # by the playbook itself: its last tasks write them there
    played = Environment.run(env)
    assert played.code == 0, played.output
    known = json.loads(env.client("secretsmanager").get_secret_value(SecretId="echodiary/production/app")["SecretString"])
    (group,) = env.client("elasticache").describe_replication_groups()["ReplicationGroups"]
    cache = group["NodeGroups"][0]["PrimaryEndpoint"]
    assert known["database_host"] == Console(env).database()["Endpoint"]["Address"]
    assert known["redis_url"] == f"rediss://{cache['Address']}:{cache['Port']}/0"
    assert (known["database_user"], known["database_migrate_user"]) == ("echodiary_app", "echodiary")
    assert len({value for name, value in known.items() if name.endswith("password")}) == 5


def test_whoever_makes_roles_reads_the_administrator_s_password_where_aws_keeps_it(env: Environment) -> None:
    account = {"region": REGION, "endpoint_url": env.aws.url, "access_key": LOGIN["AWS_ACCESS_KEY_ID"], "secret_key": "an-example-key"}
    found = master.login(declared.Master("", "", PREFIX), "echodiary", account)
    assert found.user == "postgres" and len(found.password) > 8
    with pytest.raises(SpecError, match="nowhere is not there; provision it"):
        master.login(declared.Master("", "", "nowhere"), "echodiary", account)


def test_what_is_as_declared_is_not_written_again(env: Environment) -> None:
    env.aws.forget()
    assert env.apply() == {}
    assert [call.operation for call in env.aws.writes()] == []


def test_every_hand_in_the_console_is_seen_and_put_right(env: Environment) -> None:
    before, console = env.aws.state(names=True), Console(env)
    console.touches_everything()
    assert SEEN - fields_of(env.check()) == set()
    env.apply()
    console.puts_its_own_away()
    assert env.check() == {}
    after = env.aws.state(names=True)
    # a password that AWS keeps again is a new one, nobody reboots a database but people, and AWS backs one up and tells of it when it likes
    others = ("master_user_", "/secretsmanager/", "/rds:reboot", "/apply_immediately", "snapshot", "Snapshot", "/events")
    others += ("/db_port_number", "/enable_performance_insights")
    assert {one for one in changed(before, after) if not any(part in one for part in others)} == set()


def changed(before: object, after: object, path: str = "") -> set[str]:
    """Where they differ."""
    if isinstance(before, dict) and isinstance(after, dict):
        return {one for key in {*before, *after} for one in changed(before.get(key), after.get(key), f"{path}/{key}")}
    return set() if before == after else {f"{path}: {json.dumps(before, default=str)[:200]} -> {json.dumps(after, default=str)[:200]}"}


def test_every_declared_field_has_a_hand() -> None:
    env = declaration.read({**DECLARED, **DATA}, "production", ACCOUNT, REGION, {})
    wanted = {(one.resource.kind, field) for one in run.wanted(env) for field in one.fields if one.resource.kind in KINDS}
    tried = {(resource.partition(":")[0], field) for resource, field in SEEN} | {("database", "running"), ("database", "storage")}
    assert wanted - tried - FIXED == set()


@pytest.mark.full
def test_one_that_was_stopped_is_started_and_then_put_right(env: Environment) -> None:
    console = Console(env)
    console.change(BackupRetentionPeriod=1)
    console.rds.stop_db_instance(DBInstanceIdentifier=PREFIX)
    assert set(env.check()[DATABASE]["fields"]) == {"running", "backup_days"}
    env.apply()
    assert env.check() == {}


def test_what_aws_has_put_off_is_seen_as_it_will_be(env: Environment) -> None:
    client = env.client("rds")
    client.modify_db_instance(DBInstanceIdentifier=PREFIX, DBInstanceClass="db.t4g.small")
    assert set(env.check()[DATABASE]["fields"]) == {"class"}
    env.apply()
    assert env.check() == {}


def test_storage_grows_by_itself_and_shrinks_never(env: Environment) -> None:
    console = Console(env)
    console.change(AllocatedStorage=90)
    assert env.check() == {}
    env.declare(**{**DATA, "database": {"storage": 20, "storage_max": 50}})
    found = env.check()[DATABASE]
    env.apply("-e", f"replace={DATABASE}")
    env.declare(**DATA)
    assert found["action"] == "irreversible" and found["fields"] == {"storage": [90, 20]} and found["refused"]
    assert console.database()["AllocatedStorage"] == 90 and env.check() == {}


def test_what_a_database_stands_on_stays_with_it(env: Environment) -> None:
    env.declare(**{**DATA, "database": False, "cache": False})
    found = {resource: change["action"] for resource, change in env.check().items()}
    assert (found[DATABASE], found[GROUP], found[CACHE]) == ("keep", "keep", "orphan")
    env.apply("-e", "prune=true")
    left = env.check()
    assert DATABASE in left and CACHE not in left and {change["action"] for change in left.values()} == {"keep"}
    env.declare(**DATA)
    env.apply()
    assert env.check() == {}


def test_a_step_that_fails_keeps_the_database_and_says_so(env: Environment) -> None:
    console = Console(env)
    console.change(DeletionProtection=False)
    console.rds.delete_db_instance(DBInstanceIdentifier=PREFIX, SkipFinalSnapshot=True)
    console.cache.delete_replication_group(ReplicationGroupId=PREFIX)
    env.aws.settings(busy_seconds=600)
    env.aws.fault(kind="error", operation="elasticache:CreateReplicationGroup")
    played = env.run(readable=True)
    env.aws.no_faults()
    env.aws.settings(busy_seconds=0)
    env.aws.settle()
    assert played.code != 0 and f"{DATABASE} (made, and kept: it may hold data (it is creating))" in " ".join(played.output.split())
    assert set(env.check()) == {CACHE}
    env.apply()
    assert env.check() == {}


def test_no_run_has_made_use_of_more_than_its_rights(env: Environment) -> None:
    assert beyond(env) == set()
