# SPDX-License-Identifier: GPL-3.0-or-later
"""What is sent is found, by who has the key; each store keeps as long as it is told to, and node_exporter hears of it."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from testinfra.host import Host

STORES = {"all": (9428, 9438, 7), "errors": (9429, 9439, 30), "audit": (9430, 9440, 90)}
CURL = "curl --silent --fail-with-body --config /etc/echodiary/logs/curl"
TLS = "--cacert /etc/echodiary/logs/certificate.pem"


@pytest.fixture(scope="module", autouse=True)
def _curl(host: Host) -> None:
    root(host, "command -v curl || { apt-get update -qq && apt-get install -y -qq curl; }")


def root(host: Host, command: str) -> str:
    with host.sudo():
        return str(host.check_output(command))


def send(host: Host, port: int, days: float, message: str, **fields: str) -> None:
    """A line that is so old, as shippers send it."""
    moment = (datetime.now(UTC) - timedelta(days=days)).isoformat()
    line = json.dumps({"_time": moment, "_msg": message, "host": "somewhere", **fields}, ensure_ascii=False)
    url = f"https://127.0.0.1:{port}/insert/jsonline?_stream_fields=host"
    root(host, f"printf '%s\\n' '{line}' | {CURL} {TLS} -H 'Content-Type: application/stream+json' --data-binary @- '{url}'")


def found(host: Host, port: int, query: str) -> list[str]:
    said = root(host, f"{CURL} http://127.0.0.1:{port}/select/logsql/query --data-urlencode 'query=host:somewhere {query}'")
    return sorted(json.loads(line)["_msg"] for line in said.splitlines())


@pytest.mark.parametrize("store", STORES)
def test_a_line_is_kept_for_its_days_and_no_longer(host: Host, eventually: Callable[..., Any], store: str) -> None:
    plain, tls, days = STORES[store]
    name = f"{store}-{time.time_ns()}"
    for age in (0, days - 0.9, days + 1.1):
        send(host, tls, age, f"{name} {age:.0f} 한국어")
    kept = sorted([f"{name} 0 한국어", f"{name} {days - 0.9:.0f} 한국어"])
    assert eventually(lambda: found(host, plain, f'"{name}"') == kept), found(host, plain, f'"{name}"')
    assert found(host, plain, f'"{name} {days + 1.1:.0f}"') == []


def test_nobody_asks_or_sends_without_the_key(host: Host) -> None:
    for url in ("http://127.0.0.1:9428/select/logsql/query?query=*", "https://127.0.0.1:9438/insert/jsonline"):
        said = root(host, f"curl --silent --insecure --output /dev/null --write-out '%{{http_code}}' '{url}'")
        assert said == "401", url


def test_other_hosts_reach_the_ports_with_tls_alone(host: Host) -> None:
    address = host.check_output("hostname -I").split()[0]
    for plain, tls, _ in STORES.values():
        assert host.run(f"curl --silent --max-time 5 http://{address}:{plain}/health").rc == 7
        assert host.run(f"curl --silent --max-time 5 http://{address}:{tls}/health").stdout != "OK"
        assert host.run(f"curl --silent --insecure --max-time 5 https://{address}:{tls}/health").stdout == "OK"


def test_the_key_is_nowhere_to_be_seen(host: Host, secrets: dict[str, str]) -> None:
    for name in ("password", "key.pem", "curl"):
        assert host.run(f"cat /etc/echodiary/logs/{name}").rc != 0
    seen = root(host, "docker inspect logs-all-1; cat /proc/[0-9]*/cmdline | tr '\\0' ' '; cat /var/lib/echodiary/components/logs.json")
    assert secrets["logs_password"] not in seen
    assert secrets["logs_key"].splitlines()[1] not in seen


def test_node_exporter_hears_what_arrived_and_what_it_takes(host: Host) -> None:
    send(host, 9438, 0, "the newest")
    time.sleep(2)
    root(host, "systemctl start echodiary-logs-metrics.service")
    told = root(host, "cat /var/lib/node_exporter/textfile/echodiary_logs.prom").splitlines()
    series = dict(line.rsplit(" ", 1) for line in told)
    assert abs(time.time() - float(series['echodiary_logs_last_success_timestamp_seconds{source="somewhere"}'])) < 60
    assert float(series['echodiary_logs_disk_bytes{store="all"}']) > 0
    assert {name for name in series if name.startswith("echodiary_logs_disk_limit")} == {
        f'echodiary_logs_disk_limit_bytes{{store="{name}"}}' for name in STORES
    }


def counted(host: Host) -> dict[str, str]:
    root(host, "systemctl reset-failed echodiary-logs-metrics.service; systemctl start echodiary-logs-metrics.service")
    told = root(host, "cat /var/lib/node_exporter/textfile/echodiary_logs.prom").splitlines()
    return dict(line.rsplit(" ", 1) for line in told)


def said(series: dict[str, str]) -> dict[str, str]:
    """Of the lines that these tests send."""
    kinds = ("echodiary_logs_matched", "echodiary_logs_errors")
    return {name: value for name, value in series.items() if name.startswith(kinds) and "somewhere" in name}


def test_what_lines_say_is_counted_and_what_people_ask_is_not(host: Host, eventually: Callable[..., Any]) -> None:
    assert said(counted(host)) == {}
    for component in ("shop", "shop", "sudo", "logs"):
        send(host, 9438, 0, "could not ask: Connection refused", component=component, level="ERROR")
    send(host, 9438, 0, "Kernel: Out of memory: Killed process 7", component="kernel")
    wanted = {
        'echodiary_logs_matched{source="somewhere",host="somewhere",component="shop",pattern="connection_refused"}': "2",
        'echodiary_logs_matched{source="somewhere",host="somewhere",component="kernel",pattern="out_of_memory"}': "1",
        'echodiary_logs_errors{source="somewhere",host="somewhere",component="shop"}': "2",
        'echodiary_logs_errors{source="somewhere",host="somewhere",component="sudo"}': "1",
        'echodiary_logs_errors{source="somewhere",host="somewhere",component="logs"}': "1",
    }
    assert eventually(lambda: said(counted(host)) == wanted), said(counted(host))
    assert {value for name, value in counted(host).items() if "query_ok" in name} == {"1"}


def test_a_pattern_that_the_store_does_not_understand_takes_no_other_away(host: Host, converge: Callable[..., Any]) -> None:
    assert not converge(logs_patterns_more={"mine": {"query": "stats by (", "lines": 1}})["failed"]
    series = counted(host)
    assert {name for name, value in series.items() if "query_ok" in name and value == "0"} == {'echodiary_logs_query_ok{query="mine"}'}
    assert len([name for name in series if "query_ok" in name]) > 5
    assert "logs-metrics: mine: " in root(host, "journalctl -u echodiary-logs-metrics -n 20 --no-pager")


def test_a_store_that_is_down_is_said_and_the_others_are_told_of(host: Host) -> None:
    root(host, "docker stop logs-all-1")
    try:
        root(host, "systemctl start echodiary-logs-metrics.service")
        told = root(host, "cat /var/lib/node_exporter/textfile/echodiary_logs.prom")
        assert 'disk_bytes{store="audit"}' in told
        assert 'store="all"' not in told and "last_success" not in told
        assert "docker logs logs-all-1" in root(host, "journalctl -u echodiary-logs-metrics -n 20 --no-pager")
    finally:
        root(host, "docker start logs-all-1")


def test_fewer_days_take_old_lines_away(host: Host, converge: Callable[..., Any], eventually: Callable[..., Any]) -> None:
    name = f"older-{time.time_ns()}"
    for age in (0, 3):
        send(host, 9438, age, f"{name} {age}")
    assert eventually(lambda: len(found(host, 9428, f'"{name}"')) == 2)
    assert not converge(logs_all_days=2)["failed"]
    assert eventually(lambda: found(host, 9428, f'"{name}"') == [f"{name} 0"])
