# SPDX-License-Identifier: GPL-3.0-or-later
"""Every figure of a report against the samples that Prometheus has, reckoned anew; a bad week is told, and a quiet one has
nothing to do."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.echodiary.infra.plugins.plugin_utils._report import compose, kept, model, slack

from tests.integration import local_play
from tests.integration.report import planted, recorded, weeks
from tests.integration.report.planted import DAY, END, QUIET_END, WEEK
from tests.integration.report.recorded import Weeks

ANSWERS = "haproxy_backend_http_responses_total"
ERRORS = f'{ANSWERS}{{code="5xx"}}'
BUCKETS = "http_request_duration_seconds_bucket"
#: a counter is known at its samples only: what it grew by between the first and the last of 2017 of them, and within the week
NEARLY = 1e-3


@pytest.fixture(params=[END, QUIET_END], ids=["bad week", "quiet week"])
def week(request: pytest.FixtureRequest, prometheus: str) -> Weeks:
    return Weeks(prometheus, request.param)


@pytest.fixture
def told(week: Weeks, request: pytest.FixtureRequest) -> model.Report:
    found: model.Report = request.getfixturevalue("bad" if week.end == END else "quiet")
    return found


def test_availability(week: Weeks, told: model.Report) -> None:
    (found,) = weeks.figures(told, "availability")["services"]
    failed, answered = week.grown(ERRORS), week.grown(ANSWERS)
    assert found["answered"] == pytest.approx(answered, rel=NEARLY)
    assert found["failed"] == pytest.approx(failed, rel=NEARLY)
    assert found["percent"] == pytest.approx(100 - 100 * failed / answered, abs=1e-4)
    assert found["budget_used"] == pytest.approx(100 * failed / (0.005 * answered), rel=NEARLY)
    assert weeks.figures(told, "availability")["nobody_minutes"] == week.zero_minutes("probe_success") == (20 if week.end == END else 0)
    for host in ("app1", "app2"):
        minutes = weeks.figures(told, "availability")["unreached_minutes"].get(host, 0)
        assert minutes == week.zero_minutes(f'probe_success{{instance="{host}"}}')


def test_the_week_before(prometheus: str, bad: model.Report, quiet: model.Report) -> None:
    """Of the first of both weeks there is none."""
    before = Weeks(prometheus, QUIET_END)
    (found,) = weeks.figures(bad, "availability")["services"]
    assert found["percent_before"] == pytest.approx(100 - 100 * before.grown(ERRORS) / before.grown(ANSWERS), abs=1e-4)
    assert weeks.figures(bad, "latency")["services"][0]["before"]["p95"] == pytest.approx(quantile(before, 0.95), rel=NEARLY)
    (none,) = weeks.figures(quiet, "latency")["services"]
    assert none["before"] == {"p50": None, "p95": None, "p99": None}
    assert all("week before: unknown" in tile.note for tile in weeks.section(quiet, "latency").tiles[:3])


def quantile(week: Weeks, part: float) -> float:
    return recorded.quantile(part, {bound: week.grown(f'{BUCKETS}{{le="{bound}"}}') for bound in planted.BUCKETS})


def test_latency(week: Weeks, told: model.Report) -> None:
    (found,) = weeks.figures(told, "latency")["services"]
    for name, part in (("p50", 0.5), ("p95", 0.95), ("p99", 0.99)):
        assert found["now"][name] == pytest.approx(quantile(week, part), rel=NEARLY)
    within = 100 * week.grown(f'{BUCKETS}{{le="1.0"}}') / week.grown(f'{BUCKETS}{{le="+Inf"}}')
    assert found["within"] == pytest.approx(within, rel=NEARLY)


@pytest.mark.parametrize("key", ["availability", "latency"])
def test_days_of_the_charts(prometheus: str, bad: model.Report, key: str) -> None:
    (chart,) = weeks.section(bad, key).charts
    ends = range(END - 13 * DAY, END + 1, DAY)
    for value, end in zip(chart.lines[0].values, ends, strict=True):
        day = Weeks(prometheus, end)
        day.begin = end - DAY
        if key == "latency":
            assert value == pytest.approx(quantile(day, 0.95), rel=NEARLY)
        else:
            assert value == pytest.approx(100 - 100 * day.grown(ERRORS) / day.grown(ANSWERS), abs=0.01)
    assert (chart.days[0], chart.days[-1]) == ("11-15", "11-28")


def test_alerts(week: Weeks, told: model.Report) -> None:
    found = {one["name"]: one for one in weeks.figures(told, "alerts")["alerts"]}
    assert set(found) == ({"HealthCheckFailing", "HostDisk"} if week.end == END else set())
    for name, one in found.items():
        minutes = week.there(f'ALERTS{{alertname="{name}",alertstate="firing"}}')
        began = sum(now and not before for before, now in zip([False, *minutes], minutes, strict=False))
        assert (one["minutes"], one["times"], one["now"]) == (sum(minutes), began, 0)
    assert [one["name"] for one in weeks.figures(told, "alerts")["alerts"]] == sorted(found, key=lambda name: -found[name]["minutes"])


def test_drift(week: Weeks, told: model.Report) -> None:
    found = weeks.figures(told, "drift")
    by_host = {
        host: week.above_zero_minutes(f'echodiary_gitops_app_out_of_sync_resources{{dest_server="{host}"}}') for host in ("app1", "app2")
    }
    assert {one["host"]: one["minutes"] for one in found["where"]} == {host: minutes for host, minutes in by_host.items() if minutes}
    origins = {one: week.above_zero_minutes(f'echodiary_gitops_drift_resources{{origin="{one}"}}') for one in ("corrective", "pending")}
    assert found["origins"] == {origin: minutes for origin, minutes in origins.items() if minutes}
    assert found["healed"] == week.grown('echodiary_gitops_app_sync_total{phase="Succeeded"}')
    assert found["heal_failed"] == week.grown('echodiary_gitops_app_sync_total{phase="Failed"}')
    assert (found["now"], found["age"]) == (0, week.end - week.last("echodiary_gitops_last_success_timestamp_seconds"))


def test_backups(week: Weeks, told: model.Report) -> None:
    (found,) = weeks.figures(told, "backups")["backups"]
    assert found["age"] == week.end - week.last("echodiary_backup_last_success_timestamp_seconds")
    assert found["test_age"] == week.end - week.last("echodiary_restore_test_last_success_timestamp_seconds")
    assert found["test_seconds"] == sum(week.last(f'echodiary_restore_test_seconds{{phase="{one}"}}') for one in ("fetch", "restore"))
    assert (found["job"], found["host"], found["allowed"], found["test_ok"]) == ("database", "app1", 26 * 3600, True)


def test_growth(week: Weeks, told: model.Report) -> None:
    found = {one["host"]: one for one in weeks.figures(told, "growth")["disks"]}
    assert set(found) == {"app1", "app2"}, "and nothing that is no disk"
    for host, one in found.items():
        assert one["used"] == pytest.approx(week.last(f'instance_device:disk_used:percent{{instance="{host}"}}'))
        rise, left = week.slope(f'node_filesystem_avail_bytes{{instance="{host}",device="/dev/vda1"}}')
        if rise > -1:
            assert (one["days"], one["a_day"]) == (None, None)
        else:
            assert one["days"] == pytest.approx(left / -rise / DAY, rel=1e-6)
            assert one["a_day"] == pytest.approx(-rise * DAY, rel=1e-6)
    size = 'pg_database_size_bytes{datname="shop"}'
    (database,) = weeks.figures(told, "growth")["databases"]
    assert database["size"] == week.last(size)
    if week.end == END:
        assert database["grown"] == week.last(size) - Weeks(week.url, END - WEEK).last(size)


def test_slow_queries(week: Weeks, told: model.Report) -> None:
    for one in weeks.figures(told, "slow")["queries"]:
        by = f'{{queryid="{one["query"]}"}}'
        calls = week.grown(f"pg_stat_statements_calls_total{by}")
        assert one["calls"] == pytest.approx(calls, rel=NEARLY)
        assert one["mean"] == pytest.approx(week.grown(f"pg_stat_statements_seconds_total{by}") / calls, rel=NEARLY)
    assert [one["query"] for one in weeks.figures(told, "slow")["queries"]] == ["111", "222"]


def test_certificates(week: Weeks, told: model.Report) -> None:
    (found,) = weeks.figures(told, "certificates")["certificates"]
    after, before = (week.last(f"edge_certificate_not_{edge}_timestamp_seconds") for edge in ("after", "before"))
    assert found["left"] == after - week.end
    assert found["share"] == pytest.approx(100 * (after - week.end) / (after - before))


def test_a_quiet_week_has_nothing_to_do(quiet: model.Report) -> None:
    assert (quiet.headline, quiet.todos, quiet.notes) == ("nothing to do", [], [])
    assert {one.key: one.state for one in quiet.sections if one.state not in ("good", "absent")} == {}


def test_a_bad_week_is_told_with_what_to_do(bad: model.Report) -> None:
    """Outage, deploys, disk, query: each with the command that comes next, users' troubles first."""
    said = [(todo.text, todo.command) for todo in bad.todos]
    wanted = {
        "for 20 min no probe": "incident.diagnose",
        "/dev/vda1 is full in 5.0 days": "incident.disk_full",
        "3 of 5 deploys": "history",
        "answered 98.00 % within 1 s": "load",
        "query 111 of shop takes 1.50 s": "queryid = 111",
        "HealthCheckFailing (critical)": "history",
    }
    for text, command in wanted.items():
        (found,) = [one for one in said if text in one[0]]
        assert command in found[1]
    assert len(said) == len(wanted)
    assert [todo.urgent for todo in bad.todos] == sorted((todo.urgent for todo in bad.todos), reverse=True)
    assert len(slack.text(bad, "")) <= slack.LONGEST


def test_deploys_of_the_bad_week(bad: model.Report) -> None:
    found = weeks.figures(bad, "deploys")["shop"]
    assert {name: found[name] for name in ("deploys", "succeeded", "failed", "taken_back", "partial", "deploys_before")} == {
        "deploys": 5, "succeeded": 2, "failed": 1, "taken_back": 1, "partial": 1, "deploys_before": 1,
    }  # fmt: skip
    assert sorted(found["lead"]) == [3600, 3 * 3600]
    assert {one["id"]: one["restored_seconds"] for one in found["failures"]} == {"three": 95.0, "five": 12 * 60}


def test_a_prometheus_that_is_away_costs_its_sections_and_no_other(bad: model.Report) -> None:
    """And nothing that is not known is called good, or 0."""
    answers = weeks.ask("http://127.0.0.1:9", END)
    found = compose.report(weeks.plan(END), weeks.known(answers, END))
    states = {one.key: one.state for one in found.sections}
    assert {key for key, state in states.items() if state == "unknown"} == {
        "availability", "latency", "drift", "alerts", "backups", "growth", "slow", "certificates",
    }  # fmt: skip
    assert weeks.figures(found, "deploys") == weeks.figures(bad, "deploys")
    assert all("does not answer" in one.said for one in found.unknown)
    assert "0" not in "".join(tile.value for one in found.unknown for tile in one.tiles)


def test_by_ansible(tmp_path: Path, prometheus: str, bad: model.Report) -> None:
    """The modules as the playbook calls them: one call to the host of Prometheus, the history from its file."""
    history = tmp_path / "history.jsonl"
    history.write_text("".join(f"{json.dumps(one)}\n" for one in reversed(weeks.HISTORY)))
    looked = tmp_path / "security.json"
    looked.write_text(json.dumps(weeks.security(END)))
    played = local_play.play(tmp_path, tasks(prometheus, history, looked, tmp_path / "out"))
    assert played.code == 0, played.output
    made = played.task["Write it"]
    where = tmp_path / "out/production/2026-11-29"
    assert made["page"] == str(where / kept.PAGE)
    assert {path.name: oct(path.stat().st_mode & 0o777) for path in where.iterdir()} == dict.fromkeys(kept.texts(bad), "0o600")
    written = json.loads((where / kept.DOCUMENT).read_text())
    for one in bad.sections:
        if one.key != "deploys":
            assert written["sections"][one.key]["figures"] == json.loads(json.dumps(dict(one.figures)))
    assert written["sections"]["deploys"]["figures"]["shop"]["taken_back"] == 1
    assert "nothing is written" not in made["text"] and made["text"].startswith("Week of production until 2026-11-29: 6 things to do")


def tasks(url: str, history: Path, looked: Path, out: Path) -> list[local_play.Task]:
    plan: Any = weeks.plan(END)
    return [
        {"name": "Ask", "echodiary.infra.report_ask": {"plan": plan, "url": url}, "register": "heard"},
        {
            "name": "History", "echodiary.infra.release_history": {"component": "shop", "path": str(history), "last": 1000},
            "loop": plan["services"], "register": "read",
        },
        {
            "name": "Write it",
            "echodiary.infra.report": {
                "plan": plan, "asked": "{{ heard.asked }}", "histories": "{{ read.results }}",
                "security": str(looked), "directory": str(out),
            },
        },
    ]  # fmt: skip
