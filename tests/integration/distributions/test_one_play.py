# SPDX-License-Identifier: GPL-3.0-or-later
"""Debian 12 and Debian 13 in one play: predicted on fresh hosts, converged, in sync, and what cannot be there is refused."""

from __future__ import annotations

import pytest
import yaml

from tests.integration.converge.machine import Task
from tests.integration.distributions.conftest import COMPONENTS, Machine, Story, converge
from tests.unit.distributions import packages

pytestmark = pytest.mark.full

HOSTS = {"machine": "debian-12", "newer": "debian-13"}
AMAZON = 'ID="amzn"\nVERSION_ID="2023"\nPRETTY_NAME="Amazon Linux 2023.6.20241212"\n'
#: who and what; the status, and what is said
ASK = (
    'python3 -c \'import http.client as h, sys; c = h.HTTPConnection(sys.argv[1]); c.request("GET", sys.argv[2]); '
    "a = c.getresponse(); print(a.status, a.read().decode())'"
)


def names(task: Task, kind: str) -> set[str]:
    return {one["resource"].partition(":")[2] for one in task.changes if one["resource"].startswith(f"{kind}:")}


@pytest.mark.parametrize("host", HOSTS)
def test_a_check_of_a_fresh_host_predicts_what_is_its_own(story: Story, host: str) -> None:
    predicted, done = story.run.tasks[host]
    assert not predicted.failed, predicted.msg
    assert not done.failed, done.msg
    assert names(predicted, "package") >= {"haproxy", "chrony", "prometheus-node-exporter", "tree"}
    assert ("libaio1" in names(predicted, "package")) is (host == "machine")
    assert ("libaio1t64" in names(predicted, "package")) is (host == "newer")
    assert {"/etc/default/ticker" if host == "machine" else "/etc/ticker/words"} <= names(done, "file")
    assert names(predicted, "file") == names(done, "file")


def test_a_check_changes_nothing(story: Story) -> None:
    assert story.after_check == story.before


@pytest.mark.parametrize("host", HOSTS)
def test_afterwards_nothing_changes_and_all_is_in_sync_in_one_call_each(story: Story, host: str) -> None:
    again, checked = story.quiet.tasks[host]
    for task in (again, checked):
        assert (task.failed, task.changes, task.result["remote_calls"]) == (False, [], 1), task.msg
        assert (task.result["sync"], task.result["health"]) == ("Synced", "Healthy")
    assert list(again.components) == COMPONENTS
    assert story.quiet.calls <= 2 * 2 + 2, "a call for each host and task, and the connections themselves"


def test_what_arrived_is_what_each_of_them_has(pair: Machine, story: Story) -> None:
    ask = "systemctl start ticker.service; cat /run/ticker.words; ls /etc/ticker/words /etc/default/ticker 2>/dev/null"
    assert pair.sh(ask, check=False) == "tick\n/etc/default/ticker"
    assert pair.on_newer(f"{ask}; true") == "tick\n/etc/ticker/words"
    assert "version 2.6" in pair.sh("haproxy -v")
    assert "version 3.0" in pair.on_newer("haproxy -v")
    key_exchanges = "sshd -T | grep ^kexalgorithms"
    assert "mlkem768x25519-sha256" in pair.on_newer(key_exchanges)
    assert pair.sh(key_exchanges) == "kexalgorithms sntrup761x25519-sha512@openssh.com"
    metrics = (
        "python3 -c \"import urllib.request as u; print(u.urlopen('http://127.0.0.1:9100/metrics').read().decode())\" | grep ^node_exporter"
    )
    assert "node_exporter_build_info" in pair.sh(metrics)


def test_the_edge_of_2_6_is_told_and_remembers(pair: Machine, story: Story) -> None:
    """By the module, over a reload: 2.6 has no file that may be missing, so it is there from the first."""
    out = {"action": {"echodiary.infra.edge": {"traffic": "leaving", "drain": 0}}, "vars": converge()["vars"]}
    told = pair.play(out, {"action": {"ansible.builtin.command": "systemctl reload haproxy"}}, converge(check=True), out)
    assert [told[number].failed for number in range(4)] == [False] * 4, told.output
    assert told[0].result["changed"], told.output
    assert told[2].changes == [], "what it was told is no difference"
    assert not told[3].result["changed"]
    assert pair.on_newer(f"{ASK} {pair.login['address']} /health").startswith("503 ")
    back = pair.play({"action": {"echodiary.infra.edge": {"traffic": "in"}}})[0]
    assert back.result["changed"]


@pytest.mark.parametrize("check", [True, False])
def test_docker_on_debian_12_is_refused_with_what_it_needs(pair: Machine, story: Story, check: bool) -> None:
    before = pair.footprint()
    refused = pair.one(["ticker", "docker"], check=check)
    assert refused.failed
    assert all(
        word in refused.msg for word in ("Debian GNU/Linux 12 (bookworm)", "docker: its own Compose is version 1", "docker_repository")
    )
    nowhere = pair.one(["docker"], check=check, docker_repository="https://docker.invalid/linux")
    assert nowhere.failed
    place = "https://docker.invalid/linux/debian/dists/bookworm/InRelease"
    assert all(word in nowhere.msg for word in ("repository docker cannot be had from this host", place, "mirror"))
    assert pair.footprint() == before


@pytest.mark.parametrize("check", [True, False])
def test_amazon_linux_is_refused_beside_the_other_one(pair: Machine, story: Story, check: bool) -> None:
    pair.sh(f"rm /etc/os-release; printf '%s' '{AMAZON}' > /etc/os-release")
    try:
        before = pair.footprint()
        run = pair.both(converge(check=check))
        assert pair.footprint() == before
    finally:
        pair.sh("ln -sf ../usr/lib/os-release /etc/os-release")
    assert run[0].failed
    assert all(word in run[0].msg for word in ("Amazon Linux 2023.6.20241212", "debian 12, debian 13", "image of Debian 13"))
    assert (run.tasks["newer"][0].failed, run.tasks["newer"][0].changes) == (False, [])


@pytest.mark.parametrize("host", HOSTS)
def test_the_archive_has_what_is_recorded_of_it(pair: Machine, story: Story, host: str) -> None:
    """Names; versions move with every point release."""
    recorded = sorted(packages.recorded(HOSTS[host]))
    ask = f"for name in {' '.join(recorded)}; do apt-cache show --no-all-versions $name 2>/dev/null | sed -n 's/^Package: //p'; done"
    found = (pair.sh if host == "machine" else pair.on_newer)(ask)
    assert found.splitlines() == recorded
    assert yaml.safe_load((packages.RECORDED / f"{HOSTS[host]}.yml").read_text())["source"].startswith("Debian")
