# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

from typing import Any

from ansible_collections.echodiary.infra.plugins.plugin_utils._fleet.view import View, failure_lines, message_lines, result_lines

DRIFT = {
    "resource": "file:/etc/haproxy/haproxy.cfg",
    "action": "update",
    "origin": "corrective",
    "fields": {"mode": ["0644", "0600"]},
    "diff": "--- a\n+++ b\n@@ -1 +1 @@\n-x\n+y\n",
    "why": "content differs",
}


def component(name: str, **given: Any) -> dict[str, Any]:
    base = {"name": name, "status": "ok", "sync": "Synced", "health": "Healthy", "msg": "", "changes": []}
    return {**base, "notes": [], "seconds": {}, **given}


def result(*components: dict[str, Any], seconds: float = 0.31) -> dict[str, Any]:
    return {"components": list(components), "seconds": seconds, "remote_calls": 1, "msg": ""}


def test_a_host_in_sync_is_one_line() -> None:
    lines = result_lines("app1", result(component("baseline"), component("docker")), View(host_width=6))
    assert lines == ["app1    2 components in sync  0.31 s"]


def test_changes_first_then_the_rest_in_one_line() -> None:
    changed = component("haproxy", status="changed", changes=[DRIFT], seconds={"read": 0.2, "apply": 1.0})
    assert result_lines("app1", result(component("baseline"), changed), View()) == [
        "app1  haproxy  updated /etc/haproxy/haproxy.cfg (changed on the host)  1.20 s",
        "app1  1 other component in sync  0.31 s",
    ]


def test_check_mode_says_what_would_happen() -> None:
    pending = component("haproxy", sync="OutOfSync", changes=[DRIFT])
    assert "would update /etc/haproxy/haproxy.cfg" in result_lines("a", result(pending), View(check=True))[0]


def test_details_show_the_difference_under_its_resource() -> None:
    changed = component("haproxy", status="changed", changes=[DRIFT])
    lines = [line.strip() for line in result_lines("app1", result(changed), View(details=True))]
    assert lines[1:4] == [
        "update file:/etc/haproxy/haproxy.cfg (corrective): content differs",
        "mode: 0644 -> 0600",
        "--- a",
    ]
    assert lines[-2:] == ["-x", "+y"]
    assert len(result_lines("app1", result(changed), View())) == 1


def test_in_sync_but_not_working_is_not_quiet() -> None:
    sick = component("grafana", health="Degraded", msg="HTTP 502 from /api/health")
    assert result_lines("m", result(sick), View()) == ["m  grafana  Synced, Degraded: HTTP 502 from /api/health"]


def test_a_failure_is_shown_whole_with_its_notes() -> None:
    failed = component("prometheus", status="failed", msg="promtool: bad config\nline 3: foo", notes=["log: tail"])
    after = component("grafana", status="skipped", sync="Unknown", health="Unknown")
    lines = result_lines("mon1", result(failed, after), View(host_width=4), failed=True)
    assert lines == [
        "mon1  prometheus  failed: promtool: bad config",
        "        line 3: foo",
        "        log: tail",
        "mon1  grafana     skipped: an earlier component failed",
    ]


def test_taken_back_is_said() -> None:
    back = component("api", status="taken_back", health="Healthy", msg="never became healthy")
    assert result_lines("a", result(back), View(), failed=True) == ["a  api  taken back: never became healthy"]


def test_a_failure_before_any_component_has_its_message() -> None:
    assert result_lines("a", {"components": [], "msg": "no answer"}, View(), failed=True) == ["a  failed: no answer"]


def test_an_incomplete_result_does_not_break_the_view() -> None:
    assert result_lines("a", {"components": [{}]}, View(details=True))


def test_message_lines_indent_what_follows() -> None:
    assert message_lines("a", "failed", "one\ntwo", View(host_width=3)) == ["a    failed: one", "       two"]


def test_an_ordinary_failure_shows_what_the_program_said_once() -> None:
    data = {"msg": "broken: reason", "rc": 3, "stdout": "", "stderr": "reason", "module_stdout": "more\nlines"}
    said = "\n".join(failure_lines("a", "Do it  failed", data, View()))
    assert said.count("reason") == 1
    assert "exit code 3" in said
    assert "lines" in said


def test_a_hidden_failure_says_that_it_is_hidden() -> None:
    assert "hidden" in failure_lines("a", "Do it  failed", {"censored": "the output has been hidden"}, View())[0]
