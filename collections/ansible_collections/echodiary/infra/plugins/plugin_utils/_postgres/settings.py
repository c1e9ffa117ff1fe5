# SPDX-License-Identifier: GPL-3.0-or-later
"""Settings of PostgreSQL by what the host gives it: those that are read when it starts, and those that it reads again. Pure.

By https://www.postgresql.org/docs/17/runtime-config-resource.html (a quarter of the memory for its own cache) and
https://wiki.postgresql.org/wiki/Tuning_Your_PostgreSQL_Server.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TypedDict

from .._common.errors import SpecError

Value = str | int | float | bool
Settings = dict[str, Value]

#: settings of context "postmaster" (pg_settings of version 17): a reload does not read them
_STARTING = """
    archive_mode autovacuum_freeze_max_age autovacuum_max_workers autovacuum_multixact_freeze_max_age bonjour bonjour_name cluster_name
    commit_timestamp_buffers config_file data_directory data_sync_retry dynamic_shared_memory_type event_source external_pid_file hba_file
    hot_standby huge_page_size huge_pages ident_file ignore_invalid_pages jit_provider listen_addresses logging_collector max_connections
    max_files_per_process max_locks_per_transaction max_logical_replication_workers max_notify_queue_pages max_pred_locks_per_transaction
    max_prepared_transactions max_replication_slots max_wal_senders max_worker_processes min_dynamic_shared_memory multixact_member_buffers
    multixact_offset_buffers notify_buffers port recovery_target recovery_target_action recovery_target_inclusive recovery_target_lsn
    recovery_target_name recovery_target_time recovery_target_timeline recovery_target_xid reserved_connections serializable_buffers
    shared_buffers shared_memory_type shared_preload_libraries subtransaction_buffers superuser_reserved_connections
    track_activity_query_size track_commit_timestamp transaction_buffers unix_socket_directories unix_socket_group unix_socket_permissions
    wal_buffers wal_decode_buffer_size wal_level wal_log_hints
"""
STARTING = frozenset(_STARTING.split())
_NAME = re.compile(r"[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)?")
#: MiB
_LEAST_WORK, _MOST_MAINTENANCE, _LEAST_MEMORY = 4, 2048, 256


class Start(TypedDict):
    """``bind``: as listen_addresses; ``memory_mb``: MiB that are PostgreSQL's."""

    bind: str
    port: int
    connections: int
    memory_mb: int


class Run(TypedDict):
    """``disk``: ssd or hdd; ``own_certificate``: one was given."""

    connections: int
    memory_mb: int
    disk: str
    own_certificate: bool


def start(given: Start, more: Mapping[str, Value]) -> Settings:
    """``more``: what people set themselves."""
    memory = _memory(given["memory_mb"])
    ours: Settings = {
        "listen_addresses": given["bind"],
        "port": given["port"],
        "max_connections": given["connections"],
        "shared_buffers": f"{memory // 4}MB",
        "shared_preload_libraries": "pg_stat_statements",
    }
    return {**ours, **{name: value for name, value in _named(more).items() if name in STARTING}}


def run(given: Run, more: Mapping[str, Value]) -> Settings:
    memory = _memory(given["memory_mb"])
    fast = given["disk"] == "ssd"
    ours: Settings = {
        "password_encryption": "scram-sha-256",
        "ssl": True,
        "ssl_min_protocol_version": "TLSv1.2",
        "effective_cache_size": f"{memory * 3 // 4}MB",
        "work_mem": f"{max(_LEAST_WORK, memory // 4 // given['connections'])}MB",
        "maintenance_work_mem": f"{min(_MOST_MAINTENANCE, memory // 16)}MB",
        "random_page_cost": 1.1 if fast else 4.0,
        "effective_io_concurrency": 200 if fast else 2,
        "max_wal_size": f"{max(1024, memory // 2)}MB",
        "wal_compression": "zstd",
        "track_io_timing": True,
        # the journal, too: there its lines are shipped from, each whole and with the process that said it
        "log_destination": "stderr,syslog",
        "syslog_ident": "postgres",
        "syslog_sequence_numbers": False,
        "syslog_split_messages": False,
        "log_min_duration_statement": "1s",
        "log_lock_waits": True,
        "log_temp_files": "10MB",
        # values are what people wrote: of a slow statement its parameters, of a refused one the row in its detail
        "log_parameter_max_length": 0,
        "log_parameter_max_length_on_error": 0,
        "log_error_verbosity": "terse",
    }
    if given["own_certificate"]:
        ours |= {"ssl_cert_file": "/etc/echodiary/postgres/server.crt", "ssl_key_file": "/etc/echodiary/postgres/server.key"}
    return {**ours, **{name: value for name, value in _named(more).items() if name not in STARTING}}


def text(settings: Settings) -> str:
    """As postgresql.conf has them: the one place where that is quoted."""
    return "\n".join(f"{name} = {_quoted(name, value)}" for name, value in settings.items())


def _quoted(name: str, value: Value) -> str:
    if isinstance(value, bool):
        return "on" if value else "off"
    if isinstance(value, (int, float)):
        return str(value)
    if "\n" in value or "\0" in value:
        raise SpecError(f"postgres_settings: {name} has a line break; PostgreSQL's files have one setting a line")
    return "'" + value.replace("\\", "\\\\").replace("'", "''") + "'"


def _named(more: Mapping[str, Value]) -> Mapping[str, Value]:
    strange = sorted(name for name in more if not _NAME.fullmatch(name))
    if strange:
        raise SpecError(f"postgres_settings: {', '.join(strange)} is no name of a setting; as pg_settings has them, such as work_mem")
    return more


def _memory(megabytes: int) -> int:
    if megabytes < _LEAST_MEMORY:
        raise SpecError(f"postgres_memory_mb is {megabytes}; {_LEAST_MEMORY} is the least that PostgreSQL is of use with")
    return megabytes
