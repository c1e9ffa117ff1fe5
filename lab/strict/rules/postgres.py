# SPDX-License-Identifier: GPL-3.0-or-later
"""What RDS knows of engines: versions, instance classes, and parameters as a parameter group shows them."""

from __future__ import annotations

from typing import NamedTuple

VERSIONS: dict[str, tuple[str, ...]] = {
    "postgres": (
        "14.18", "14.19", "15.13", "15.14", "16.8", "16.9", "16.10", "17.2", "17.4", "17.5", "17.6", "18.1",
    ),
    "mysql": ("8.0.40", "8.0.42", "8.0.43", "8.4.5", "8.4.6"),
    "mariadb": ("10.6.22", "10.11.13", "11.4.7"),
}  # fmt: skip
DEFAULTS = {"postgres": "17.6", "mysql": "8.4.6", "mariadb": "11.4.7"}

_BURST = ("micro", "small", "medium", "large", "xlarge", "2xlarge")
_STEADY = ("large", "xlarge", "2xlarge", "4xlarge", "8xlarge", "12xlarge", "16xlarge", "24xlarge")
_FAMILIES = {
    **dict.fromkeys(("t3", "t4g"), _BURST),
    **dict.fromkeys(("m5", "m6g", "m6i", "m7g", "m7i", "m8g", "r5", "r6g", "r6i", "r7g", "r7i", "r8g"), _STEADY),
}
CLASSES = frozenset(f"db.{family}.{size}" for family, sizes in _FAMILIES.items() for size in sizes)


def major(engine: str, version: str) -> str:
    """``17`` of 17.6, ``8.0`` of 8.0.43."""
    return version.split(".")[0] if engine == "postgres" else ".".join(version.split(".")[:2])


def family(engine: str, version: str) -> str:
    return f"{engine}{major(engine, version)}"


FAMILIES = frozenset(family(engine, version) for engine, versions in VERSIONS.items() for version in versions)


def whole(engine: str, version: str | None) -> str | None:
    """The version that is meant: a major alone is its newest; None for one that there is not."""
    if version is None:
        return DEFAULTS.get(engine)
    known = VERSIONS.get(engine, ())
    return version if version in known else next((one for one in reversed(known) if major(engine, one) == version), None)


class Parameter(NamedTuple):
    type: str
    static: bool = False
    value: str | None = None
    allowed: str | None = None
    modifiable: bool = True


#: of PostgreSQL; RDS has some four hundred, these are those that people set and a few that they cannot
PARAMETERS: dict[str, Parameter] = {
    "archive_timeout": Parameter("integer", False, "300", None, False),
    "autovacuum": Parameter("boolean", False, "1", "0,1"),
    "autovacuum_max_workers": Parameter("integer", True, "GREATEST({DBInstanceClassMemory/64371566592},3)", "1-262143"),
    "autovacuum_naptime": Parameter("integer", False, "15", "1-2147483"),
    "autovacuum_vacuum_scale_factor": Parameter("float", False, "0.1", "0-100"),
    "checkpoint_timeout": Parameter("integer", False, None, "30-86400"),
    "client_encoding": Parameter("string"),
    "deadlock_timeout": Parameter("integer", False, None, "1-2147483647"),
    "default_transaction_isolation": Parameter("string", False, None, "serializable,repeatable read,read committed,read uncommitted"),
    "effective_cache_size": Parameter("integer", False, "{DBInstanceClassMemory/16384}", "1-2147483647"),
    "fsync": Parameter("boolean", False, "1", "0,1", False),
    "hot_standby_feedback": Parameter("boolean", False, None, "0,1"),
    "huge_pages": Parameter("string", True, "on", "on,off,try"),
    "idle_in_transaction_session_timeout": Parameter("integer", False, "86400000", "0-2147483647"),
    "idle_session_timeout": Parameter("integer", False, None, "0-2147483647"),
    "lock_timeout": Parameter("integer", False, None, "0-2147483647"),
    "log_autovacuum_min_duration": Parameter("integer", False, "10000", "-1-2147483647"),
    "log_checkpoints": Parameter("boolean", False, None, "0,1"),
    "log_connections": Parameter("boolean", False, None, "0,1"),
    "log_disconnections": Parameter("boolean", False, None, "0,1"),
    "log_lock_waits": Parameter("boolean", False, None, "0,1"),
    "log_min_duration_statement": Parameter("integer", False, None, "-1-2147483647"),
    "log_statement": Parameter("string", False, None, "none,ddl,mod,all"),
    "log_temp_files": Parameter("integer", False, None, "-1-2147483647"),
    "maintenance_work_mem": Parameter("integer", False, "GREATEST({DBInstanceClassMemory*1024/63963136},65536)", "1024-2147483647"),
    "max_connections": Parameter("integer", True, "LEAST({DBInstanceClassMemory/9531392},5000)", "6-262143"),
    "max_locks_per_transaction": Parameter("integer", True, None, "10-2147483647"),
    "max_prepared_transactions": Parameter("integer", True, None, "0-262143"),
    "max_replication_slots": Parameter("integer", True, "20", "5-262143"),
    "max_wal_senders": Parameter("integer", True, "35", "5-262143"),
    "max_wal_size": Parameter("integer", False, "2048", "128-201326592"),
    "password_encryption": Parameter("string", False, None, "md5,scram-sha-256"),
    "pg_stat_statements.max": Parameter("integer", True, None, "100-2147483647"),
    "pg_stat_statements.track": Parameter("string", False, None, "none,top,all"),
    "port": Parameter("integer", True, "{EndPointPort}", "1-65535", False),
    "random_page_cost": Parameter("float", False, None, "0-1.79769e+308"),
    "rds.force_ssl": Parameter("boolean", False, "1", "0,1"),
    "rds.log_retention_period": Parameter("integer", False, "4320", "1440-10080"),
    "rds.logical_replication": Parameter("boolean", True, "0", "0,1"),
    "rds.rds_superuser_reserved_connections": Parameter("integer", True, "2", "0-8388607"),
    "reserved_connections": Parameter("integer", True, "2", "0-262143"),
    "shared_buffers": Parameter("integer", True, "{DBInstanceClassMemory/32768}", "16-1073741823"),
    "shared_preload_libraries": Parameter(
        "list", True, "pg_stat_statements",
        "auto_explain,orafce,pgaudit,pg_bigm,pg_cron,pg_hint_plan,pg_prewarm,pg_similarity,pg_stat_statements,pg_tle,pg_transport,plprofiler",
    ),
    "ssl": Parameter("boolean", False, "1", "0,1", False),
    "statement_timeout": Parameter("integer", False, None, "0-2147483647"),
    "superuser_reserved_connections": Parameter("integer", True, None, "0-262143"),
    "synchronous_commit": Parameter("string", False, "on", "local,on,off"),
    "tcp_keepalives_idle": Parameter("integer", False, "300", "0-2147483647"),
    "timezone": Parameter("string", False, "UTC"),
    "track_activity_query_size": Parameter("integer", True, "4096", "100-1048576"),
    "track_io_timing": Parameter("boolean", False, "1", "0,1"),
    "wal_buffers": Parameter("integer", True, None, "-1-262143"),
    "work_mem": Parameter("integer", False, None, "64-2147483647"),
}  # fmt: skip
#: since a major
SINCE = {"reserved_connections": 16, "idle_session_timeout": 14}
#: up to a major: what came after it has another name
UNTIL = {"rds.rds_superuser_reserved_connections": 15}


def parameters(group_family: str) -> dict[str, Parameter]:
    """Of a family; nothing for engines whose parameters are not known here."""
    if not group_family.startswith("postgres"):
        return {}
    number = int(group_family.removeprefix("postgres") or 0)
    return {name: one for name, one in PARAMETERS.items() if SINCE.get(name, 0) <= number <= UNTIL.get(name, number)}


def allows(parameter: Parameter, value: str) -> bool:
    """Whether a value is among the allowed ones; formulas are believed."""
    if parameter.allowed is None or "{" in value:
        return True
    if parameter.type in ("integer", "float"):
        return _within(parameter.allowed, value)
    given = value.split(",") if parameter.type == "list" else [value]
    return {one.strip() for one in given} <= set(parameter.allowed.split(","))


def _within(allowed: str, value: str) -> bool:
    low, _, high = allowed[1:].partition("-") if allowed.startswith("-") else allowed.partition("-")
    try:
        return float(f"-{low}" if allowed.startswith("-") else low) <= float(value) <= float(high)
    except ValueError:
        return False
