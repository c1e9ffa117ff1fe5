# SPDX-License-Identifier: GPL-3.0-or-later
"""Secrets reach their files and their process, and nothing else."""

from __future__ import annotations

import json

import pytest

from tests.integration.converge.machine import DEMO_PASSWORD, WEB_SECRET, Machine, task

#: the arguments and environments of all processes on the host, over and over; environments of our own containers are theirs
SAMPLE = """
echo ready
while [ ! -e /run/sampled ]; do
  cat /proc/[0-9]*/cmdline 2>/dev/null | tr '\\0' ' ' | grep -oE '(hunter|fresh)22-[a-z]+'
  sleep 0.05
done | sort -u
rm -f /run/sampled
"""
NEW = {"demo_password": "fresh22-demo", "web_secret": "fresh22-web"}
ALL = (DEMO_PASSWORD, WEB_SECRET, *NEW.values())


def seen_in(text: str) -> list[str]:
    return [value for value in ALL if value in text]


def test_with_every_output_switched_on_nothing_shows(machine: Machine) -> None:
    """The files with the secrets change, the diff is asked for, and everybody looks on."""
    sampler = machine.start(SAMPLE)
    assert sampler.stdout is not None
    assert sampler.stdout.readline().strip() == "ready"
    secrets = machine.place / "secrets.json"
    secrets.write_text(json.dumps(NEW))
    for readable in (False, True):
        for words in (("--check",), ()):
            run = machine.play({}, words=(*words, "-vvv", "--diff", "-e", f"@{secrets}"), readable=readable)
            assert run.code == 0, run.output
            assert seen_in(run.output) == []
            assert "secret.env" in run.output or words == () or readable
    machine.sh("touch /run/sampled")
    assert sampler.communicate(timeout=30)[0].strip() == ""
    assert machine.sh("cat /etc/demo/secret.env /etc/web/web.env").split() == ["PASSWORD=fresh22-demo", "S=fresh22-web"]


@pytest.mark.parametrize("name", ["demo", "web"])
def test_the_record_does_not_know_them(machine: Machine, name: str) -> None:
    record = machine.sh(f"cat /var/lib/echodiary/components/{name}.json")
    assert record.startswith("{")
    assert seen_in(record) == []
    assert machine.sh("grep -rlE 'hunter22|fresh22' /var/lib/echodiary /var/cache/echodiary || true") == ""


def test_no_file_that_everybody_reads_holds_one(machine: Machine) -> None:
    files = "find / -xdev -type f -readable -size -2M -not -path '/proc/*' -not -path '/usr/share/*' -not -path '/usr/lib/*'"
    script = f"{files} -exec grep -lE 'hunter22|fresh22' {{}} + 2>/dev/null || true"
    assert machine.sh(f'su -s /bin/sh nobody -c "{script}"') == ""


def test_a_sensitive_file_is_never_open_to_others_not_even_for_a_moment(machine: Machine) -> None:
    assert machine.sh("stat -c %a /etc/demo/secret.env /etc/web/web.env").split() == ["600", "600"]
    assert machine.sh("stat -c %a /var/lib/echodiary /var/lib/echodiary/components /var/lib/echodiary/fingerprint.key").split() == [
        "700", "700", "600"]  # fmt: skip


def test_containers_of_others_do_not_know_them(machine: Machine) -> None:
    assert seen_in(machine.sh("docker inspect web-init-1")) == []
    assert DEMO_PASSWORD not in machine.sh("docker inspect $(docker ps -aq)")


def test_a_failing_validator_may_quote_a_secret_and_it_stays_hidden(machine: Machine) -> None:
    name = machine.role(
        "chatty",
        component="""
            ---
            secrets: ["{{ demo_password }}"]
            files: {/etc/chatty: {sensitive: true}}
            validate: [{command: [sh, -c, "cat {staging}/etc/chatty; exit 1"]}]
        """,
        **{"tree/etc/chatty.j2": "line one {{ demo_password }}\n"},
    )
    run = machine.play(task([name]), words=("-vvv", "--diff"))
    assert run[0].failed
    assert "line one «secret»" in run[0].msg
    assert seen_in(run.output) == []


def test_back_to_the_first_ones(machine: Machine) -> None:
    back, clean = machine.play(task(), task(check=True)).tasks["machine"]
    assert not back.failed, back.msg
    assert clean.actions == []
