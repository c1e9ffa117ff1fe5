# SPDX-License-Identifier: GPL-3.0-or-later
"""The secret that RDS keeps names its administrator."""

from __future__ import annotations

import json

from lab.strict.server import Server
from tests.lab_aws.clients import client


def test_the_secret_of_a_database_names_its_administrator(aws: Server) -> None:
    made = client(aws, "rds").create_db_instance(
        DBInstanceIdentifier="one", DBInstanceClass="db.t4g.micro", Engine="postgres", EngineVersion="17", AllocatedStorage=20,
        MasterUsername="postgres", ManageMasterUserPassword=True,
    )  # fmt: skip
    secret = made["DBInstance"]["MasterUserSecret"]["SecretArn"]
    told = json.loads(client(aws, "secretsmanager").get_secret_value(SecretId=secret)["SecretString"])
    assert told["username"] == "postgres" and told["password"]
