# SPDX-License-Identifier: GPL-3.0-or-later
"""What production's accounts hold: a database and its administrator, secrets and parameters. Safe to repeat."""

from __future__ import annotations

import json
from typing import Any

from lab.errors import LabError
from lab.settings import Settings

ENVIRONMENT = "local"
REGION = "ap-northeast-2"


def database(container: Any, secrets: dict[str, str]) -> None:
    """The administrator, and the database; passwords travel in the environment, not on a command line."""
    done = container.exec_run(
        ["psql", "--no-psqlrc", "--quiet", "--file", "/etc/postgresql/seed.sql"],
        user="postgres",
        environment={
            "DATABASE_MASTER_PASSWORD": secrets["database_master_password"],
            "ECHODIARY_DATABASE_PASSWORD": secrets["database_password"],
            "ECHODIARY_DATABASE_MIGRATE_PASSWORD": secrets["database_migrate_password"],
            "ECHODIARY_DATABASE_ADMIN_PASSWORD": secrets["database_admin_password"],
            "POSTGRES_EXPORTER_PASSWORD": secrets["postgres_exporter_password"],
        },
    )
    if done.exit_code:
        raise LabError(f"Seeding PostgreSQL failed: {done.output.decode(errors='replace').strip()}")


def aws(endpoint: str, lab: Settings, secrets: dict[str, str]) -> str:
    """Secrets Manager and SSM parameters. Returns 'present' or 'seeded'."""
    import boto3  # slow to import, and only needed here

    session = boto3.Session("lab", "lab", region_name=REGION)
    manager = session.client("secretsmanager", endpoint_url=endpoint)
    parameters = session.client("ssm", endpoint_url=endpoint)
    changed = _secret(manager, f"echodiary/{ENVIRONMENT}/app", json.dumps(secrets, sort_keys=True))
    for name, value in parameters_of(lab).items():
        changed |= _parameter(parameters, name, value)
    return "seeded" if changed else "present"


def parameters_of(lab: Settings) -> dict[str, str]:
    values = {
        "database_host": lab.address("postgres"),
        "database_name": "echodiary",
        "database_user": "echodiary",
        "redis_url": f"redis://{lab.address('redis')}:6379/0",
    }
    return {f"/echodiary/{ENVIRONMENT}/{name}": value for name, value in values.items()}


def _secret(client: Any, name: str, value: str) -> bool:
    try:
        present = client.get_secret_value(SecretId=name)["SecretString"]
    except client.exceptions.ResourceNotFoundException:
        client.create_secret(Name=name, SecretString=value)
        return True
    if present == value:
        return False
    client.put_secret_value(SecretId=name, SecretString=value)
    return True


def _parameter(client: Any, name: str, value: str) -> bool:
    try:
        if client.get_parameter(Name=name)["Parameter"]["Value"] == value:
            return False
    except client.exceptions.ParameterNotFound:
        pass
    client.put_parameter(Name=name, Value=value, Type="String", Overwrite=True)
    return True
