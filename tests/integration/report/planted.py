# SPDX-License-Identifier: GPL-3.0-or-later
"""Two weeks of a fleet as Prometheus would have recorded them: a quiet one, then one in which much went wrong. All times are s since 1970.

What went wrong, in the second week: for 20 minutes no probe reached anybody and HAProxy answered 503; two alerts fired, one of them twice;
somebody changed a host by hand and the watcher put it right; a disk fills; a query became slow.
"""

from __future__ import annotations

import bisect
from collections.abc import Callable, Iterator
from typing import NamedTuple

MINUTE, HOUR, DAY = 60, 3600, 86_400
#: 2026-11-29T00:00:00Z
END = 1_795_910_400
WEEK = 7 * DAY
QUIET_END, BEGIN = END - WEEK, END - 2 * WEEK
#: of all samples
FIRST = BEGIN + 5 * MINUTE
#: the outage, and what was changed by hand
OUTAGE = (END - 3 * DAY, END - 3 * DAY + 20 * MINUTE)
BY_HAND = (END - 2 * DAY, END - 2 * DAY + 45 * MINUTE)
#: of HostDisk, a warning; the second of the two on another host as well
DISK_ALERTS = ((END - 4 * DAY, END - 4 * DAY + 30 * MINUTE), (END - DAY, END - DAY + 10 * MINUTE))

GB, MB = 1_000_000_000, 1_000_000
#: bytes: what is free at the end, what goes each day
FREE, A_DAY = 5 * GB, 1 * GB
HOSTS = ("app1", "app2", "mon1")
BUCKETS = (0.05, 0.1, 0.25, 0.5, 1.0, 2.5)
#: share of requests up to each bucket, in the quiet week and in the other
QUIET_SHARES = (0.30, 0.60, 0.90, 0.96, 0.995, 1.0)
BAD_SHARES = (0.20, 0.45, 0.80, 0.93, 0.980, 1.0)


class Series(NamedTuple):
    """``step`` (s); ``value``: None where there is no sample."""

    name: str
    step: int
    value: Callable[[int], float | None]


def within(moment: int, span: tuple[int, int]) -> bool:
    return span[0] <= moment < span[1]


def bad(moment: int) -> bool:
    return moment > QUIET_END


def counted(rate: Callable[[int], float], step: int) -> Callable[[int], float]:
    """A counter that grows by ``rate`` a second, from its beginning on."""
    moments = list(range(FIRST, END + step, step))
    sums = [0.0]
    for moment in moments[:-1]:
        sums.append(sums[-1] + rate(moment) * step)
    return lambda moment: sums[bisect.bisect_right(moments, moment) - 1]


def answers(code: str) -> Callable[[int], float]:
    """Ten requests a second; in the outage all of them fail, otherwise one of two thousand."""

    def rate(moment: int) -> float:
        failed = 10.0 if within(moment, OUTAGE) else 0.005
        return {"2xx": 10.0 - failed, "5xx": failed, "4xx": 0.0}[code]

    return counted(rate, 5 * MINUTE)


def bucket(index: int) -> Callable[[int], float]:
    return counted(lambda moment: 10.0 * (BAD_SHARES if bad(moment) else QUIET_SHARES)[index], 5 * MINUTE)


def nightly(moment: int, at: int) -> float:
    """When what is done each night at this hour was last done."""
    return float((moment - at * HOUR) // DAY * DAY + at * HOUR)


def every() -> list[Series]:
    return [*_edge(), *_latency(), *_alerts(), *_drift(), *_backups(), *_disks(), *_database(), *_certificates()]


def named(metric: str, labels: str) -> str:
    """``labels`` as ``job=node instance=app1``."""
    pairs = (one.partition("=") for one in labels.split())
    return metric + "{" + ",".join(f'{name}="{value}"' for name, _, value in pairs) + "}"


def always(value: float) -> Callable[[int], float]:
    return lambda _at: value


def while_in(value: float, *spans: tuple[int, int]) -> Callable[[int], float]:
    return lambda at: value if any(within(at, span) for span in spans) else 0.0


def there_in(*spans: tuple[int, int]) -> Callable[[int], float | None]:
    """As an alert has samples only while it fires."""
    return lambda at: 1.0 if any(within(at, span) for span in spans) else None


def _edge() -> Iterator[Series]:
    for code in ("2xx", "4xx", "5xx"):
        name = named("haproxy_backend_http_responses_total", f"job=haproxy instance=app1 proxy=shop code={code}")
        yield Series(name, 5 * MINUTE, answers(code))
    for host in ("app1", "app2"):
        name = named("probe_success", f"job=probe instance={host} target=http://{host}/")
        yield Series(name, MINUTE, lambda at: float(not within(at, OUTAGE)))
    for host in HOSTS:
        yield Series(named("up", f"job=node instance={host}"), 10 * MINUTE, always(1))


def _latency() -> Iterator[Series]:
    for index, bound in enumerate((*map(str, BUCKETS), "+Inf")):
        name = named("http_request_duration_seconds_bucket", f"job=shop instance=app1 le={bound}")
        yield Series(name, 5 * MINUTE, bucket(min(index, len(BUCKETS) - 1)))


def _alerts() -> Iterator[Series]:
    yield Series(named("ALERTS", "alertname=Watchdog alertstate=firing severity=none"), 10 * MINUTE, always(1))
    for host in ("app1", "app2"):
        name = named("ALERTS", f"alertname=HealthCheckFailing alertstate=firing severity=critical instance={host}")
        yield Series(name, 15, there_in(OUTAGE))
    disk = "alertname=HostDisk severity=warning"
    yield Series(named("ALERTS", f"{disk} alertstate=firing instance=app1"), 15, there_in(*DISK_ALERTS))
    yield Series(named("ALERTS", f"{disk} alertstate=firing instance=app2"), 15, there_in(DISK_ALERTS[1]))
    yield Series(named("ALERTS", f"{disk} alertstate=pending instance=app2"), 15, there_in((END - 5 * DAY, END - 5 * DAY + HOUR)))


def _drift() -> Iterator[Series]:
    for host, spans in (("app1", [BY_HAND]), ("app2", [])):
        name = named("echodiary_gitops_app_out_of_sync_resources", f"namespace=production dest_server={host} name=haproxy")
        yield Series(name, MINUTE, while_in(2, *spans))
    for origin, spans in (("corrective", [BY_HAND]), ("pending", []), ("conflict", [])):
        yield Series(named("echodiary_gitops_drift_resources", f"namespace=production origin={origin}"), MINUTE, while_in(2, *spans))
    total, phase = "echodiary_gitops_app_sync_total", "namespace=production dry_run=false phase="
    yield Series(named(total, f"{phase}Succeeded"), 5 * MINUTE, lambda at: 4.0 + (at >= BY_HAND[1]) + (at >= BY_HAND[1] + HOUR))
    yield Series(named(total, f"{phase}Failed"), 5 * MINUTE, lambda at: 1.0 + (at >= BY_HAND[0] + 10 * MINUTE))
    yield Series(named("echodiary_gitops_last_success_timestamp_seconds", "namespace=production"), 2 * MINUTE, lambda at: at - 30.0)


def _backups() -> Iterator[Series]:
    job = "environment=production component=shop backup_job=database instance=app1"
    saved, test = "echodiary_backup", "echodiary_restore_test"
    yield Series(named(f"{saved}_last_success_timestamp_seconds", job), 5 * MINUTE, lambda at: nightly(at, 3))
    yield Series(named(f"{saved}_job_hours", job), 5 * MINUTE, always(26))
    yield Series(named(f"{saved}_job_restore_tested", job), 5 * MINUTE, always(1))
    yield Series(named(f"{saved}_read_ok", "environment=production"), 5 * MINUTE, always(1))
    yield Series(named(f"{test}_last_success_timestamp_seconds", job), 5 * MINUTE, lambda at: nightly(at, 5))
    for check in ("rows", "tables"):
        yield Series(named(f"{test}_ok", f"{job} check={check}"), 5 * MINUTE, always(1))
    for phase, seconds in (("fetch", 12.5), ("restore", 40.0)):
        yield Series(named(f"{test}_seconds", f"{job} phase={phase}"), 5 * MINUTE, always(seconds))


def _disks() -> Iterator[Series]:
    yield from _disk("app1", lambda at: FREE + A_DAY * min(END - at, WEEK) / DAY)
    yield from _disk("app2", always(30 * GB))
    # no disk of its own
    name = named("node_filesystem_avail_bytes", "job=node instance=app1 device=tmpfs mountpoint=/run fstype=tmpfs")
    yield Series(name, 5 * MINUTE, lambda at: GB - (at - BEGIN) * 100.0)


def _disk(host: str, free: Callable[[int], float]) -> Iterator[Series]:
    disk = f"job=node instance={host} device=/dev/vda1"
    yield Series(named("node_filesystem_avail_bytes", f"{disk} mountpoint=/ fstype=ext4"), 5 * MINUTE, free)
    yield Series(named("instance_device:disk_used:percent", disk), 5 * MINUTE, lambda at: 100 - free(at) / (0.4 * GB))


def _database() -> Iterator[Series]:
    size = "pg_database_size_bytes"
    yield Series(named(size, "job=postgres datname=shop"), 5 * MINUTE, lambda at: 2 * GB + 50.0 * MB * (at - BEGIN) / DAY)
    yield Series(named(size, "job=postgres datname=template1"), 5 * MINUTE, always(8 * MB))
    yield from _query("111", 0.1, lambda at: 1.5 if bad(at) else 0.02)
    yield from _query("222", 5.0, always(0.01))


def _query(number: str, rate: float, takes: Callable[[int], float]) -> Iterator[Series]:
    by = f"job=postgres instance=mon1 datname=shop user=shop queryid={number}"
    yield Series(named("pg_stat_statements_calls_total", by), 5 * MINUTE, counted(always(rate), 5 * MINUTE))
    yield Series(named("pg_stat_statements_seconds_total", by), 5 * MINUTE, counted(lambda at: rate * takes(at), 5 * MINUTE))


def _certificates() -> Iterator[Series]:
    for edge, moment in (("before", END - 20 * DAY), ("after", END + 70 * DAY)):
        yield Series(named(f"edge_certificate_not_{edge}_timestamp_seconds", "job=node instance=app1"), 5 * MINUTE, always(moment))
    yield Series(named("edge_certificate_failures", "job=node instance=app1"), 5 * MINUTE, always(0))


def openmetrics() -> Iterator[str]:
    """Lines that promtool makes blocks of: all samples of a series together."""
    for one in every():
        for at in range(FIRST, END + 1, one.step):
            value = one.value(at)
            if value is not None:
                yield f"{one.name} {float(value)!r} {at}"
    yield "# EOF"
