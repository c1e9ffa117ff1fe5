# SPDX-License-Identifier: GPL-3.0-or-later
"""Who is watched for what: the hosts that got something new, each at its new slot, by one of them, in the batches that count."""

from __future__ import annotations

from typing import Any

import promql_parser
import pytest
from ansible_collections.echodiary.infra.plugins.plugin_utils._deploy import gate, registered
from ansible_collections.echodiary.infra.plugins.plugin_utils._deploy.way_back import SCHEMA_GATE

SETTINGS = gate.Settings("mon", "http://p:9090", 8080, "/entries", "", "edge-of-app", "duration_seconds", False, 0.01, 1.5, 20, 30.0)
DECLARED = [{"name": "entries", "path": "/e", "edge": True}, {"name": "verify", "path": "/v"}]
REQUESTS = [{"name": "alive", "url": "http://127.0.0.1/health"}]
SKIPPED = {"skipped": True, "changed": False}


def rolled(changed: bool = True, slot: str = "blue", **more: Any) -> dict[str, Any]:
    return {"changed": changed, "release": {"slot": slot, "port": 8001}, **more}


def batch(results: dict[str, dict[str, Any] | None], hosts: list[str] | None = None, **changed: Any) -> gate.Batch:
    found = {host: registered.of(host, {host: {"deploy_rolled": result}}) for host, result in results.items()}
    return gate.Batch("deploy", "app", hosts or list(results), True, found, False)._replace(**changed)


def watch(host: str, of: gate.Batch, settings: gate.Settings = SETTINGS) -> gate.Watch:
    return gate.watch(host, of, settings, REQUESTS, DECLARED)


def names(conditions: Any) -> list[str]:
    return [one["name"] for one in conditions]


@pytest.mark.parametrize("result", [None, {}, SKIPPED, rolled(changed=False), {"unreachable": True}, {"failed": True, "changed": False}])
def test_who_got_nothing_new_is_not_watched(result: dict[str, Any] | None) -> None:
    of = batch({"app1": result, "app2": rolled()})
    assert gate.watched(of) == ["app2"]
    assert watch("app1", of) == gate.Watch([], [], [])
    assert watch("app1", batch({"app1": result})) == gate.Watch([], [], [])


def test_a_host_of_another_batch_is_not_watched_again() -> None:
    of = batch({"app1": rolled(), "app2": rolled()}, hosts=["app2"])
    assert gate.watched(of) == ["app2"]
    assert watch("app1", of) == gate.Watch([], [], [])


def test_each_host_asks_its_own_slot_and_one_asks_prometheus_for_all() -> None:
    of = batch({"app1": rolled(), "app2": rolled(slot="green")})
    first, second = watch("app1", of), watch("app2", of)
    assert names(first.http) == names(second.http) == ["alive", "entries of the slot", "verify of the slot"]
    assert [one["url"] for one in first.edges] == ["http://app1:8080/e", "http://app2:8080/e"]
    assert names(first.promql) == ["error rate", "p95 (s)"]
    assert (second.edges, second.promql) == ([], [])


def test_where_no_declared_request_is_asked_at_the_edge_a_path_is() -> None:
    found = gate.watch("app1", batch({"app1": rolled()}), SETTINGS, [], [])
    assert (found.http, [one["url"] for one in found.edges]) == ([], ["http://app1:8080/entries"])
    found = gate.watch("app1", batch({"app1": rolled()}), SETTINGS._replace(host="shop.example"), [], [])
    assert [one["headers"] for one in found.edges] == [{"Host": "shop.example"}]


def test_a_rollback_is_asked_afterwards_and_a_restart_only_what_every_release_answers() -> None:
    assert watch("app1", batch({"app1": rolled()}, kind="rollback")) == gate.Watch([], [], [])
    found = watch("app1", batch({"app1": rolled()}, kind="restart"))
    assert (names(found.http), found.promql) == (["alive"], [])


def test_a_preview_asks_neither_a_slot_nor_prometheus() -> None:
    found = watch("app1", batch({"app1": rolled()}, looks=True))
    assert (names(found.http), found.promql) == (["alive"], [])


def test_without_a_monitoring_host_nobody_is_watched() -> None:
    assert watch("app1", batch({"app1": rolled()}), SETTINGS._replace(prometheus="")).promql == []


@pytest.mark.parametrize(("first", "every", "count"), [(True, False, 2), (False, False, 0), (False, True, 2)])
def test_batches_after_the_first_are_watched_where_it_is_asked_for(first: bool, every: bool, count: int) -> None:
    assert len(watch("app1", batch({"app1": rolled()}, first=first), SETTINGS._replace(every=every)).promql) == count


def test_a_component_without_slots_has_none_to_ask() -> None:
    of = batch({"app1": {"changed": True, "release": {}}}, kind="restart")
    assert names(gate.watch("app1", of, SETTINGS, [], DECLARED).http) == []


def matchers(selector: Any) -> dict[str, str]:
    return {one.name: one.value for one in selector.matchers.matchers}


@pytest.mark.parametrize("host", ["app1", 'web "1"', "a\\b", "{{ x }}", "two\nlines"])
def test_each_series_is_of_the_new_slot_of_a_host_of_any_name(host: str) -> None:
    (query,) = gate.series("app", {host: "blue"})
    found = matchers(promql_parser.parse(query.replace("$range", "30s")).args[0].vector_selector)
    assert found == {"proxy": "app", "instance": host, "server": "blue"}
    (query,) = gate.series("app", {host: "blue"}, code="5xx")
    assert matchers(promql_parser.parse(query.replace("$range", "30s")).args[0].vector_selector)["code"] == "5xx"


def test_errors_are_judged_as_a_part_of_all_answers_of_all_hosts() -> None:
    errors, slowest = gate.questions("app", {"app1": "blue", "app2": "green"}, SETTINGS)
    assert errors["query"].count("5xx") == 2
    assert errors["query"].endswith(f"/ {errors['sample_query']}")
    assert errors["sample_query"].count(" or ") == 1
    assert [one["expect"] for one in (errors, slowest)] == ["<= 0.01", "<= 1.5"]
    for one in (errors, slowest):
        assert (one["url"], one["min_samples"], one["lookback"]) == ("http://p:9090", 20, 30.0)
        promql_parser.parse(one["query"].replace("$range", "30s"))
        promql_parser.parse(one["sample_query"].replace("$range", "30s"))


def test_answers_are_counted_by_haproxy_and_timed_by_the_component_where_it_does() -> None:
    (errors,) = gate.questions("app", {"app1": "blue"}, SETTINGS._replace(latency=""))
    assert 'proxy="edge-of-app"' in errors["query"]
    _, slowest = gate.questions("app", {"app1": "blue"}, SETTINGS)
    assert 'rate(duration_seconds_bucket{job="app",instance=~"app1"}' in slowest["query"], "not of another component of that host"


def seen(**values: Any) -> registered.Registered:
    last = {name: {"value": value} for name, value in values.items()}
    return registered.of("x", {"x": {"deploy_gate": {"last": last}}})


def test_history_has_what_each_gate_saw_last() -> None:
    nothing = registered.of("y", {"y": {"deploy_gate": SKIPPED}})
    assert gate.recorded([seen(errors="0", p95="0.2"), nothing], shown=False, allowed=[]) == {"errors": "0", "p95": "0.2"}
    assert gate.recorded([nothing], shown=False, allowed=[]) == {}


def test_a_condition_without_a_value_is_in_history_by_name() -> None:
    asked = registered.of("x", {"x": {"deploy_gate": {"last": {"alive": {"status": 200}}}}})
    assert gate.recorded([asked], shown=False, allowed=[]) == {"alive": ""}


@pytest.mark.parametrize(("shown", "allowed", "claimed"), [(True, [], True), (False, [], False), (True, [gate.BREAKS], False)])
def test_the_release_before_was_well_on_the_schema_only_where_that_was_seen_and_none_may_break_it(
    shown: bool, allowed: list[str], claimed: bool
) -> None:
    assert (SCHEMA_GATE in gate.recorded([], shown=shown, allowed=allowed)) is claimed


def test_what_no_request_reaches_is_not_watched_by_its_answers() -> None:
    found = gate.watch("a", batch({"a": {"changed": True}}), SETTINGS._replace(backend=""), [], [])
    assert (found.promql, found.edges) == ([], [])
    assert gate.watch("a", batch({"a": {"changed": True}}), SETTINGS, [], []).promql
