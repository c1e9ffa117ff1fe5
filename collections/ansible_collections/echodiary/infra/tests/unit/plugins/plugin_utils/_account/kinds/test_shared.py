# SPDX-License-Identifier: GPL-3.0-or-later
"""Who else was let in to what is kept, and what waits for its deletion."""

from __future__ import annotations

from typing import Any

from ansible_collections.echodiary.infra.plugins.plugin_utils._account import model
from ansible_collections.echodiary.infra.plugins.plugin_utils._account.kinds import key, lease_table, registry, secret

from ..answers import account
from ..example import environment
from .asked import goal, named, through

ENV = environment(key=True, images={"repository": "echodiary"})
ANOTHER = {"Version": "2012-10-17", "Statement": []}


def wanted(kind: model.Kind) -> dict[str, Any]:
    return dict(next(iter(kind.declared(ENV))).fields)


def changed(kind: model.Kind, **before: Any) -> list[model.Call]:
    return through(kind.hands(goal(wanted(kind), {**wanted(kind), **before}, "arn")))


def test_a_policy_for_another_account_goes() -> None:
    assert named(changed(registry, policy=ANOTHER)) == ["delete_repository_policy"]
    assert named(changed(secret, policy=ANOTHER)) == ["delete_resource_policy"]
    (call,) = changed(key, policy=ANOTHER)
    assert "key-default-1" in call.args["policy"]


def test_it_comes_back_where_a_run_is_taken_back() -> None:
    for kind, operation in ((registry, "set_repository_policy"), (secret, "put_resource_policy")):
        fields = wanted(kind)
        assert named(through(kind.hands(goal({**fields, "policy": ANOTHER}, fields, "arn")))) == [operation]


def test_passwords_are_exchanged_by_nobodys_function() -> None:
    assert named(changed(secret, rotated=True)) == ["cancel_rotate_secret"]


def test_a_key_that_waits_for_its_deletion_is_kept_before_anything_is_asked_of_it() -> None:
    assert named(changed(key, kept=False, enabled=False)) == ["cancel_key_deletion", "amazon.aws.kms_key"]


def test_a_new_key_has_its_tags_from_the_beginning_and_then_its_name() -> None:
    calls = through(key.hands(goal(wanted(key))), {"KeyMetadata": {"KeyId": "k"}})
    assert named(calls) == ["create_key", "create_alias", "amazon.aws.kms_key"]
    assert {"TagKey": "Name", "TagValue": ENV.prefix} in calls[0].args["Tags"] and calls[2].args["key_id"] == "k"


def test_a_key_without_a_name_is_known_by_its_tags_unless_it_waits_for_its_deletion() -> None:
    given = [{"TagKey": name, "TagValue": value} for name, value in ENV.tags(ENV.prefix).items()]
    other = {"Aliases": [{"AliasName": "alias/other", "TargetKeyId": "named"}]}
    keys = {"Keys": [{"KeyId": one} for one in ("named", "ours", "waits", "theirs")]}

    def there(KeyId: str) -> Any:  # noqa: N803 - AWS's word
        return {"KeyMetadata": [{"KeyState": "PendingDeletion" if KeyId == "waits" else "Enabled", "Description": ""}]}

    def tagged(KeyId: str) -> Any:  # noqa: N803 - AWS's word
        return {"Tags": given if KeyId != "theirs" else []}

    aws = account(list_aliases=other, list_keys=keys, describe_key=there, list_resource_tags=tagged)
    assert [(one.id, one.fields["alias"]) for one in key.observe(aws, ENV)] == [("ours", None)]
    assert named(changed(key, alias=None)) == ["create_alias", "amazon.aws.kms_key"]


def test_of_a_secret_that_waits_no_policy_is_asked() -> None:
    name = "echodiary/production/app"
    listed = {"SecretList": [{"Name": name, "ARN": "arn", "DeletedDate": "today"}]}

    def asked(**_: Any) -> Any:
        raise AssertionError("AWS refuses it")

    (found,) = secret.observe(account(list_secrets=listed, get_resource_policy=asked), ENV)
    assert found.fields["there"] is False and found.fields["policy"] is None


def test_a_table_is_asked_for_one_thing_at_a_time() -> None:
    (call,) = changed(lease_table, protected=False, billing="PROVISIONED")
    assert call.args == {"TableName": "n", "DeletionProtectionEnabled": True}
    (call,) = changed(lease_table, billing="PROVISIONED")
    assert call.args == {"TableName": "n", "BillingMode": "PAY_PER_REQUEST"}
