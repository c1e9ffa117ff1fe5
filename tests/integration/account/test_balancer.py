# SPDX-License-Identifier: GPL-3.0-or-later
"""The load balancer, its certificate and its names: made, waited for, put right after hands in the console, and taken away."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from ansible_collections.echodiary.infra.plugins.plugin_utils._account import declaration, run

from tests.integration.account import front
from tests.integration.account.divided import divided, killed
from tests.integration.account.environment import ACCOUNT, DECLARED, PREFIX, REGION, beyond, fields_of, plan_of
from tests.integration.account.front import BALANCER, CERTIFICATE, GROUP, HTTP, HTTPS, OTHER, Console
from tests.integration.account.inside import Inside, inside
from tests.integration.account.steps import REFUSED, as_before, as_undisturbed
from tests.integration.account.whole import DOMAIN

pytestmark = pytest.mark.integration
KINDS = ("certificate", "validation", "target_group", "balancer", "listener", "record")


@pytest.fixture(scope="module")
def env(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Inside]:
    with inside(tmp_path_factory.mktemp("balancer")) as env:
        env.declare(**front.declared(env))
        yield env


def test_it_is_predicted_waited_for_and_made_so(env: Inside) -> None:
    Console(env).put("CREATE", DOMAIN, "CNAME", "elsewhere.example.net")
    predicted = env.check()
    assert predicted[f"record:{DOMAIN}"]["fields"]["leads"] == [{"CNAME": "60 elsewhere.example.net"}, {"A": BALANCER}]
    env.aws.settings(busy_describes=8)
    first = iter(["elasticloadbalancing:CreateListener"])
    steps = divided(env, REFUSED, lambda _, step: step.endswith(":CreateListener") and bool(next(first, "")), as_before(env))
    env.aws.settings(busy_describes=0)
    # the certificate stays, and the next run goes on with it
    assert len(steps.told) == 1 and steps.wrong == []
    assert steps.played and plan_of(steps.played) == predicted
    assert f"waiting  validation:{DOMAIN}  PENDING_VALIDATION" in steps.played.output
    assert f"waiting  {BALANCER}  provisioning" in steps.played.output
    assert [(call.operation, call.error) for call in env.aws.writes() if call.error] == []


def test_users_are_answered_by_hosts_alone_and_over_tls(env: Inside) -> None:
    c = Console(env)
    balancer, safe, plain = c.balancer(), c.listener(443), c.listener(80)
    assert [one["Status"] for one in [c.certificate()]] == ["ISSUED"]
    assert safe["Certificates"][0]["CertificateArn"] == c.certificate()["CertificateArn"] and safe["SslPolicy"].startswith(
        "ELBSecurityPolicy-TLS13"
    )
    assert plain["DefaultActions"][0]["RedirectConfig"]["StatusCode"] == "HTTP_301"
    assert c.targets() == {c.instance("app1"), c.instance("app2")}
    for name in (DOMAIN, OTHER):
        assert {kind: one["AliasTarget"]["DNSName"].rstrip(".") for kind, one in c.records(name).items()} == {"A": balancer["DNSName"]}
    assert len(balancer["AvailabilityZones"]) == 2


def test_hosts_are_asked_by_it_alone(env: Inside) -> None:
    groups = {one["GroupName"]: one for one in env.client("ec2").describe_security_groups()["SecurityGroups"]}
    app, mine = groups[f"{PREFIX}-app"], groups[f"{PREFIX}-balancer"]
    assert not [one for rule in app["IpPermissions"] for one in rule["IpRanges"]]
    (rule,) = (one for one in app["IpPermissions"] if one["FromPort"] == 80)
    assert mine["GroupId"] in {one["GroupId"] for one in rule["UserIdGroupPairs"]}
    assert {(one["FromPort"], one["IpRanges"][0]["CidrIp"]) for one in mine["IpPermissions"]} == {(80, "0.0.0.0/0"), (443, "0.0.0.0/0")}


def test_what_is_as_declared_is_not_written_again(env: Inside) -> None:
    env.aws.forget()
    assert env.apply() == {}
    assert [call.operation for call in env.aws.writes()] == []
    assert len(env.aws.calls()) <= 80


def test_every_hand_in_the_console_is_seen_and_put_right(env: Inside) -> None:
    before, console = env.state(), Console(env)
    console.touches_everything()
    found = env.check()
    assert front.SEEN - fields_of(found) == set()
    assert found[f"record:{DOMAIN}"]["fields"]["leads"] == [{"A": "60 203.0.113.9"}, {"A": BALANCER}]
    assert found[f"record:{DOMAIN}"]["by"].startswith("console,") and found[HTTPS]["by"].startswith("console,")
    steps = divided(env, REFUSED, lambda _, step: step == "elasticloadbalancing:DeleteRule", as_before(env, again=False))
    assert len(steps.told) == 1 and steps.wrong == []
    console.puts_its_own_away()
    assert env.check() == {}
    assert env.state() == before


@pytest.mark.full
def test_what_hides_others_is_seen_and_put_right(env: Inside) -> None:
    c = Console(env)
    c.elb.modify_target_group(TargetGroupArn=c.group(), HealthCheckEnabled=False)
    c.elb.modify_listener(ListenerArn=c.listener(443)["ListenerArn"], Protocol="HTTP")
    assert {(GROUP, "health_checked"), (HTTPS, "protocol")} <= fields_of(env.check())
    env.apply()
    assert env.check() == {}


def test_every_declared_field_has_a_hand(env: Inside) -> None:
    wanted = declaration.read({**DECLARED, **front.declared(env)}, "production", ACCOUNT, REGION, {})
    fields = {(one.resource.kind, field) for one in run.wanted(wanted) for field in one.fields if one.resource.kind in KINDS}
    tried = {(resource.partition(":")[0], field) for resource, field in front.SEEN} | front.APART
    assert fields - tried - front.FIXED == set()


@pytest.mark.full
def test_what_is_lost_is_made_anew_and_a_certificate_that_waits_is_gone_on_with(env: Inside) -> None:
    Console(env).loses()
    found = {resource: change["action"] for resource, change in env.check().items()}
    assert found == {HTTPS: "create", f"validation:{OTHER}": "create", f"record:{DOMAIN}": "create"}
    env.apply()
    assert env.check() == {}


def test_an_isolated_host_stays_out_and_one_that_somebody_took_out_comes_back(env: Inside) -> None:
    c = Console(env)
    c.isolate("app1")
    env.aws.forget()
    played = env.run()
    assert played.code == 0 and plan_of(played) == {} and "app1 is isolated since 2026-12-01T05:00:00Z, and is not asked" in played.output
    assert c.targets() == {c.instance("app2")} and env.aws.writes() == []
    c.leave("app2")
    assert fields_of(env.check()) == {(GROUP, "targets")}
    env.apply()
    assert c.targets() == {c.instance("app2")}
    c.ec2.delete_tags(Resources=[c.instance("app1")], Tags=[{"Key": "Isolated"}])
    env.apply()
    assert c.targets() == {c.instance("app1"), c.instance("app2")}


@pytest.mark.full
def test_a_kill_is_finished_by_the_next_run(env: Inside) -> None:
    healthy, c = env.aws.state(names=True), Console(env)
    c.loses()
    steps = killed(env, lambda _, line: line.startswith(("step validation", f"step {HTTPS}", "done record")), as_undisturbed(env, healthy))
    assert len(steps.told) == 3 and steps.wrong == []


@pytest.mark.full
def test_a_host_that_is_replaced_has_its_places_again(env: Inside) -> None:
    """Behind the load balancer, and at its address."""
    c, hosts = Console(env), {**front.HOSTS, "app2": {**front.HOSTS["app2"], "zone": "a"}, "mon1": {**front.HOSTS["mon1"], "zone": "a"}}
    before = c.targets()
    env.declare(**{**front.declared(env), "hosts": hosts})
    env.apply("-e", "replace=instance:app2,instance:mon1")
    assert env.check() == {}
    assert c.targets() == {c.instance("app1"), c.instance("app2")} and len(c.targets() - before) == 1
    env.declare(**front.declared(env))
    env.apply("-e", "replace=instance:app2,instance:mon1")
    assert env.check() == {}


@pytest.mark.full
def test_other_names_are_another_certificate_to_which_users_go_over_without_a_pause(env: Inside) -> None:
    env.declare(**front.declared(env, names=[]))
    found = {resource: change["action"] for resource, change in env.check().items()}
    assert found == {
        f"certificate:{DOMAIN}": "create", HTTPS: "update", CERTIFICATE: "orphan", f"validation:{OTHER}": "orphan",
        f"record:{OTHER}": "orphan",
    }  # fmt: skip
    env.aws.forget()
    env.apply("-e", "prune=true")
    assert env.check() == {} and [call.error for call in env.aws.writes() if call.error] == []
    assert set(Console(env).records(OTHER)) == set()


@pytest.mark.full
def test_it_goes_when_nobody_declares_it_any_more_and_hosts_are_asked_by_the_world(env: Inside) -> None:
    env.declare(**{**front.declared(env), "balancer": False})
    found = {resource: change["action"] for resource, change in env.check().items()}
    gone = {
        f"certificate:{DOMAIN}",
        f"validation:{DOMAIN}",
        f"record:{DOMAIN}",
        BALANCER,
        HTTPS,
        HTTP,
        GROUP,
        f"security_group:{PREFIX}-balancer",
        *(f"alarm:echodiary/production/balancer-{what}" for what in ("errors", "health")),
    }
    assert {name for name, action in found.items() if action == "orphan"} == gone
    env.aws.forget()
    env.apply("-e", "prune=true")
    assert [(call.operation, call.error) for call in env.aws.writes() if call.error] == []
    assert env.check() == {} and env.client("elbv2").describe_load_balancers()["LoadBalancers"] == []
    assert {one["Type"] for one in Console(env).dns.list_resource_record_sets(HostedZoneId=Console(env).zone)["ResourceRecordSets"]} == {
        "NS",
        "SOA",
    }


def test_a_zone_that_could_not_hold_its_names_is_refused_before_anything_is_written(env: Inside) -> None:
    for changed, why in (
        ({"domain": "diary.example.org"}, "is not within example.com"),
        ({"zone_id": "Z0NOWHERE"}, "there is no hosted zone"),
    ):
        env.declare(**front.declared(env, **changed))
        env.aws.forget()
        played = env.run()
        assert played.code == 2 and why in played.output and env.aws.writes() == []


def test_the_rights_that_are_documented_were_enough(env: Inside) -> None:
    assert beyond(env) == set()
