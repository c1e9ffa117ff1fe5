# SPDX-License-Identifier: GPL-3.0-or-later
"""The command over real ansible-runner and ansible-playbook: every exit code, plans that bind, and bad input on one line."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from gitops import exits
from tests.integration.gitops.checkout import Checkout

GONE = {"ansible_connection": "ssh", "ansible_host": "127.0.0.1", "ansible_port": 1}
DRIFT = {"drift": "file:/etc/web"}


@pytest.fixture
def checkout(tmp_path: Path) -> Checkout:
    return Checkout(tmp_path)


# One exit code per answer


def test_0_in_sync_and_healthy(checkout: Checkout) -> None:
    done = checkout.gitops("status")
    assert done.returncode == exits.GOOD, done.stderr
    assert done.stdout.startswith("test: Synced Healthy · 3 hosts · commit ")
    assert done.stderr == ""


def test_1_error(checkout: Checkout) -> None:
    done = checkout.gitops("status", "--limit", "nobody")
    assert done.returncode == exits.ERROR
    assert one_line(done.stderr)
    assert "nobody" in done.stderr


def test_1_a_host_with_the_accounts_name(checkout: Checkout) -> None:
    checkout.be(app1={"web": DRIFT}, aws={"web": DRIFT})
    done = checkout.gitops("sync", "--limit", "app1")
    assert (done.returncode, one_line(done.stderr)) == (exits.ERROR, True)
    assert "another name" in done.stderr
    assert not (checkout.world.parent / "asked").exists()
    assert checkout.applied() == []


def test_2_out_of_sync(checkout: Checkout) -> None:
    checkout.be(app1={"web": DRIFT, "edge": {}})
    done = checkout.gitops("status")
    assert done.returncode == exits.OUT_OF_SYNC
    assert re.search(r"^app1 +web +update file /etc/web +new +changed on the host; owner ann", done.stdout, re.MULTILINE)


def test_3_degraded(checkout: Checkout) -> None:
    checkout.be(app1={"web": {"health": "Degraded"}, "edge": DRIFT})
    assert checkout.gitops("status").returncode == exits.DEGRADED


def test_4_unknown_when_a_host_cannot_be_reached(checkout: Checkout) -> None:
    checkout.inventory(app2=GONE)
    done = checkout.gitops("-o", "json", "status")
    assert done.returncode == exits.UNKNOWN
    hosts = {host["name"]: (host["sync"], host["reached"]) for host in json.loads(done.stdout)["hosts"]}
    assert hosts == {"app1": ("Synced", True), "app2": ("Unknown", False), "mon1": ("Synced", True)}


def test_5_rolled_back(checkout: Checkout) -> None:
    checkout.be(app1={"web": {**DRIFT, "apply": "taken_back"}})
    done = checkout.gitops("sync")
    assert done.returncode == exits.ROLLED_BACK
    assert "app1/web: no health after 60 s" in done.stderr
    assert "rolled back" in checkout.gitops("history").stdout


def test_6_blocked_by_the_lease(checkout: Checkout) -> None:
    checkout.be(held=True, app1={"web": DRIFT})
    done = checkout.gitops("sync")
    assert done.returncode == exits.BLOCKED
    assert "held by bob" in done.stderr
    assert checkout.applied() == []


def test_6_blocked_by_a_window_or_a_pause(checkout: Checkout) -> None:
    checkout.be(app1={"web": DRIFT})
    checkout.gitops("pause", "--for", "1h", "--reason", "looking", "--component", "web")
    done = checkout.gitops("sync")
    assert (done.returncode, checkout.applied()) == (exits.BLOCKED, [])
    assert "left as it is: app1 web: paused until" in done.stderr
    checkout.gitops("resume", "--component", "web")
    checkout.policy(windows=[{"kind": "deny", "schedule": "* * * * *", "duration": "1h", "reason": "freeze"}])
    done = checkout.gitops("sync")
    assert (done.returncode, checkout.applied()) == (exits.BLOCKED, [])
    assert "freeze" in done.stderr


def test_every_code_has_a_meaning_and_the_table_in_the_documents_says_the_same(checkout: Checkout) -> None:
    said = checkout.gitops("--help").stdout
    table = (Path(__file__).parents[3] / "docs/drift.md").read_text(encoding="utf-8")
    for code, meaning in exits.MEANINGS.items():
        assert f"{code} {meaning}" in " ".join(said.split())
        assert f"| {code} | {meaning}" in table


# Doing


def test_sync_touches_only_what_is_out_of_sync(checkout: Checkout) -> None:
    checkout.be(app1={"web": DRIFT, "edge": {}}, app2={"web": {}}, mon1={"prometheus": DRIFT})
    done = checkout.gitops("sync", "--reason", "a try")
    assert done.returncode == exits.GOOD, done.stderr + done.stdout
    assert sorted(checkout.applied()) == ["app1/web", "mon1/prometheus"]
    entry = json.loads(checkout.gitops("-o", "json", "history").stdout)[-1]
    assert (entry["outcome"], entry["targets"]) == ("done", {"app1": ["web"], "mon1": ["prometheus"]})
    assert (entry["reason"], entry["desired"][:40]) == ("a try", checkout.git("rev-parse", "HEAD").strip())


def test_sync_of_one_component_leaves_the_others(checkout: Checkout) -> None:
    checkout.be(app1={"web": DRIFT, "edge": DRIFT}, app2={"web": DRIFT})
    done = checkout.gitops("sync", "--limit", "app1", "--component", "edge")
    assert (done.returncode, checkout.applied()) == (exits.GOOD, ["app1/edge"])


def plan_of(checkout: Checkout) -> str:
    return str(json.loads(checkout.gitops("-o", "json", "plan").stdout)["id"])


def test_a_plan_that_is_still_true_is_carried_out(checkout: Checkout) -> None:
    checkout.be(app1={"web": DRIFT})
    identifier = plan_of(checkout)
    assert plan_of(checkout) == identifier
    assert checkout.gitops("sync", "--plan", identifier).returncode == exits.GOOD
    assert checkout.applied() == ["app1/web"]


def test_a_plan_is_refused_when_either_side_moved(checkout: Checkout) -> None:
    checkout.be(app1={"web": DRIFT}, app2={"web": {}})
    identifier = plan_of(checkout)
    checkout.be(app1={"web": DRIFT}, app2={"web": {"drift": "file:/etc/other"}})
    live = checkout.gitops("sync", "--plan", identifier)
    assert (live.returncode, "live state moved: app2/web" in live.stderr) == (exits.BLOCKED, True)
    checkout.be(app1={"web": DRIFT}, app2={"web": {}})
    (checkout.root / "playbooks/x.txt").write_text("not committed")
    local = checkout.gitops("sync", "--plan", identifier)
    assert (local.returncode, "git moved from" in local.stderr) == (exits.BLOCKED, True)
    checkout.commit("more")
    assert "git moved from" in checkout.gitops("sync", "--plan", identifier).stderr
    assert checkout.applied() == []


def test_wait_ends_when_it_is_well_and_at_its_deadline(checkout: Checkout) -> None:
    assert checkout.gitops("wait", "--timeout", "30s").returncode == exits.GOOD
    checkout.be(app1={"web": {"health": "Progressing"}})
    assert checkout.gitops("wait", "--timeout", "1s", "--sync").returncode == exits.GOOD
    assert checkout.gitops("wait", "--timeout", "1s").returncode == exits.DEGRADED


def test_markdown_is_for_a_pull_request(checkout: Checkout) -> None:
    checkout.be(app1={"web": DRIFT})
    done = checkout.gitops("-o", "markdown", "plan")
    assert done.stdout.startswith("### Plan: 🟡 test: OutOfSync Healthy")
    assert "| app1 | web | `file /etc/web` |" in done.stdout


def test_the_outputs_lie_ready(checkout: Checkout) -> None:
    checkout.gitops("status")
    names = {path.name for path in (checkout.root / ".drift/test").iterdir()}
    assert {"report.json", "index.html", "report.md", "badge.svg", "drift.prom"} <= names


# Bad input


def one_line(text: str) -> bool:
    return text.startswith("gitops: ") and text.count("\n") == 1


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["pause", "--until", "2020-01-01", "--reason", "x"], "would have ended already, at 2020-01-01T00:00:00Z"),
        (["pause", "--for", "soon", "--reason", "x"], "'soon' is no span of time"),
        (["pause", "--for", "90d", "--reason", "x"], "within 30 days"),
        (["pause", "--for", "1h", "--reason", " "], "needs a reason"),
        (["resume"], "no pause of * * is active"),
        (["sync", "--plan", "../../etc"], "is no plan's id"),
        (["sync", "--plan", "0123456789ab"], "there is no plan 0123456789ab"),
        (["status", "--component", "wbe"], "no host has a component wbe (there are: edge, prometheus, web)"),
        (["--policy", "nowhere.yml", "history"], "nowhere.yml does not exist"),
        (["--state", "/proc/nowhere", "pause", "--for", "1h", "--reason", "x"], "name another directory with --state"),
        (["--reports", "/proc/nowhere", "status"], "name another directory"),
    ],
)
def test_bad_input_is_one_clear_line(checkout: Checkout, words: list[str], said: str) -> None:
    done = checkout.gitops(*words)
    assert done.returncode == exits.ERROR
    assert said in done.stderr
    assert one_line(done.stderr), done.stderr


def test_a_broken_and_a_missing_inventory(checkout: Checkout) -> None:
    (checkout.world.with_name("inventory") / "hosts.json").write_text("all: {hosts: {app1: [}}")
    broken = checkout.gitops("status")
    assert broken.returncode == exits.ERROR
    assert one_line(broken.stderr), broken.stderr
    assert "hosts.json" in broken.stderr
    missing = checkout.gitops("-i", "inventories/nowhere", "status")
    assert (missing.returncode, "does not exist" in missing.stderr) == (exits.ERROR, True)


def test_an_expired_rule_is_said_and_does_nothing(checkout: Checkout) -> None:
    checkout.be(app1={"web": DRIFT})
    checkout.policy(ignore=[{"resource": "file:/etc/web", "reason": "a try", "until": "2026-01-01"}])
    done = checkout.gitops("status")
    assert done.returncode == exits.OUT_OF_SYNC
    assert "the ignore rule for file:/etc/web (a try) ended at 2026-01-01T00:00:00Z" in done.stdout
    checkout.policy(ignore=[{"resource": "file:/etc/web", "reason": "a try", "until": "2099-01-01"}])
    assert checkout.gitops("status").returncode == exits.GOOD
