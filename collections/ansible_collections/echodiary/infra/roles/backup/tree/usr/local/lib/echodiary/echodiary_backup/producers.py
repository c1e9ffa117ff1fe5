# SPDX-License-Identifier: GPL-3.0-or-later
"""What writes the data of a job to its standard output. restic starts it, and takes a snapshot only when it ended well.

restic's command is this program again, ``produce JOB``: so passwords go from one file to another program's input, and into no argument.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping

from .config import Database, Job
from .errors import BackupError

#: migrations hold ACCESS EXCLUSIVE; whoever waits longer has met a stuck one (ms)
_LOCK_WAIT = 60_000
_NOBODY = "65534:65534"
#: the password is the first line of standard input: neither a command line nor `docker inspect` shows it
_SCRIPT = 'IFS= read -r PGPASSWORD && export PGPASSWORD && exec "$@"'


def produce(job: Job) -> int:
    """The exit code of the program that did it."""
    if job["kind"] == "postgres":
        return _run(dump(job["database"], f"echodiary-backup-{os.getpid()}"), {}, job["database"]["password"] + "\n")
    if job["kind"] == "redis":
        return _run(["redis-cli", *redis(job), "--rdb", "-"], {"REDISCLI_AUTH": job["password"]} if job["password"] else {}, "")
    raise BackupError(f"a job of kind {job['kind']} has nothing to produce; restic reads its paths")


def dump(database: Database, name: str) -> list[str]:
    """Uncompressed: what did not change since yesterday is then found to be the same."""
    return client(database, name, "pg_dump", "--format=custom", "-Z0", f"--lock-wait-timeout={_LOCK_WAIT}")


def client(database: Database, name: str, *program: str, options: str = "") -> list[str]:
    """One of PostgreSQL's programs, in a container of that name; the first line of its standard input is the password. ``options`` of its
    sessions, as PGOPTIONS has them."""
    settings = {
        "PGHOST": database["host"],
        "PGPORT": database["port"],
        "PGUSER": database["user"],
        "PGDATABASE": database["name"],
        "PGSSLMODE": database["sslmode"],
        "PGCONNECT_TIMEOUT": 10,
        "PGAPPNAME": "echodiary-backup",
    }
    if options:
        settings["PGOPTIONS"] = options
    mount = []
    if database["ca_certificate"]:
        settings["PGSSLROOTCERT"] = database["ca_certificate"]
        mount = ["--volume", f"{database['ca_certificate']}:{database['ca_certificate']}:ro"]
    command = ["docker", "run", "--quiet", "--rm", "--interactive", "--init", "--name", name, "--label", "echodiary.infra=backup"]
    command += ["--cap-drop", "ALL", "--security-opt", "no-new-privileges", "--read-only", "--user", _NOBODY, "--log-driver", "none"]
    command += ["--pids-limit", "512"]
    command += [part for key, value in settings.items() for part in ("--env", f"{key}={value}")]
    return [*command, *mount, "--entrypoint", "sh", database["image"], "-c", _SCRIPT, "sh", *program]


def redis(job: Job) -> list[str]:
    """Of redis-cli, where the server is."""
    user = ["--user", job["user"]] if job["user"] else []
    return ["-h", job["host"], "-p", str(job["port"]), *user, *(["--tls"] if job["tls"] else [])]


def _run(command: list[str], secrets: Mapping[str, str], first: str) -> int:
    """Without what opens the repository: that is restic's alone."""
    known = {key: value for key, value in os.environ.items() if not key.startswith(("RESTIC_", "AWS_"))}
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=sys.stdout.buffer, env={**known, **secrets})
    process.communicate(first.encode())
    return process.returncode
