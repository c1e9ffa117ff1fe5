# SPDX-License-Identifier: GPL-3.0-or-later
"""Without a Prometheus and without a component the page is there and claims nothing. Of a fleet: tests/e2e/test_status_page.py."""

from __future__ import annotations

from testinfra.host import Host

FETCH = "python3 -c 'import sys, urllib.request; sys.stdout.write(urllib.request.urlopen(sys.argv[1], timeout=10).read().decode())' {}"


def test_it_answers_in_both_languages_and_claims_nothing(host: Host) -> None:
    assert "Not measured at the moment" in host.check_output(FETCH.format("http://127.0.0.1:8405/en"))
    assert "현재 측정되지 않고 있습니다" in host.check_output(FETCH.format("http://127.0.0.1:8405/ko"))


def test_prometheus_hears_when_it_was_made(host: Host) -> None:
    told = host.check_output(FETCH.format("http://127.0.0.1:8405/metrics")).splitlines()
    (made,) = (line.split()[1] for line in told if line.startswith("echodiary_status_page_last_success_timestamp_seconds"))
    assert 0 <= float(host.check_output("date +%s")) - float(made) < 120


def test_nothing_else_is_handed_out(host: Host) -> None:
    assert host.run(FETCH.format("http://127.0.0.1:8405/../../etc/passwd")).rc != 0


def test_it_is_nobodys_account_that_serves_it(host: Host) -> None:
    with host.sudo():
        pid = host.check_output("systemctl show --property MainPID --value echodiary-status-page")
        assert host.check_output("stat -c %%u /proc/%s", pid) != "0"
