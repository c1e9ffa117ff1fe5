# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.echodiary.infra.plugins.plugin_utils._common.errors import SpecError
from ansible_collections.echodiary.infra.plugins.plugin_utils._component import watched
from ansible_collections.echodiary.infra.plugins.plugin_utils._component.roster import Entry


def listening(port: int, use: str = "metrics", address: str = "*", protocol: str = "tcp") -> Any:
    return {"port": port, "protocol": protocol, "address": address, "from": ["monitoring"], "for": use}


def entry(component: str, *sockets: Any, host: str = "a", address: str = "10.0.0.1") -> Entry:
    return Entry(host, component, address, list(sockets), {}, "")


def found(entries: list[Entry], **specs: dict[str, Any]) -> watched.Watched:
    checked = {name: watched.checked(name, spec) for name, spec in specs.items()}
    hosts = sorted({one.host for one in entries})
    by_host = {host: [one for one in entries if one.host == host] for host in hosts}
    return watched.together(
        [
            one
            for host, its in by_host.items()
            for one in watched.of_host(host, its, {e.component: checked[e.component] for e in its if e.component in checked})
        ]
    )


def test_a_target_is_where_the_component_listens_for_metrics() -> None:
    its = [entry("db", listening(9187), listening(5432, "users")), entry("db", listening(9188), host="b", address="127.0.0.1")]
    (one, other) = found(its, db={"targets": [{"job": "db", "labels": {"tier": 1}}]}).targets
    assert (one.job, one.path, one.address, one.labels) == ("db", "/metrics", "10.0.0.1:9187", {"instance": "a", "tier": "1"})
    assert (other.address, other.instance) == ("127.0.0.1:9188", "b")


def test_what_another_serves_is_asked_through_it() -> None:
    its = [entry("app", listening(8001, "users", "127.0.0.1")), entry("edge", listening(80, "users"), listening(8404))]
    spec = {"targets": [{"job": "app", "through": "edge", "path": "/app/metrics"}], "probes": [{"through": "edge", "path": "/health"}]}
    told = found(its, app=spec)
    assert told.targets[0].address == "10.0.0.1:8404"
    assert told.probes == [watched.Probe("a", "http://10.0.0.1:80/health", "app")]


def test_of_several_sockets_the_one_that_lets_monitoring_in_is_asked() -> None:
    public = {**listening(443, "users"), "from": ["edge"]}
    its = [entry("app", listening(8001, "users", "127.0.0.1")), entry("edge", public, listening(80, "users"))]
    assert found(its, app={"probes": [{"through": "edge", "path": "/health"}]}).probes == [
        watched.Probe("a", "http://10.0.0.1:80/health", "app")
    ]


@pytest.mark.parametrize(
    ("where", "bound", "expected"),
    [
        ("127.0.0.1", "0.0.0.0", "127.0.0.1:1"),
        ("127.0.0.1", "127.0.0.1", "127.0.0.1:1"),
        ("127.0.0.1", "10.0.0.5", "10.0.0.5:1"),
        ("10.0.0.7", "10.9.9.9", "10.0.0.7:1"),
        ("fd00::1", "*", "[fd00::1]:1"),
    ],
)
def test_the_host_that_asks_finds_what_does_not_listen_at_loopback(where: str, bound: str, expected: str) -> None:
    its = [entry("x", listening(1, address=bound), address=where)]
    assert found(its, x={"targets": [{"job": "x"}]}).targets[0].address == expected


def test_a_named_port_has_to_be_listened_on() -> None:
    its = [entry("x", listening(9090, "admin"))]
    assert found(its, x={"targets": [{"job": "x", "port": 9090}]}).targets[0].address == "10.0.0.1:9090"


@pytest.mark.parametrize(
    ("spec", "words"),
    [
        (
            {"targets": [{"job": "x"}]},
            r"host a: x: monitoring\.yml: /metrics: which is the port for metrics of x\? It listens at 9090",
        ),
        ({"targets": [{"job": "x", "port": 1}]}, r"which is port 1 of x\? It listens at 9090, 9091; say one of these as port in x's"),
        ({"targets": [{"job": "x", "through": "edge"}]}, r"through edge, which this host does not have; add edge to its components"),
    ],
)
def test_a_socket_that_cannot_be_told_is_an_error(spec: dict[str, Any], words: str) -> None:
    with pytest.raises(SpecError, match=words):
        found([entry("x", listening(9090), listening(9091), listening(9090, protocol="udp"))], x=spec)


@pytest.mark.parametrize(
    "wrong", [{"target": []}, {"targets": [{}]}, {"targets": [{"job": "x", "serves": "tea"}]}, {"probes": [{"port": 1}]}]
)
def test_what_nobody_understands_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(SpecError, match=r"^x: monitoring\.yml: .*; docs/components\.md has its keys$"):
        watched.checked("x", wrong)


def test_two_that_prometheus_could_not_tell_apart_are_refused() -> None:
    its = [entry("x", listening(1)), entry("y", listening(2))]
    with pytest.raises(SpecError, match=r"job j is said by x and y, of a; give one of them another in its monitoring\.yml"):
        found(its, x={"targets": [{"job": "j"}]}, y={"targets": [{"job": "j"}]})
    apart = [its[0], entry("y", listening(2), host="b")]
    with pytest.raises(SpecError, match="job j is said by x and y, with different paths"):
        found(apart, x={"targets": [{"job": "j"}]}, y={"targets": [{"job": "j", "path": "/m"}]})


def test_what_every_host_of_a_component_says_is_said_once() -> None:
    its = [entry("x", listening(1)), entry("x", listening(1), host="b")]
    rule = {"source_matchers": ['alertname="A"'], "equal": ["instance"]}
    told = found(its, x={"failing": {"collector": "c == 0"}, "expected_metrics": [{"metric": "m", "hours": 1}], "inhibit_rules": [rule]})
    assert (told.failing, told.inhibit_rules) == ({"collector": ["c == 0"], "exporter": []}, [rule])
    assert told.expected_metrics == [{"metric": "m", "hours": 1}]


def test_nothing_is_probed_where_nobody_probes() -> None:
    its = [entry("app", listening(80, "users"), listening(1)), entry("prober", listening(2))]
    app = {"targets": [{"job": "app", "down": "AppDown"}], "probes": [{"path": "/"}]}
    further = [watched.Probe("site", "https://x/")]
    without = watched.seen(found(its, app=app), [])
    with pytest.raises(SpecError, match=r"nobody would probe https://x/: no host has a component that probes; add one"):
        watched.seen(found(its, app=app), further)
    assert (without["probes"], without["expected"], without["down"]) == ([], [{"job": "app", "instance": "a"}], ["app"])
    told = watched.seen(found(its, app=app, prober={"targets": [{"job": "prober", "serves": "probes"}]}), further)
    assert [probe["url"] for probe in told["probes"]] == ["http://10.0.0.1:80/", "https://x/"]
    assert [one["instance"] for one in told["expected"] if one["job"] == "probe"] == ["a", "site"]
    assert told["probers"] == ["10.0.0.1:2"]


@pytest.mark.parametrize("label", ["job", "instance"])
def test_who_a_target_is_no_label_says(label: str) -> None:
    with pytest.raises(SpecError, match=f"labels of a target may not be {label}, which say who it is"):
        watched.checked("x", {"targets": [{"job": "x", "labels": {label: "y"}}]})


def test_a_component_that_listens_nowhere_is_told_to_say_where() -> None:
    with pytest.raises(SpecError, match=r"It listens at nothing; add it: listens of x's component\.yml"):
        found([entry("x")], x={"targets": [{"job": "x"}]})
