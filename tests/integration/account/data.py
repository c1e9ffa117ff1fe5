# SPDX-License-Identifier: GPL-3.0-or-later
"""An environment with a database and a cache, and what people do to them in the console."""

from __future__ import annotations

from typing import Any

from tests.integration.account.environment import DECLARED, PREFIX, Environment

HOST = DECLARED["hosts"]["app1"]
DATA: dict[str, Any] = {
    "hosts": {"app1": HOST},
    "images": None,
    "buckets": {},
    "github": None,
    "key": False,
    "database": {},
    "cache": {},
}
DATABASE, CACHE = f"database:{PREFIX}", f"cache:{PREFIX}"
GROUP, CACHES, PARAMETERS = (
    f"subnet_group:{PREFIX}-database",
    f"cache_subnet_group:{PREFIX}-cache",
    f"database_parameters:{PREFIX}-postgres17",
)
#: what nobody can change once it is there
FIXED = {
    ("database", "engine"), ("database", "encrypted"), ("database", "subnet_group"), ("database", "version"),
    ("database_parameters", "family"), ("cache", "engine"), ("cache", "version"), ("cache", "encrypted"), ("cache", "tls"),
    ("cache", "password"), ("cache", "subnet_group"), ("cache", "failover"),
}  # fmt: skip
#: as a check has to see it
SEEN = {
    *((DATABASE, field) for field in ("class", "storage_max", "storage_type", "backup_days", "multi_az", "public", "deletion_protection")),
    *(
        (DATABASE, field)
        for field in ("copy_tags", "minor_upgrades", "ca", "parameters", "security_groups", "tags", "password_kept_by_aws", "iam_login")
    ),
    *((GROUP, field) for field in ("description", "subnets", "tags")),
    *((PARAMETERS, field) for field in ("at_once", "after_reboot", "tags")),
    *((CACHE, field) for field in ("node", "description", "tls_mode", "snapshot_days", "minor_upgrades", "security_groups", "tags")),
    *((CACHE, field) for field in ("parameters", "nodes")),
    *((DATABASE, field) for field in ("port", "performance_insights")),
    *((CACHES, field) for field in ("description", "subnets", "tags")),
    (f"packets:{PREFIX}-database", "in"),
    (f"packets:{PREFIX}-cache", "out"),
}


class Console:
    """Somebody who is logged in."""

    def __init__(self, env: Environment) -> None:
        self.rds, self.cache, self.ec2 = map(env.client, ("rds", "elasticache", "ec2"))

    def change(self, **what: Any) -> None:
        self.rds.modify_db_instance(DBInstanceIdentifier=PREFIX, ApplyImmediately=True, **what)

    def database(self) -> Any:
        return self.rds.describe_db_instances(DBInstanceIdentifier=PREFIX)["DBInstances"][0]

    def group(self, name: str) -> str:
        groups = self.ec2.describe_security_groups(Filters=[{"Name": "vpc-id", "Values": [self._vpc()]}])["SecurityGroups"]
        return next(str(one["GroupId"]) for one in groups if one["GroupName"] == name)

    def public_subnets(self) -> list[str]:
        filters = [{"Name": "map-public-ip-on-launch", "Values": ["true"]}, {"Name": "vpc-id", "Values": [self._vpc()]}]
        return [str(one["SubnetId"]) for one in self.ec2.describe_subnets(Filters=filters)["Subnets"]]

    def _vpc(self) -> str:
        found = self.ec2.describe_vpcs(Filters=[{"Name": "tag:Name", "Values": [PREFIX]}])["Vpcs"]
        return str(found[0]["VpcId"])

    def touches_everything(self) -> None:
        self._the_database()
        self._its_groups()
        self._the_cache()
        everybody = [{"CidrIp": "0.0.0.0/0"}]
        asked = [{"IpProtocol": "tcp", "FromPort": 5432, "ToPort": 5432, "IpRanges": everybody}]
        self.ec2.authorize_security_group_ingress(GroupId=self.group(f"{PREFIX}-database"), IpPermissions=asked)
        anything = [{"IpProtocol": "-1", "IpRanges": everybody}]
        self.ec2.authorize_security_group_egress(GroupId=self.group(f"{PREFIX}-cache"), IpPermissions=anything)

    def _the_database(self) -> None:
        self.rds.create_db_parameter_group(DBParameterGroupName="mine", DBParameterGroupFamily="postgres17", Description="mine")
        bad = {"BackupRetentionPeriod": 0, "PubliclyAccessible": True, "DeletionProtection": False, "CopyTagsToSnapshot": False}
        other = {"DBInstanceClass": "db.t4g.small", "MaxAllocatedStorage": 300, "StorageType": "gp2", "MultiAZ": True}
        more = {"AutoMinorVersionUpgrade": False, "CACertificateIdentifier": "rds-ca-ecc384-g1"}
        more |= {"EnableIAMDatabaseAuthentication": True, "DBPortNumber": 15432, "EnablePerformanceInsights": True}
        places = {"DBParameterGroupName": "mine", "VpcSecurityGroupIds": [self.group("default")]}
        self.change(**bad, **other, **more, **places)
        self.change(ManageMasterUserPassword=False, MasterUserPassword="of-somebody")
        self.rds.remove_tags_from_resource(ResourceName=self.database()["DBInstanceArn"], TagKeys=["Environment"])

    def _its_groups(self) -> None:
        group = self.rds.describe_db_subnet_groups()["DBSubnetGroups"][0]
        subnets = {"DBSubnetGroupDescription": "mine", "SubnetIds": self.public_subnets()}
        self.rds.modify_db_subnet_group(DBSubnetGroupName=group["DBSubnetGroupName"], **subnets)
        self.rds.remove_tags_from_resource(ResourceName=group["DBSubnetGroupArn"], TagKeys=["ManagedBy"])
        at_once = [("rds.force_ssl", "0"), ("log_statement", "all")]
        after_reboot = [("max_connections", "50"), ("shared_preload_libraries", "pg_cron")]
        methods = ((at_once, "immediate"), (after_reboot, "pending-reboot"))
        given = [{"ParameterName": name, "ParameterValue": value, "ApplyMethod": how} for pairs, how in methods for name, value in pairs]
        name = PARAMETERS.partition(":")[2]
        self.rds.modify_db_parameter_group(DBParameterGroupName=name, Parameters=given)
        arn = self.rds.describe_db_parameter_groups(DBParameterGroupName=name)["DBParameterGroups"][0]["DBParameterGroupArn"]
        self.rds.remove_tags_from_resource(ResourceName=arn, TagKeys=["Name"])

    def _the_cache(self) -> None:
        group = self.cache.describe_replication_groups(ReplicationGroupId=PREFIX)["ReplicationGroups"][0]
        other = {"CacheNodeType": "cache.t4g.small", "ReplicationGroupDescription": "mine", "SnapshotRetentionLimit": 9}
        bad = {"TransitEncryptionMode": "preferred", "AutoMinorVersionUpgrade": False, "SecurityGroupIds": [self.group("default")]}
        mine = {"CacheParameterGroupName": "mine"}
        self.cache.create_cache_parameter_group(**mine, CacheParameterGroupFamily="valkey8", Description="mine")
        self.cache.modify_replication_group(ReplicationGroupId=PREFIX, ApplyImmediately=True, **other, **bad, **mine)
        self.cache.increase_replica_count(ReplicationGroupId=PREFIX, NewReplicaCount=2, ApplyImmediately=True)
        self.cache.remove_tags_from_resource(ResourceName=group["ARN"], TagKeys=["Name"])
        subnets = {"CacheSubnetGroupDescription": "mine", "SubnetIds": self.public_subnets()}
        self.cache.modify_cache_subnet_group(CacheSubnetGroupName=f"{PREFIX}-cache", **subnets)
        arn = group["ARN"].replace(f"replicationgroup:{PREFIX}", f"subnetgroup:{PREFIX}-cache")
        self.cache.remove_tags_from_resource(ResourceName=arn, TagKeys=["Name"])

    def puts_its_own_away(self) -> None:
        self.rds.delete_db_parameter_group(DBParameterGroupName="mine")
        self.cache.delete_cache_parameter_group(CacheParameterGroupName="mine")
