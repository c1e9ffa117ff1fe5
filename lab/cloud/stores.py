# SPDX-License-Identifier: GPL-3.0-or-later
"""A database of RDS as PostgreSQL in a container: empty at first, over TLS alone, and its master is no superuser."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from lab import topology
from lab.cloud import account, authority
from lab.containers import Container
from lab.errors import LabError
from lab.settings import Settings

HBA = """\
local    all  all       trust
hostssl  all  rdsadmin  all  reject
hostssl  all  all       all  scram-sha-256
"""
#: the cluster's own superuser makes way for a master of that name, as RDS's is called rdsadmin
TAKEN_OVER = """
ALTER SYSTEM SET ssl = on;
ALTER SYSTEM SET ssl_cert_file = '/etc/postgresql/server.crt';
ALTER SYSTEM SET ssl_key_file = '/etc/postgresql/server.key';
CREATE ROLE maker SUPERUSER LOGIN;
SELECT pg_reload_conf();
"""
MASTER = r"""
\getenv master MASTER
ALTER ROLE postgres RENAME TO rdsadmin;
CREATE ROLE rds_superuser;
GRANT pg_monitor, pg_signal_backend, pg_checkpoint, pg_use_reserved_connections, pg_read_all_data, pg_write_all_data
  TO rds_superuser WITH ADMIN OPTION;
CREATE ROLE :"master" LOGIN CREATEDB CREATEROLE;
GRANT rds_superuser TO :"master" WITH ADMIN OPTION;
ALTER DATABASE postgres OWNER TO :"master";
"""
KEPT = r"""
\getenv master MASTER
\getenv password PASSWORD
ALTER ROLE :"master" PASSWORD :'password';
DROP ROLE IF EXISTS maker;
"""
#: root's part: who may come in, the certificate, and an extension that RDS lets its master have
PLACED = """
set -e
cd /etc/rds
install -o postgres -m 0600 pg_hba.conf server.crt server.key /etc/postgresql/
grep -q ^trusted /usr/share/postgresql/*/extension/pg_stat_statements.control ||
  echo 'trusted = true' | tee -a /usr/share/postgresql/*/extension/pg_stat_statements.control >/dev/null
"""


@dataclass(frozen=True)
class Store(Container):
    """``network``: Docker's; ``endpoint``: the name that RDS gave it."""

    network: str = ""
    endpoint: str = ""

    @property
    def aliases(self) -> tuple[str, ...]:
        return (self.endpoint,)

    def network_of(self, lab: Settings) -> str:
        return self.network


def machine(one: account.Database, network: str, address: str) -> Store:
    return Store(f"rds-{one.name}", "database", topology.POSTGRES, address, shared_memory="256m", network=network, endpoint=one.endpoint)


def files(lab: Settings, one: account.Database) -> dict[str, bytes]:
    its = authority.vouched(lab, [one.endpoint])
    return {"/etc/rds/pg_hba.conf": HBA.encode(), "/etc/rds/server.crt": its.certificate, "/etc/rds/server.key": its.key}


def make(container: Any, one: account.Database) -> None:
    """Of a new one: its certificate, who may come in, the master."""
    _done(container, ["sh", "-c", PLACED], "root", {})
    _sql(container, "postgres", TAKEN_OVER, one)
    _sql(container, "maker", MASTER, one)


def keep(container: Any, one: account.Database) -> None:
    """The master's password is what Secrets Manager has."""
    _sql(container, "rdsadmin", KEPT, one)


def _sql(container: Any, role: str, script: str, one: account.Database) -> None:
    """What is secret travels in the environment, not on a command line."""
    program = f"exec psql --no-psqlrc --quiet --set ON_ERROR_STOP=1 --username {role} --dbname template1 <<'END'\n{script}\nEND"
    _done(container, ["sh", "-c", program], "postgres", {"MASTER": one.user, "PASSWORD": one.password})


def _done(container: Any, command: list[str], user: str, environment: dict[str, str]) -> None:
    done = container.exec_run(command, user=user, environment=environment)
    if done.exit_code:
        raise LabError(f"{container.name} could not be made ready: {done.output.decode(errors='replace').strip()}")
