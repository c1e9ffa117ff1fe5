# SPDX-License-Identifier: GPL-3.0-or-later
"""What EchoDiary stands on: hosts, PostgreSQL, Redis. Each by use, saturation and errors."""

from __future__ import annotations

from dashboards.model import Dashboard, Panel, Row

NODE = 'job="node",instance=~"$instance"'
DISKS = f'{NODE},device!~"(loop|ram|sr).*"'
WIRES = f'{NODE},device!~"lo|veth.*|br-.*|docker.*"'
NAMED = 'job="postgres",datname!~"template.*|"'
CACHE = 'job="redis"'


def rate(metric: str, labels: str) -> str:
    return f"rate({metric}{{{labels}}}[$__rate_interval])"


HOSTS = Dashboard(
    "echodiary-hosts",
    "EchoDiary hosts",
    [
        Panel(
            "CPU in use",
            {"{{instance}}": 'instance:cpu_busy:percent{instance=~"$instance"}'},
            "percent",
            "Busy.",
            steps=((80, "red"),),
            maximum=100,
        ),
        Panel(
            "Load per processor",
            {"{{instance}}": f'node_load1{{{NODE}}} / count by (job, instance) (node_cpu_seconds_total{{{NODE},mode="idle"}})'},
            "short",
            "Above 1 something waits.",
        ),
        Panel(
            "Memory in use",
            {"{{instance}}": 'instance:memory_used:percent{instance=~"$instance"}'},
            "percent",
            "Used; what the kernel would give back does not count.",
            steps=((85, "red"),),
            maximum=100,
        ),
        Panel(
            "Processes killed for memory",
            {"{{instance}}": f"increase(node_vmstat_oom_kill{{{NODE}}}[1h])"},
            "short",
            "Processes killed within an hour.",
        ),
        Row("Disks"),
        Panel(
            "Disk space in use",
            {"{{instance}} {{device}}": 'instance_device:disk_used:percent{instance=~"$instance"}'},
            "percent",
            "Used, by device.",
            steps=((80, "yellow"), (90, "red")),
            maximum=100,
        ),
        Panel(
            "Inodes in use",
            {"{{instance}} {{device}}": 'instance_device:inodes_used:percent{instance=~"$instance"}'},
            "percent",
            "Used.",
            maximum=100,
        ),
        Panel(
            "Bytes read and written",
            {
                "read {{instance}}": f"sum by (instance) ({rate('node_disk_read_bytes_total', DISKS)})",
                "written {{instance}}": f"sum by (instance) ({rate('node_disk_written_bytes_total', DISKS)})",
            },
            "Bps",
            "Of all disks.",
        ),
        Panel(
            "Time that disks are busy",
            {"{{instance}} {{device}}": rate("node_disk_io_time_seconds_total", DISKS)},
            "percentunit",
            "Share of time with work.",
            maximum=1,
        ),
        Row("Network and clock"),
        Panel(
            "Bytes received and sent",
            {
                "in {{instance}}": f"sum by (instance) ({rate('node_network_receive_bytes_total', WIRES)})",
                "out {{instance}}": f"sum by (instance) ({rate('node_network_transmit_bytes_total', WIRES)})",
            },
            "Bps",
            "Without containers' own interfaces.",
        ),
        Panel("Offset of the clock", {"{{instance}}": f"abs(node_timex_offset_seconds{{{NODE}}})"}, "s", "Offset from true time."),
        Row("Containers"),
        Panel(
            "Containers that run", {"{{instance}}": f"sum by (instance) (echodiary_container_running{{{NODE}}})"}, "short", "Containers."
        ),
        Panel(
            "Restarts of containers",
            {"{{instance}} {{name}}": f"increase(echodiary_container_restarts_total{{{NODE}}}[15m])"},
            "short",
            "By themselves, within 15 min.",
        ),
    ],
    [("instance", "Host", 'up{job="node"}')],
)

POSTGRESQL = Dashboard(
    "echodiary-postgresql",
    "EchoDiary PostgreSQL",
    [
        Panel("Database can be reached", {"up": "min(pg_up)"}, "none", "From the exporter.", "stat", 6, ((1, "green"),), "red", 1),
        Panel(
            "Connections in use",
            {"used": "instance:database_connections:percent"},
            "percent",
            "Of those clients may open.",
            "stat",
            6,
            ((80, "yellow"), (90, "red")),
            maximum=100,
        ),
        Panel(
            "Block reads from the cache",
            {"hits": f"instance_database:cache_hit:percent15m{{{NAMED}}}"},
            "percent",
            "Of block reads.",
            "stat",
            6,
            maximum=100,
        ),
        Panel(
            "Indexes that are invalid",
            {"indexes": "sum(pg_invalid_indexes_count)"},
            "none",
            "What failed builds left.",
            "stat",
            6,
            ((1, "yellow"),),
        ),
        Row("Sessions"),
        Panel(
            "Connections by state",
            {"{{state}}": 'sum by (state) (pg_stat_activity_count{job="postgres"})', "usable": "instance:database_connections:usable"},
            "short",
            "The limit is what clients can really open.",
        ),
        Panel(
            "Age of the oldest transaction",
            {"{{datname}} {{state}}": f'max by (datname, state) (pg_stat_activity_max_tx_duration{{{NAMED},state!~"idle|disabled"}})'},
            "s",
            "By database and state.",
        ),
        Panel("Locks by mode", {"{{mode}}": f"sum by (mode) (pg_locks_count{{{NAMED}}})"}, "short", "Held or awaited, by mode."),
        Panel("Deadlocks by database", {"{{datname}}": f"increase(pg_stat_database_deadlocks{{{NAMED}}}[15m])"}, "short", "Within 15 min."),
        Row("Work"),
        Panel(
            "Transactions by outcome",
            {
                "commits {{datname}}": rate("pg_stat_database_xact_commit", NAMED),
                "rollbacks {{datname}}": rate("pg_stat_database_xact_rollback", NAMED),
            },
            "ops",
            "Per second.",
        ),
        Panel(
            "Queries that are slowest",
            {"{{datname}} {{user}} {{queryid}}": "topk(10, instance_query:database_seconds:mean5m)"},
            "s",
            "Mean over 5 min; pg_stat_statements has the text.",
            steps=((1, "red"),),
        ),
        Panel(
            "Rows returned and changed",
            {
                "read": f"sum({rate('pg_stat_database_tup_returned', NAMED)})",
                "written": f"sum({rate('pg_stat_database_tup_inserted', NAMED)})"
                f" + sum({rate('pg_stat_database_tup_updated', NAMED)}) + sum({rate('pg_stat_database_tup_deleted', NAMED)})",
            },
            "short",
            "Per second.",
        ),
        Panel("Size of the databases", {"{{datname}}": f"pg_database_size_bytes{{{NAMED}}}"}, "bytes", "Of each database."),
    ],
)

REDIS = Dashboard(
    "echodiary-redis",
    "EchoDiary Redis",
    [
        Panel("Redis can be reached", {"up": "min(redis_up)"}, "none", "From the exporter.", "stat", 6, ((1, "green"),), "red", 1),
        Panel(
            "Look-ups that hit",
            {"hits": "instance:redis_hits:percent15m"},
            "percent",
            "Look-ups that found something.",
            "stat",
            6,
            ((80, "green"),),
            "yellow",
            100,
        ),
        Panel("Clients that are connected", {"clients": f"sum(redis_connected_clients{{{CACHE}}})"}, "none", "Connected.", "stat", 6),
        Panel("Time since its start", {"uptime": f"min(redis_uptime_in_seconds{{{CACHE}}})"}, "s", "A restart empties a cache.", "stat", 6),
        Panel(
            "Hits and misses",
            {"hits": rate("redis_keyspace_hits_total", CACHE), "misses": rate("redis_keyspace_misses_total", CACHE)},
            "ops",
            "Per second.",
        ),
        Panel(
            "Memory in use",
            {"used": f"redis_memory_used_bytes{{{CACHE}}}", "maxmemory (0 is no limit)": f"redis_memory_max_bytes{{{CACHE}}}"},
            "bytes",
            "And the limit.",
        ),
        Panel("Commands per second", {"commands": rate("redis_commands_processed_total", CACHE)}, "ops", "Per second."),
        Panel(
            "Keys that went",
            {"evicted": rate("redis_evicted_keys_total", CACHE), "expired": rate("redis_expired_keys_total", CACHE)},
            "ops",
            "Evicted for want of memory, or expired.",
        ),
        Panel("Keys by database", {"{{db}}": f"redis_db_keys{{{CACHE}}} > 0 or sum(redis_db_keys{{{CACHE}}})"}, "short", "By database."),
        Panel("Connections that were rejected", {"rejected": rate("redis_rejected_connections_total", CACHE)}, "ops", "Flat is good."),
    ],
)
