# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

from ansible_collections.echodiary.infra.plugins.plugin_utils._fleet.command import Command
from ansible_collections.echodiary.infra.plugins.plugin_utils._fleet.summary import Totals, next_lines, total_line, unknown_lines

SITE = Command("ansible-playbook", ("site.yml",))
OPEN = ["open http://127.0.0.1:8080"]


def test_total_line() -> None:
    assert total_line(Totals(hosts=3, remote_calls=[1, 1, 1], seconds=1.8)) == ("0 changed · 3 hosts · 1 remote call each · 1.80 s")


def test_total_line_of_trouble_in_check_mode() -> None:
    totals = Totals(check=True, hosts=2, would=4, failed=["a"], unreachable=["b"], remote_calls=[1, 3], seconds=20)
    assert total_line(totals) == "4 would change · 1 failed · 1 unreachable · 2 hosts · 4 remote calls · 20.0 s"


def test_when_all_is_well_the_play_says_what_is_next() -> None:
    assert next_lines(Totals(hosts=1), SITE, OPEN) == ["next: open http://127.0.0.1:8080"]
    assert next_lines(Totals(hosts=1, check=True), SITE, OPEN) == ["next: open http://127.0.0.1:8080"]


def test_drift_is_followed_by_the_command_that_mends_it() -> None:
    totals = Totals(hosts=1, check=True, would=1)
    assert next_lines(totals, Command("ansible-playbook", ("site.yml",), "app"), OPEN) == ["next: ansible-playbook site.yml --limit app"]


def test_after_a_failure_the_command_names_the_hosts_once() -> None:
    totals = Totals(hosts=3, failed=["a"], unreachable=["a", "b"])
    assert next_lines(totals, SITE, OPEN) == ["next: mend what is said above, then ansible-playbook site.yml --limit a,b"]


def test_what_hosts_do_together_is_not_to_be_done_again_by_some() -> None:
    deploy = Command("ansible-playbook", ("playbooks/deploy.yml", "-e", "release=v2"))
    (line,) = next_lines(Totals(hosts=2, failed=["app1"], together=True), deploy, OPEN)
    assert "--limit" not in line
    assert line.endswith("ansible-playbook playbooks/deploy.yml -e release=v2")


def test_in_sync_but_sick_says_where_to_look() -> None:
    assert next_lines(Totals(hosts=1, unhealthy=["mon1: grafana (Degraded)"]), SITE, OPEN) == ["next: look at mon1: grafana (Degraded)"]


def test_no_hosts_is_said() -> None:
    assert "no host matched" in next_lines(Totals(), SITE, OPEN)[0]


def test_hosts_without_a_state_are_unknown() -> None:
    assert unknown_lines([]) == []
    assert unknown_lines(["gone"]) == ["? gone: Unknown, see above"]


def test_what_the_play_says_of_this_run_comes_before_everything() -> None:
    totals = Totals(hosts=1, failed=["a"])
    assert next_lines(totals, SITE, OPEN, ["bring it back"]) == ["next: bring it back"]
