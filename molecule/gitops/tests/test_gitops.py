# SPDX-License-Identifier: GPL-3.0-or-later
"""The timer, who may read what, and a round of the service with a repository that only says that it was asked."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from testinfra.host import Host

#: A repository of two programs: one notes that tools were asked for, the other stands where they would be.
UPSTREAM = r"""
set -e
rm -rf /srv/upstream.git /root/seed
mkdir -p /root/seed/.ci
cd /root/seed
printf '#!/bin/sh\nmkdir -p .venv/bin\ncp round .venv/bin/python\ncp week .venv/bin/ansible-playbook\n' > .ci/setup
printf '#!/bin/sh\necho "$@" > ../said\nid -un >> ../said\ncat /etc/shadow >> ../said 2>&1 || true\n' > round
printf 'mkdir -p "$HOME/reports/local" && echo "x 1" > "$HOME/reports/local/drift.prom"\nexit 2\n' >> round
printf '#!/bin/sh\nsaid="$PWD $*"\nmkdir -p "$HOME/reports/weeks"\ncd "$HOME/reports/weeks"\necho "$said" > said\nid -un >> said\n' > week
chmod +x .ci/setup round week
git init -q -b main . && git add -A && git -c user.name=a -c user.email=a@b commit -q -m one
git clone -q --bare . /srv/upstream.git
chown -R gitops: /srv/upstream.git
"""
TEXTFILES = "/var/lib/node_exporter/textfile"


def test_the_timer_runs_and_comes_back_after_a_reboot(host: Host) -> None:
    timer = host.service("gitops.timer")
    assert timer.is_running
    assert timer.is_enabled


def test_keys_are_the_watchers_alone(host: Host) -> None:
    with host.sudo():
        for name in ("hosts_key", "git_key", "notify_url"):
            found = host.file(f"/etc/echodiary/gitops/{name}")
            assert (found.user, found.mode) == ("gitops", 0o600)
        assert host.run("runuser -u nobody -- cat /etc/echodiary/gitops/hosts_key").rc != 0
        assert host.run("runuser -u gitops -- sudo -n true").rc != 0


def test_no_secret_in_what_the_run_said(records: list[dict[str, Any]]) -> None:
    assert records
    assert "not-a-real-key" not in str(records)
    assert "a-secret-path" not in str(records)


def test_a_round_clones_runs_unprivileged_and_publishes_its_metrics(host: Host) -> None:
    with host.sudo():
        host.check_output(UPSTREAM)
        host.check_output(f"mkdir -p {TEXTFILES}")
        host.check_output("rm -rf /srv/gitops/checkout")
        started = host.run("systemctl start gitops.service")
        assert started.rc == 0, host.run("journalctl -u gitops -n 30 --no-pager").stdout
        said = host.check_output("cat /srv/gitops/said")
        assert (
            "-m gitops -i inventories/local --environment local --state /srv/gitops/state --reports /srv/gitops/reports watch --once"
            in said
        )
        assert "\ngitops\n" in said
        assert "Permission denied" in said
        assert host.file(f"{TEXTFILES}/echodiary_gitops.prom").mode == 0o644
        assert host.check_output(f"cat {TEXTFILES}/echodiary_gitops.prom") == "x 1"


def test_the_week_is_told_by_the_watchers_checkout_and_by_nobody_who_may_more(host: Host) -> None:
    timer = host.service("gitops-report.timer")
    assert timer.is_running
    assert timer.is_enabled
    with host.sudo():
        started = host.run("systemctl start gitops-report.service")
        assert started.rc == 0, host.run("journalctl -u gitops-report -n 30 --no-pager").stdout
        where = (
            "-e report_directory=/srv/gitops/reports/weeks -e report_drift=/srv/gitops/reports/local/report.json"
            " -e report_heals=/srv/gitops/state/local/history.jsonl"
        )
        asked = f"/srv/gitops/checkout playbooks/report.yml -i inventories/local {where} -e report_notify=true"
        assert host.check_output("cat /srv/gitops/reports/weeks/said").splitlines() == [asked, "gitops"]


def test_its_command_by_hand_is_the_watchers_own(host: Host) -> None:
    with host.sudo():
        host.run("gitops history --last 3")
        said = host.check_output("cat /srv/gitops/said")
        assert "--state /srv/gitops/state --reports /srv/gitops/reports history --last 3" in said
        assert "\ngitops\n" in said


def test_it_goes_on_while_the_repository_is_away(host: Host) -> None:
    with host.sudo():
        host.check_output("mv /srv/upstream.git /srv/away.git")
        started = host.run("systemctl start gitops.service")
        host.check_output("mv /srv/away.git /srv/upstream.git")
        assert started.rc == 0
        assert "the code stays at" in host.check_output("journalctl -u gitops -n 20 --no-pager -o cat")


def test_a_link_in_the_reports_leads_nowhere(host: Host) -> None:
    """What the account of the watcher leaves there is copied by root: it must not be able to point at what root may read."""
    with host.sudo():
        host.check_output("runuser -u gitops -- ln -sf /etc/shadow /srv/gitops/reports/local/evil.prom")
        host.check_output(f"/usr/local/lib/echodiary/gitops-publish /srv/gitops/reports/local/evil.prom {TEXTFILES}")
        assert "root:" not in host.check_output(f"cat {TEXTFILES}/echodiary_gitops.prom")


def test_unsigned_commits_do_not_become_code_where_signers_are_named(host: Host, converge: Callable[..., Any]) -> None:
    assert not converge(gitops_allowed_signers="ann@example.org ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGk")["failed"]
    with host.sudo():
        before = host.check_output("git -c safe.directory='*' -C /srv/gitops/checkout rev-parse HEAD")
        host.check_output(
            "chown -R root: /srv/upstream.git && cd /root/seed && git -c user.name=a -c user.email=a@b commit -q --allow-empty -m two && "
            "git push -q /srv/upstream.git main && chown -R gitops: /srv/upstream.git"
        )
        assert host.run("systemctl start gitops.service").rc == 0
        assert host.check_output("git -c safe.directory='*' -C /srv/gitops/checkout rev-parse HEAD") == before
