# SPDX-License-Identifier: GPL-3.0-or-later
"""Real causes on the lab: what is done, which alert has to tell of it, and how it is undone."""

from __future__ import annotations

import subprocess
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from tests.e2e import fleet
from tests.e2e.monitoring import watched
from tests.e2e.monitoring.watched import NAME, SUBNET, on, sql

# The slot that serves; what was killed is remembered, since an idle slot's container may lie beside it.
KILL = "docker ps --quiet --filter label=com.docker.compose.service=api | tee /run/drill | xargs docker kill"
REVIVE = "xargs docker start </run/drill"
SLOW = """
CREATE FUNCTION drill_slow() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN PERFORM pg_sleep(1.4); RETURN NEW; END';
CREATE TRIGGER drill_slow BEFORE INSERT ON entries FOR EACH ROW EXECUTE FUNCTION drill_slow()
"""


@dataclass(frozen=True)
class Drill:
    """``told``: the alert people hear of. ``along``: what may fire with it, muted or told besides."""

    name: str
    told: str
    cause: Callable[[], object]
    cure: Callable[[], object]
    severity: str = "critical"
    along: frozenset[str] = field(default_factory=frozenset)
    prepare: Callable[[], object] | None = None  # what has to be there before and is not the cause


class Visitors:
    """People who use both edges until told to stop."""

    def __init__(self, number: int = 3) -> None:
        self._done = threading.Event()
        self._threads = [threading.Thread(target=self._visit, daemon=True) for _ in range(number)]

    def start(self) -> None:
        for thread in self._threads:
            thread.start()

    def _visit(self) -> None:
        while not self._done.is_set():
            for edge in watched.EDGES:
                watched.get(f"{edge}/entries", {"title": "drill", "body": "drill"})
            time.sleep(0.3)

    def stop(self) -> None:
        self._done.set()
        for thread in self._threads:
            thread.join(timeout=20)


def docker(*words: str) -> None:
    subprocess.run(["docker", *words], check=True, capture_output=True, timeout=60)


def exhaust_connections() -> None:
    """95 of 100 connections that clients may open; what is open already counts."""
    usable = int(watched.query("instance:database_connections:usable")[0]["value"][1])
    number = usable * 95 // 100 - int(sql("SELECT count(*) FROM pg_stat_activity WHERE datname IS NOT NULL"))
    on("postgres", r"printf '\\sleep 900 s\n' > /tmp/idle.sql", user="postgres")
    command = f"nohup pgbench -n -c {number} -j 2 -t 1 -f /tmp/idle.sql echodiary >/tmp/idle.log 2>&1 &"
    on("postgres", command, user="postgres")


def drop_target() -> None:
    on("mon1", f"sed -i '/{SUBNET}.11:9100/,+1d' /etc/prometheus/prometheus.yml")
    watched.get(f"{watched.PROMETHEUS}/-/reload", method="POST")


def fill_redis() -> None:
    script = "for i = 1, 60000 do redis.call('set', 'drill' .. i, string.rep('x', 20)) end"
    on("redis", f'redis-cli config set maxmemory 4mb; redis-cli eval "{script}" 0 || true')


def lower_threshold() -> None:
    """All hosts of a lab are on one disk of the machine: the threshold comes down to it, not the disk up to 80 %."""
    used = max(float(series["value"][1]) for series in watched.query("instance_device:disk_used:percent"))
    watched.site("--limit", "mon1", node_exporter_disk_warning_percent=int(used) + 1)


def fill_disk() -> None:
    size = float(watched.query('max(node_filesystem_size_bytes{fstype!~"tmpfs|overlay"})')[0]["value"][1])
    on("app1", f"fallocate -l {int(size * 0.02)} /var/lib/docker/drill")


def empty_disk() -> None:
    on("app1", "rm /var/lib/docker/drill")
    watched.site("--limit", "mon1")


def cut_off() -> None:
    docker("network", "disconnect", NAME, f"{NAME}-app2")


def reconnect() -> None:
    docker("network", "connect", *fleet.at("12"), NAME, f"{NAME}-app2")


OUTAGE = frozenset({"HaproxyNoSlotUp", "HealthCheckFailing", "TargetDown", "HaproxyErrors", "ContainerUnhealthy", "TextfileStale"})

#: Where the database takes no further connection, that is felt.
CROWD = frozenset({"DatabaseConnectErrors", "DatabasePoolTimeouts", "ApiErrors"})

#: In each wave the causes do not disturb each other; what a wave leaves is gone before the next.
WAVES: dict[str, list[Drill]] = {
    "first": [
        Drill(
            "stopped exporter",
            "TargetDown",
            lambda: on("mon1", "docker stop redis-exporter-redis_exporter-1"),
            lambda: on("mon1", "docker start redis-exporter-redis_exporter-1"),
        ),
        Drill("target dropped from the configuration", "TargetMissing", drop_target, lambda: watched.site("--limit", "mon1")),
        Drill(
            "application killed",
            "HaproxyNoSlotUp",
            lambda: on("app2", KILL),
            lambda: on("app2", REVIVE),
            along=OUTAGE,
        ),
        Drill(
            "5xx storm",
            "ApiErrors",
            lambda: sql("ALTER TABLE entries RENAME TO entries_away"),
            lambda: sql("ALTER TABLE entries_away RENAME TO entries"),
        ),
    ],
    "second": [
        Drill(
            "filled disk",
            "HostDisk",
            fill_disk,
            empty_disk,
            severity="warning",
            prepare=lower_threshold,
        ),
        Drill(
            "Redis at maxmemory",
            "RedisMemory",
            fill_redis,
            lambda: on("redis", "redis-cli config set maxmemory 0; redis-cli flushall"),
        ),
        Drill("host cut off", "InstanceDown", cut_off, reconnect, along=OUTAGE),
        Drill(
            "slow endpoint",
            "ApiSlow",
            lambda: sql(SLOW),
            lambda: sql("DROP TRIGGER drill_slow ON entries; DROP FUNCTION drill_slow()"),
            severity="warning",
            along=CROWD,
        ),
        Drill("slow query", "DatabaseSlowQueries", lambda: None, lambda: None, severity="warning"),
        Drill(
            "connection exhaustion",
            "DatabaseConnections",
            exhaust_connections,
            lambda: on("postgres", "pkill pgbench || true", user="postgres"),
            along=CROWD,
        ),
        Drill(
            "CPU burner",
            "HostCpu",
            lambda: on("app1", "for n in 1 2 3 4; do nohup nice -n 19 timeout 900 sh -c 'while :; do :; done' >/dev/null 2>&1 & done"),
            lambda: on("app1", "pkill -f '[w]hile :' || true"),
            severity="warning",
        ),
    ],
}
