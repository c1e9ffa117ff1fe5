# SPDX-License-Identifier: GPL-3.0-or-later
"""Certificate, records, target group and listeners: what runs against the imitation do not come to."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.echodiary.infra.plugins.plugin_utils._account.kinds import (
    balancer,
    certificate,
    listener,
    record,
    target_group,
    validation,
)
from ansible_collections.echodiary.infra.plugins.plugin_utils._account.model import Resource, Seen
from ansible_collections.echodiary.infra.plugins.plugin_utils._common.errors import SpecError

from ..answers import account
from ..example import BALANCER, environment
from .asked import goal, named, through

ENV = environment(balancer={**BALANCER, "names": ["www.example.com"]})
NAMES = ["diary.example.com", "www.example.com"]
OURS = [{"Key": key, "Value": value} for key, value in ENV.tags("diary.example.com").items()]


def told(arn: str, status: str, names: list[str] | None = None, **more: Any) -> dict[str, Any]:
    names = names or NAMES
    proofs = [
        {"DomainName": name, "ValidationMethod": "DNS", "ResourceRecord": {"Name": f"_x.{name}.", "Type": "CNAME", "Value": "_y.aws."}}
        for name in names
    ]
    what = {"CertificateArn": arn, "DomainName": names[0], "SubjectAlternativeNames": names, "Status": status, "Type": "AMAZON_ISSUED"}
    return {**what, "DomainValidationOptions": proofs, **more}


def acm(*every: dict[str, Any], ours: tuple[str, ...] = (), **more: Any) -> Any:
    known = {one["CertificateArn"]: one for one in every}
    return account(
        list_certificates={
            "CertificateSummaryList": [{"CertificateArn": arn, "DomainName": one["DomainName"]} for arn, one in known.items()]
        },
        list_tags_for_certificate=lambda **asked: {"Tags": OURS if asked["CertificateArn"] in ours else []},
        describe_certificate=lambda **asked: {"Certificate": known[asked["CertificateArn"]]},
        **more,
    )


def found(*every: dict[str, Any], ours: tuple[str, ...] = ()) -> dict[str, bool]:
    return {one.resource.name: one.ours for one in certificate.observe(acm(*every, ours=ours), ENV)}


MINE = "diary.example.com,www.example.com"


def test_a_certificate_is_known_by_all_of_its_names_and_ours_is_meant_where_there_are_two() -> None:
    assert found(told("a/1", "ISSUED")) == {MINE: False}
    assert found(told("a/1", "ISSUED"), told("a/2", "ISSUED"), ours=("a/2",)) == {MINE: True}
    assert found(told("a/1", "ISSUED", ["diary.example.com"]), told("a/2", "ISSUED", ["another.example.com"])) == {}
    assert found(told("a/1", "ISSUED", Type="IMPORTED"), ours=("a/1",)) == {}


def test_one_that_aws_gave_up_is_left_over_and_one_that_it_has_not_thought_about_is_not_there() -> None:
    assert found(told("a/1", "VALIDATION_TIMED_OUT"), ours=("a/1",)) == {"diary.example.com (VALIDATION_TIMED_OUT, 1)": True}
    assert found(told("a/1", "FAILED")) == {}
    assert found(told("a/1", "PENDING_VALIDATION", DomainValidationOptions=[{"DomainName": NAMES[0]}]), ours=("a/1",)) == {}


def test_one_that_something_else_shows_outlives_its_environment() -> None:
    mine = "arn:aws:elasticloadbalancing:r:1:loadbalancer/app/echodiary-production/1"
    seen = Seen(Resource("certificate", MINE), "a/1", {"tags": ENV.tags("x")})
    assert certificate.stays(acm(told("a/1", "ISSUED", InUseBy=[mine])), seen) is None
    stays = certificate.stays(acm(told("a/1", "ISSUED", InUseBy=[mine, "arn:…/app/other/2"])), seen)
    assert stays and stays.why == "in use by arn:…/app/other/2"
    assert "in use by" in certificate.held(acm(told("a/1", "ISSUED", InUseBy=[mine])), seen)
    assert certificate.held(acm(told("a/1", "ISSUED", InUseBy=[])), seen) == ""


def proofs(status: str, value: str = "_y.aws", *others: dict[str, Any], ours: tuple[str, ...] = ("a/1",)) -> list[Seen]:
    def records(**asked: Any) -> dict[str, Any]:
        name = asked["StartRecordName"]
        return {"ResourceRecordSets": [{"Name": name, "Type": "CNAME", "TTL": 60, "ResourceRecords": [{"Value": value}]}]}

    return list(validation.observe(acm(told("a/1", status), *others, ours=ours, list_resource_record_sets=records), ENV))


def test_a_proof_waits_until_its_certificate_is_issued_and_a_wrong_one_waits_for_nothing() -> None:
    assert [one.settled for one in proofs("PENDING_VALIDATION")] == [False, False]
    assert [(one.settled, one.fields["answer"]) for one in proofs("ISSUED")] == [(True, validation.ASKED)] * 2
    assert [(one.settled, one.fields["answer"]) for one in proofs("PENDING_VALIDATION", "wrong")] == [(True, "60 CNAME wrong")] * 2


def test_a_proof_that_another_certificate_needs_is_not_the_environments_alone() -> None:
    seen = proofs("ISSUED", "_y.aws", told("a/2", "ISSUED", ["www.example.com"]))
    assert [(one.resource.name, one.ours) for one in seen] == [("diary.example.com", True), ("www.example.com", False)]
    assert validation.stays(account(), seen[0]) is None and validation.stays(account(), seen[1])


def test_what_stood_in_its_place_is_brought_back_as_it_was() -> None:
    (call,) = through(validation.hands(goal({"zone": "Z1", "answer": "60 CNAME wrong"}, {"answer": validation.ASKED}, "_x.diary/Z1")))
    record_set = {"Name": "_x.diary", "Type": "CNAME", "TTL": 60, "ResourceRecords": [{"Value": "wrong"}]}
    assert call.args["ChangeBatch"] == {"Changes": [{"Action": "UPSERT", "ResourceRecordSet": record_set}]}  # type: ignore[union-attr]


def zone(*records: dict[str, Any]) -> Any:
    front = {
        "LoadBalancerArn": "arn:lb",
        "LoadBalancerName": "echodiary-production",
        "DNSName": "Front-1.elb.amazonaws.com",
        "Type": "application",
    }
    return account(
        describe_load_balancers={"LoadBalancers": [front]},
        describe_tags={"TagDescriptions": []},
        list_resource_record_sets={"ResourceRecordSets": [{"Name": "diary.example.com.", **one} for one in records]},
    )


def test_a_name_that_is_answered_by_weight_is_refused() -> None:
    with pytest.raises(SpecError, match="by weight or place"):
        list(record.observe(zone({"Type": "A", "SetIdentifier": "one", "Weight": 1}), ENV))


def test_what_leads_elsewhere_is_told_so_that_it_can_be_brought_back() -> None:
    other = {"HostedZoneId": "Z9", "DNSName": "cdn.example.net.", "EvaluateTargetHealth": True}
    mine = {"HostedZoneId": "Z8", "DNSName": "dualstack.front-1.elb.amazonaws.com.", "EvaluateTargetHealth": False}
    (seen,) = record.observe(
        zone({"Type": "A", "AliasTarget": other}, {"Type": "AAAA", "TTL": 60, "ResourceRecords": [{"Value": "::1"}]}), ENV
    )
    assert seen.fields["leads"] == {"A": "alias Z9 cdn.example.net true", "AAAA": "60 ::1"} and not seen.ours
    (ours,) = record.observe(zone({"Type": "A", "AliasTarget": mine}), ENV)
    assert ours.fields["leads"] == {"A": "arn:lb"} and ours.ours
    back = through(
        record.hands(goal({"zone": "Z1", "leads": seen.fields["leads"]}, {"leads": {"A": "arn:lb"}}, "n")),
        {"LoadBalancers": [{"LoadBalancerArn": "arn:lb", "CanonicalHostedZoneId": "Z8", "DNSName": "front-1.elb.amazonaws.com"}]},
    )
    changes: Any = back[-1].args["ChangeBatch"]  # type: ignore[union-attr]
    assert [one["ResourceRecordSet"].get("AliasTarget", {}).get("DNSName") for one in changes["Changes"]] == ["cdn.example.net", None]


def test_a_group_that_is_made_leaves_out_who_is_isolated() -> None:
    (wanted,) = target_group.declared(ENV)
    instances = [{"InstanceId": "i-1", "Tags": [{"Key": "Isolated", "Value": "2026"}]}, {"InstanceId": "i-2", "Tags": []}]
    answers = ({"TargetGroups": [{"TargetGroupArn": "arn:tg"}]}, {}, {"Reservations": [{"Instances": instances}]}, {})
    asked = through(target_group.hands(goal({**wanted.fields, "targets": ["i-1", "i-2"]})), *answers)
    assert named(asked) == ["create_target_group", "modify_target_group_attributes", "describe_instances", "register_targets"]
    assert asked[-1].args["Targets"] == [{"Id": "i-2"}]  # type: ignore[union-attr]


def test_what_aws_adds_to_an_action_is_no_difference_and_what_people_add_is() -> None:
    plain = {"Type": "forward", "TargetGroupArn": "arn:tg"}
    one = {"TargetGroups": [{"TargetGroupArn": "arn:tg", "Weight": 1}], "TargetGroupStickinessConfig": {"Enabled": False}}
    assert listener._action({**plain, "Order": 1, "ForwardConfig": one}) == plain
    sticky = {**one, "TargetGroupStickinessConfig": {"Enabled": True, "DurationSeconds": 60}}
    assert listener._action({**plain, "ForwardConfig": sticky}) == {"Type": "forward", "ForwardConfig": sticky}


def test_one_that_is_protected_is_let_go_when_people_say_prune() -> None:
    asked = [through(balancer.remove(Seen(Resource("balancer", "n"), "arn:lb", {"deletion_protection": held}))) for held in (True, False)]
    assert [named(one) for one in asked] == [["modify_load_balancer_attributes", "delete_load_balancer"], ["delete_load_balancer"]]
