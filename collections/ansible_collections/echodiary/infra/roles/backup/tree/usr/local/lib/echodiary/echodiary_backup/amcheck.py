# SPDX-License-Identifier: GPL-3.0-or-later
"""Physical damage of a live database, looked for by PostgreSQL's own pg_amcheck: a dump reads no index, and a broken one loses rows.

Nobody waits for it: it takes the lock that every SELECT takes, and one relation at a time. Nothing is installed: what is missing is said.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import TypedDict

from . import config as configs
from . import damage, metrics, producers
from .config import Amcheck, Config, Database
from .damage import Found
from .errors import BackupError

#: a migration holds what it locks for seconds; a longer one is not waited for (ms)
_LOCK_WAIT = 60_000
_OLDEST, _DAMAGED = 140_000, 2
_DOCS = "docs/backup.md, Damage of the live database"
_ASK = """
SET search_path = pg_catalog;
SELECT json_build_object('version', current_setting('server_version_num')::int, 'schema', quote_ident(nspname),
  'usage', has_schema_privilege(n.oid, 'USAGE'),
  'grantee', (SELECT quote_ident(CASE WHEN pg_has_role(datdba, 'USAGE') THEN pg_get_userbyid(datdba) ELSE current_user END)
              FROM pg_database WHERE datname = current_database()),
  'lacking', (SELECT coalesce(json_agg(p.oid::regprocedure::text ORDER BY p.oid), '[]') FROM pg_depend d JOIN pg_proc p ON p.oid = d.objid
              WHERE d.refobjid = x.oid AND d.deptype = 'e' AND d.classid = 'pg_proc'::regclass
              AND NOT has_function_privilege(p.oid, 'EXECUTE')))
FROM (SELECT) one LEFT JOIN pg_extension x ON extname = 'amcheck' LEFT JOIN pg_namespace n ON n.oid = extnamespace;
"""
_AGAIN = {
    "btree index": "SELECT {schema}.bt_index_check(index => c.oid, heapallindexed => {heapallindexed})",
    "heap table": "SELECT {schema}.verify_heapam(relation => c.oid)",
}
_WHERE = "FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname || '.' || c.relname = "


class Able(TypedDict):
    """``schema`` of the extension, None where there is none; ``lacking``: functions of it that the login may not call."""

    version: int
    schema: str | None
    usage: bool | None
    grantee: str
    lacking: list[str]


def amcheck(config: Config, name: str) -> str:
    job, began, now = configs.job(config, name), time.monotonic(), datetime.now(UTC)
    if job["kind"] != "postgres":
        raise BackupError(f"{name} is of kind {job['kind']}; what is looked through is a database")
    given = job.get("amcheck", {})
    looking = _Looking({**job["database"], "image": given.get("image") or job["database"]["image"]}, given)
    able = looking.able()
    said, progress = looking.all()
    found = damage.read(said, looking.database["name"])
    judged = damage.judged(found, looking.again(able, [one for one in found if not one.certain]))
    if judged.damaged or not judged.unseen:
        metrics.amchecked(config, name, now, time.monotonic() - began, not judged.damaged)
    if judged.damaged:
        raise BackupError(f"{looking.place} is damaged: {damage.told(judged.damaged)}. See {_DOCS}")
    if judged.unseen:
        raise BackupError(
            f"{looking.place}: not all of it could be looked at: {damage.told(judged.unseen)}. Again: sudo echodiary-backup amcheck {name}"
        )
    relations, pages = damage.looked_at(progress)
    once = f"; told once, and well when asked again: {damage.told(judged.again)}" if judged.again else ""
    return f"{looking.place} is whole: {relations} relations of {pages} pages looked through in {time.monotonic() - began:.0f} s{once}"


class _Looking:
    def __init__(self, database: Database, given: Amcheck) -> None:
        self.database, self.every_row = database, given.get("heapallindexed", True)
        # what the program's end leaves behind on the server ends there, too
        self.options = (
            f"-c lock_timeout={_LOCK_WAIT} -c client_connection_check_interval=10s -c statement_timeout={given.get('timeout', 14400)}s"
        )

    @property
    def place(self) -> str:
        return f"{self.database['name']} at {self.database['host']}"

    def able(self) -> Able:
        """BackupError where pg_amcheck would look at nothing, with what an administrator of the database has to say once."""
        done = self._run(_ASK, "psql", "-XAtq", "-v", "ON_ERROR_STOP=1", "-f", "-")
        if done.returncode:
            raise BackupError(f"{self.place} does not answer: {_last(done.stderr)}")
        able: Able = json.loads(done.stdout)
        if able["version"] < _OLDEST:
            raise BackupError(f"{self.place} is PostgreSQL {able['version'] // 10_000}; pg_amcheck looks through 14 and newer")
        wanted = missing(able)
        if wanted:
            raise BackupError(
                f"{self.place}: {'it lacks extension amcheck' if not able['schema'] else 'its amcheck may not be called'}. "
                f"Say there once, as its administrator: {wanted} Then again; see {_DOCS}"
            )
        return able

    def all(self) -> tuple[str, str]:
        """What was found, and how far it came. All of it is in the journal."""
        words = ["--jobs=1", "--no-password", "--progress", *(["--heapallindexed"] if self.every_row else [])]
        done = self._run("", "pg_amcheck", *words, options=self.options)
        if done.returncode not in (0, _DAMAGED):
            raise BackupError(f"pg_amcheck of image {self.database['image']} ended with {done.returncode}: {_last(done.stderr)}")
        print(done.stdout, end="", file=sys.stderr)
        return done.stdout, done.stderr

    def again(self, able: Able, unsure: Sequence[Found]) -> list[str]:
        """SQLSTATE of each."""
        if not unsure:
            return []
        script = "".join(f"{self._question(able, one)} \\g /dev/null\n\\echo :SQLSTATE\n" for one in unsure)
        return self._run(f"\\set VERBOSITY sqlstate\n{script}", "psql", "-XAtq", "-f", "-", options=self.options).stdout.split()

    def _question(self, able: Able, one: Found) -> str:
        asked = _AGAIN[one.kind].format(schema=able["schema"], heapallindexed=str(self.every_row).lower())
        literal = one.relation.replace("'", "''")
        return f"{asked} {_WHERE}'{literal}'"

    def _run(self, given: str, *program: str, options: str = "") -> subprocess.CompletedProcess[str]:
        command = producers.client(self.database, f"echodiary-amcheck-{time.monotonic_ns()}", *program, options=options)
        try:
            return subprocess.run(command, input=f"{self.database['password']}\n{given}", capture_output=True, text=True, check=False)
        except FileNotFoundError as error:
            raise BackupError("docker is not on this host: converge role docker, or declare the job on a host that has it") from error


def missing(able: Able) -> str:
    """Pure. Statements that make it possible; empty where it is."""
    who = able["grantee"]
    if not able["schema"]:
        return (
            "CREATE SCHEMA amcheck; CREATE EXTENSION amcheck SCHEMA amcheck; "
            f"GRANT USAGE ON SCHEMA amcheck TO {who}; GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA amcheck TO {who};"
        )
    usage = "" if able["usage"] else f"GRANT USAGE ON SCHEMA {able['schema']} TO {who};"
    execute = f"GRANT EXECUTE ON FUNCTION {', '.join(able['lacking'])} TO {who};" if able["lacking"] else ""
    return " ".join(part for part in (usage, execute) if part)


def _last(said: str) -> str:
    lines = [line.strip() for line in said.splitlines() if line.strip()]
    return " / ".join(lines[-2:])[:300] or "without a word"
