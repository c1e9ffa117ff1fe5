# SPDX-License-Identifier: GPL-3.0-or-later
"""Every form of the report says the same, and nothing a host says can break out of the form it is put into."""

from __future__ import annotations

import dataclasses
import json
import re
import xml.etree.ElementTree as ET

import jsonschema
import pytest
from ansible_collections.echodiary.infra.plugins.plugin_utils._common import timestamps
from ansible_collections.echodiary.infra.plugins.plugin_utils._drift import badge, markdown, metrics, model, outputs, page, since, table
from ansible_collections.echodiary.infra.tests.unit.plugins.plugin_utils._drift import builders as build
from hypothesis import given
from hypothesis import strategies as st
from prometheus_client.parser import text_string_to_metric_families

SCHEMA = json.loads((page.ASSETS / "drift-report-1.schema.json").read_text())
AGES = [
    {"what": "backup of shop (job database)", "at": "2026-11-21T05:00:00Z", "hours": 26},
    {"what": "backup of queue", "at": "2026-11-20T05:00:00Z", "hours": 26},
    {"what": "backup of </script>|files", "at": "", "hours": 26},
]
SAVING = build.report({"app1": build.result(build.entry("backup", ages=AGES))})
REPORTS = [build.quiet(), build.drifted(), build.large(3, 4), model.Report("local", build.NOW), SAVING]


def aged(report: model.Report) -> model.Report:
    return since.aged(report, since.empty())


@pytest.mark.parametrize("report", REPORTS)
def test_the_report_is_what_its_schema_says_and_reads_back_the_same(report: model.Report) -> None:
    for one in (report, aged(report)):
        data = json.loads(json.dumps(one.as_dict()))
        jsonschema.Draft202012Validator(SCHEMA).validate(data)
        assert model.from_dict(data) == one


def test_how_old_backups_are_is_said_and_what_nobody_knows_is_not_called_fresh() -> None:
    lines = [line for line in markdown.text(SAVING).splitlines() if "backup of" in line]
    assert [line.rpartition(": ")[2] for line in lines] == ["7 h 0 min old", "31 h 0 min old, 26 h at most", "age unknown"]


def test_the_schema_refuses_what_is_no_report() -> None:
    data = build.drifted().as_dict()
    for key, value in {"version": 2, "sync": "Fine", "time": "yesterday", "hosts": None}.items():
        with pytest.raises(jsonschema.ValidationError):
            jsonschema.Draft202012Validator(SCHEMA).validate(json.loads(json.dumps({**data, key: value})))


def test_metrics_are_what_a_scraper_reads() -> None:
    families = {family.name: family for family in text_string_to_metric_families(metrics.text(aged(build.drifted())))}
    info = families["echodiary_gitops_app_info"].samples
    states = {(s.labels["dest_server"], s.labels["name"]): (s.labels["sync_status"], s.labels["health_status"]) for s in info}
    assert states[("app1", "haproxy")] == ("OutOfSync", "Healthy")
    assert states[("app1", "echodiary")] == ("Synced", "Degraded")
    argo = {"name", "namespace", "project", "dest_server", "sync_status", "health_status", "autosync_enabled"}
    assert argo <= info[0].labels.keys()
    success = families["echodiary_gitops_last_success_timestamp_seconds"].samples[0].value
    assert success == timestamps.to_wall(build.NOW)


def test_metrics_escape_what_they_quote() -> None:
    name = 'a"b\\c\nd'
    report = build.report({name: build.result(build.entry("x"))})
    found = list(text_string_to_metric_families(metrics.text(report)))
    assert {sample.labels["dest_server"] for family in found for sample in family.samples if "dest_server" in sample.labels} == {name}


def test_a_verdict_that_could_not_be_had_does_not_move_the_time_of_the_last_good_one() -> None:
    unknown = dataclasses.replace(build.quiet(), hosts=(model.Host("app1", reached=False, msg="gone"),))
    assert "last_success_timestamp" not in metrics.text(aged(unknown))
    later = since.aged(unknown, {**since.empty(), "last_verdict": "2026-11-21T11:00:00Z"})
    verdict = timestamps.to_wall("2026-11-21T11:00:00Z")
    assert f'last_success_timestamp_seconds{{namespace="staging"}} {verdict:.15g}' in metrics.text(later)


@given(st.text(max_size=60), st.text(max_size=60))
def test_no_text_breaks_out_of_any_form(one: str, other: str) -> None:
    hostile = build.change(f"file:/{one}", diff=other, why=one, fields={"content": [one, other]})
    report = aged(build.report({"app1": build.result(build.entry("a", hostile, msg=other, health="Degraded"))}))
    files = outputs.files(report)
    page = files["index.html"]
    embedded = re.search(r'<script type="application/json" id="report">(.*?)</script>', page, re.DOTALL)
    assert embedded and json.loads(embedded[1]) == json.loads(files["report.json"])
    ET.fromstring(files["badge.svg"])
    assert list(text_string_to_metric_families(files["drift.prom"]))
    assert not re.search(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]", "\n".join(table.lines(report, details=True)))


def test_the_page_asks_for_nothing_from_elsewhere() -> None:
    text = page.html(build.quiet())
    assert re.findall(r"""(?:src|href)\s*=\s*["']([^"']*)""", text) == ["data:,"]
    assert "default-src 'none'" in text


def test_markdown_cannot_be_hijacked_and_fits_a_comment() -> None:
    text = markdown.text(aged(build.drifted()))
    assert "| app1 | haproxy | `file /etc/demo` | update | new | changed on the host |" in text
    assert text.count("<details>") == 2
    evil = build.change("file:/@team|x", diff="```\n</details>", why="<b>")
    text = markdown.text(build.report({"a|b": build.result(build.entry("c", evil))}))
    assert "@team" not in text
    assert "````diff" in text
    assert len(markdown.text(build.large(200, 20, every=1))) <= 66000


def test_the_table_names_what_differs_since_when_and_who() -> None:
    report = since.aged(build.drifted(), {**since.empty(), "first": {"app1/haproxy/file:/etc/demo": "2026-11-21T11:57:00Z"}})
    lines = table.lines(report)
    row = next(line for line in lines if "file /etc/demo" in line)
    assert re.split(r"\s{2,}", row) == [
        "app1", "haproxy", "update file /etc/demo", "3 min", "changed on the host", "mode 0666 -> 0644",
    ]  # fmt: skip
    assert lines[-1].startswith("staging: OutOfSync Degraded · 2 of 4 components out of sync · 1 not healthy · 2 hosts · commit 01234567")
    assert "-</script><b>hand</b>" in "\n".join(table.lines(report, details=True))


def test_the_badge_says_the_verdict() -> None:
    assert "OutOfSync · Degraded" in badge.svg(build.drifted())
