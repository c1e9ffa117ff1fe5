# SPDX-License-Identifier: GPL-3.0-or-later
"""An environment behind a load balancer, and what people do to that in the console."""

from __future__ import annotations

import datetime
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from tests.integration.account.environment import DECLARED, PREFIX, Environment
from tests.integration.account.whole import DOMAIN, zone

OTHER = "www.example.com"
HOSTS: dict[str, Any] = {**DECLARED["hosts"], "app2": {"role": "app", "type": "t4g.small", "zone": "c"}}
CERTIFICATE, GROUP, BALANCER = f"certificate:{DOMAIN},{OTHER}", f"target_group:{PREFIX}-app", f"balancer:{PREFIX}"
HTTPS, HTTP = f"listener:{PREFIX}-443", f"listener:{PREFIX}-80"
#: what nobody can change once it is there, or nobody can change back
FIXED = {
    ("certificate", "names"), ("certificate", "proof"), ("validation", "zone"), ("record", "zone"), ("balancer", "scheme"),
    ("listener", "balancer"), ("target_group", "vpc"), ("target_group", "protocol"), ("target_group", "version"),
    ("target_group", "port"), ("target_group", "targets_are"),
}  # fmt: skip
_HEALTH = {
    "health_checked": True, "health_protocol": "HTTPS", "health_port": "8080", "health_path": "/", "health_interval": 60,
    "health_timeout": 30, "healthy_after": 9, "unhealthy_after": 9,
}  # fmt: skip
_ATTRIBUTES = {
    "drain_seconds": ("deregistration_delay.timeout_seconds", "300"), "algorithm": ("load_balancing.algorithm.type", "round_robin"),
    "slow_start": ("slow_start.duration_seconds", "60"), "sticky": ("stickiness.enabled", "true"),
}  # fmt: skip
_SWITCHES = {
    "deletion_protection": ("deletion_protection.enabled", "false"), "idle_seconds": ("idle_timeout.timeout_seconds", "4000"),
    "connection_seconds": ("client_keep_alive.seconds", "60"), "http2": ("routing.http2.enabled", "false"),
    "drops_invalid_headers": ("routing.http.drop_invalid_header_fields.enabled", "false"),
    "desync": ("routing.http.desync_mitigation_mode", "monitor"), "logs": ("access_logs.s3.enabled", "true"),
    "forwarded_for": ("routing.http.xff_header_processing.mode", "preserve"),
    "forwarded_port": ("routing.http.xff_client_port.enabled", "true"),
}  # fmt: skip
#: as a check has to see it
SEEN = {
    *((GROUP, field) for field in (*(set(_HEALTH) - {"health_checked"}), *_ATTRIBUTES, "health_codes", "targets", "tags")),
    *((BALANCER, field) for field in (*_SWITCHES, "addresses", "subnets", "security_groups", "tags")),
    *((HTTPS, field) for field in ("tls_policy", "certificate", "other_certificates", "answers", "rules", "hsts", "tags")),
    *((HTTP, field) for field in ("answers",)),
    *((CERTIFICATE, field) for field in ("logged", "tags")),
    (f"validation:{DOMAIN}", "answer"),
    (f"record:{DOMAIN}", "leads"),
    (f"record:{OTHER}", "leads"),
    (f"packets:{PREFIX}-balancer", "in"),
    (f"packets:{PREFIX}-balancer", "out"),
    (f"packets:{PREFIX}-app", "in"),
}
#: by hands of their own: one hides the others
APART = {("target_group", "health_checked"), ("listener", "protocol")}


def declared(env: Environment, **changed: Any) -> dict[str, Any]:
    balancer = {"domain": DOMAIN, "zone_id": zone(env), "names": [OTHER], **changed}
    return {"hosts": HOSTS, "images": None, "buckets": {}, "github": None, "key": False, "balancer": balancer}


class Console:
    """Somebody who is logged in."""

    def __init__(self, env: Environment) -> None:
        self.elb, self.acm, self.dns, self.ec2 = map(env.client, ("elbv2", "acm", "route53", "ec2"))
        self.zone = zone(env)
        self.made: list[str] = []

    def balancer(self) -> Any:
        return self.elb.describe_load_balancers(Names=[PREFIX])["LoadBalancers"][0]

    def group(self) -> str:
        return str(self.elb.describe_target_groups(Names=[f"{PREFIX}-app"])["TargetGroups"][0]["TargetGroupArn"])

    def listener(self, port: int) -> Any:
        found = self.elb.describe_listeners(LoadBalancerArn=self.balancer()["LoadBalancerArn"])["Listeners"]
        return next(one for one in found if one["Port"] == port)

    def certificate(self) -> Any:
        found = self.acm.list_certificates()["CertificateSummaryList"]
        arn = next(one["CertificateArn"] for one in found if one["DomainName"] == DOMAIN)
        return self.acm.describe_certificate(CertificateArn=arn)["Certificate"]

    def instance(self, name: str) -> str:
        filters = [{"Name": "tag:Name", "Values": [name]}, {"Name": "instance-state-name", "Values": ["running", "stopped"]}]
        return str(self.ec2.describe_instances(Filters=filters)["Reservations"][0]["Instances"][0]["InstanceId"])

    def targets(self) -> set[str]:
        """Those that are asked."""
        found = self.elb.describe_target_health(TargetGroupArn=self.group())["TargetHealthDescriptions"]
        return {one["Target"]["Id"] for one in found if one["TargetHealth"]["State"] != "draining"}

    def leave(self, name: str) -> None:
        self.elb.deregister_targets(TargetGroupArn=self.group(), Targets=[{"Id": self.instance(name)}])

    def isolate(self, name: str) -> None:
        self.ec2.create_tags(Resources=[self.instance(name)], Tags=[{"Key": "Isolated", "Value": "2026-12-01T05:00:00Z"}])
        self.leave(name)

    def put(self, action: str, name: str, kind: str, *values: str) -> None:
        record = {"Name": name, "Type": kind, "TTL": 60, "ResourceRecords": [{"Value": one} for one in values]}
        self._change(action, record)

    def records(self, name: str) -> dict[str, Any]:
        found = self.dns.list_resource_record_sets(HostedZoneId=self.zone)["ResourceRecordSets"]
        return {one["Type"]: one for one in found if one["Name"].rstrip(".") == name}

    def unprove(self, name: str) -> None:
        proof = next(one for one in self.certificate()["DomainValidationOptions"] if one["DomainName"] == name)["ResourceRecord"]
        self._change("DELETE", self.records(proof["Name"].rstrip("."))["CNAME"])

    def _change(self, action: str, record: Any) -> None:
        batch = {"Changes": [{"Action": action, "ResourceRecordSet": record}]}
        self.dns.change_resource_record_sets(HostedZoneId=self.zone, ChangeBatch=batch)

    def touches_everything(self) -> None:
        self._touches_group()
        self._touches_balancer()
        self._touches_listeners()
        self._touches_names()
        self._touches_packets()

    def _touches_group(self) -> None:
        names = {"health_checked": "HealthCheckEnabled", "health_protocol": "HealthCheckProtocol", "health_port": "HealthCheckPort"}
        names |= {"health_path": "HealthCheckPath", "health_interval": "HealthCheckIntervalSeconds"}
        names |= {"health_timeout": "HealthCheckTimeoutSeconds", "healthy_after": "HealthyThresholdCount"}
        names |= {"unhealthy_after": "UnhealthyThresholdCount"}
        asked = {names[field]: value for field, value in _HEALTH.items()}
        self.elb.modify_target_group(TargetGroupArn=self.group(), **asked, Matcher={"HttpCode": "200-499"})
        given = [{"Key": key, "Value": value} for key, value in _ATTRIBUTES.values()]
        self.elb.modify_target_group_attributes(TargetGroupArn=self.group(), Attributes=given)
        self.leave("app2")
        self.elb.register_targets(TargetGroupArn=self.group(), Targets=[{"Id": self.instance("mon1")}])
        self.elb.remove_tags(ResourceArns=[self.group()], TagKeys=["Environment"])

    def _touches_balancer(self) -> None:
        arn = self.balancer()["LoadBalancerArn"]
        self.elb.set_ip_address_type(LoadBalancerArn=arn, IpAddressType="dualstack")
        self.elb.set_subnets(LoadBalancerArn=arn, Subnets=[self._subnet(f"private-{one}") for one in ("a", "c")])
        self.elb.set_security_groups(LoadBalancerArn=arn, SecurityGroups=[self._wall("monitoring")])
        given = [{"Key": key, "Value": value} for key, value in _SWITCHES.values()]
        self.elb.modify_load_balancer_attributes(LoadBalancerArn=arn, Attributes=given)
        self.elb.remove_tags(ResourceArns=[arn], TagKeys=["Project"])

    def _subnet(self, name: str) -> str:
        filters = [{"Name": "tag:Name", "Values": [f"{PREFIX}-{name}"]}]
        return str(self.ec2.describe_subnets(Filters=filters)["Subnets"][0]["SubnetId"])

    def _wall(self, name: str) -> str:
        filters = [{"Name": "group-name", "Values": [f"{PREFIX}-{name}"]}]
        return str(self.ec2.describe_security_groups(Filters=filters)["SecurityGroups"][0]["GroupId"])

    def _touches_listeners(self) -> None:
        mine, others, arn = self._imported(), self._imported(), self.listener(443)["ListenerArn"]
        elsewhere = {"Type": "redirect", "RedirectConfig": {"Host": "elsewhere.example.com", "StatusCode": "HTTP_302"}}
        self.elb.modify_listener(
            ListenerArn=arn, SslPolicy="ELBSecurityPolicy-2016-08", Certificates=[{"CertificateArn": mine}], DefaultActions=[elsewhere]
        )
        self.elb.add_listener_certificates(ListenerArn=arn, Certificates=[{"CertificateArn": others}])
        admin = [{"Field": "path-pattern", "PathPatternConfig": {"Values": ["/admin*"]}}]
        self.elb.create_rule(ListenerArn=arn, Priority=10, Conditions=admin, Actions=[elsewhere])
        hsts = "routing.http.response.strict_transport_security.header_value"
        self.elb.modify_listener_attributes(ListenerArn=arn, Attributes=[{"Key": hsts, "Value": "max-age=0"}])
        self.elb.remove_tags(ResourceArns=[arn], TagKeys=["ManagedBy"])
        plain = [{"Type": "forward", "TargetGroupArn": self.group()}]
        self.elb.modify_listener(ListenerArn=self.listener(80)["ListenerArn"], DefaultActions=plain)

    def _imported(self) -> str:
        """A certificate of people's own."""
        key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "mine.example.com")])
        today = datetime.datetime.now(datetime.UTC)
        made = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
        made = made.serial_number(x509.random_serial_number()).not_valid_before(today - datetime.timedelta(days=1))
        signed = made.not_valid_after(today + datetime.timedelta(days=9)).sign(key, hashes.SHA256())
        plain = (serialization.Encoding.PEM, serialization.PrivateFormat.TraditionalOpenSSL, serialization.NoEncryption())
        arn = self.acm.import_certificate(Certificate=signed.public_bytes(plain[0]), PrivateKey=key.private_bytes(*plain))["CertificateArn"]
        self.made.append(arn)
        return str(arn)

    def _touches_names(self) -> None:
        arn = self.certificate()["CertificateArn"]
        options = {"CertificateTransparencyLoggingPreference": "DISABLED"}
        self.acm.update_certificate_options(CertificateArn=arn, Options=options)
        self.acm.remove_tags_from_certificate(CertificateArn=arn, Tags=[{"Key": "Project"}])
        proof = next(one for one in self.certificate()["DomainValidationOptions"] if one["DomainName"] == DOMAIN)["ResourceRecord"]
        self.put("UPSERT", proof["Name"], "CNAME", "elsewhere.example.com")
        self.put("UPSERT", DOMAIN, "A", "203.0.113.9")
        self.put("CREATE", OTHER, "AAAA", "2001:db8::9")

    def _touches_packets(self) -> None:
        some = {"IpProtocol": "tcp", "FromPort": 8080, "ToPort": 8080}
        world = [{**some, "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}]
        self.ec2.authorize_security_group_ingress(GroupId=self._wall("balancer"), IpPermissions=world)
        self.ec2.authorize_security_group_egress(GroupId=self._wall("balancer"), IpPermissions=world)
        past = [{"IpProtocol": "tcp", "FromPort": 80, "ToPort": 80, "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}]
        self.ec2.authorize_security_group_ingress(GroupId=self._wall("app"), IpPermissions=past)

    def puts_its_own_away(self) -> None:
        for arn in self.made:
            for _ in range(2):  # until it is heard that nothing shows it any more
                self.acm.describe_certificate(CertificateArn=arn)
            self.acm.delete_certificate(CertificateArn=arn)

    def loses(self) -> None:
        self.elb.delete_listener(ListenerArn=self.listener(443)["ListenerArn"])
        self.unprove(OTHER)
        self._change("DELETE", self.records(DOMAIN)["A"])
