# SPDX-License-Identifier: GPL-3.0-or-later
"""What a host and its containers say is found where logs are kept: whole, once, with who said it, and without secrets."""

from __future__ import annotations

import json
import re
import subprocess

import pytest
from ansible_collections.echodiary.infra.plugins.plugin_utils._account import watching

from tests.integration.logs.machine import SHELL, Machine, eventually

SLOT = {
    "com.docker.compose.project": "echodiary-blue",
    "com.docker.compose.project.working_dir": "/opt/echodiary/echodiary/blue",
    "org.opencontainers.image.version": "v1.2.3",
}
SECRET = "hunter22x"
#: eight shapes, and what of each line is to be read afterwards
PLANTED = {
    f"connect to postgresql://echodiary:{SECRET}@10.0.0.3:5432/echodiary": "@10.0.0.3:5432/echodiary",
    f"host=10.0.0.3 password={SECRET} dbname=echodiary": "dbname=echodiary",
    f'{{"db_password": "{SECRET}", "user": "ann"}}': "ann",
    f"curl -H 'Authorization: Bearer {SECRET}'": "curl -H",
    f"AWS_SECRET_ACCESS_KEY={SECRET} aws s3 ls": "aws s3 ls",
    f"GET /entries?token={SECRET}&limit=1": "limit=1",
    f"Cookie: session={SECRET}": "Cookie",
    f"-----BEGIN PRIVATE KEY-----\\n{SECRET}\\n-----END PRIVATE KEY----- read": "read",
}
ORDINARY = [
    '오늘은 비가 왔다. "정말" 좋았다.',
    "비밀번호를 바꿨습니다",
    "basic authentication failed, the password was changed by ann",
    "C:\\temp\\x, 'single' {curly} [square] `backtick` $dollar %percent",
    "registry:5000/echodiary@sha256:0123456789abcdef",
]


def test_a_line_of_the_journal_arrives_though_nothing_else_happens(host: Machine) -> None:
    """The first test: no container has come or gone since the shipper began."""
    host.sh("su admin -c 'logger -t somebody -p user.err the-first-line'")
    (found,) = eventually(lambda: host.found('"the-first-line"'), 60)
    assert (found["component"], found["level"], found["source"]) == ("somebody", "ERROR", "journal")


def test_what_postgresql_refuses_is_an_error(host: Machine) -> None:
    host.sh("logger -t postgres -p daemon.warning '7 ann@diary ERROR:  deadlock detected'")
    host.sh("logger -t postgres -p daemon.info '8 ann@diary LOG:  ERROR: is text'")
    (found,) = eventually(lambda: host.found('"deadlock detected"', "errors"))
    assert (found["component"], found["level"]) == ("postgres", "ERROR")
    (said,) = eventually(lambda: host.found('"is text"'))
    assert said["level"] == "INFO"


def test_a_line_of_an_application_is_found_by_who_said_it(host: Machine) -> None:
    said = {"level": "ERROR", "logger": "echodiary.access", "message": "한국어, 그대로"}
    given = {"time": "x", **said, "request_id": "r-1", "status": 503, "duration_ms": 3}
    host.line(json.dumps(given, ensure_ascii=False), **SLOT)
    (found,) = eventually(lambda: host.found("request_id:r-1"))
    wanted = {"_msg": "한국어, 그대로", "host": "app1", "source": "container", "component": "echodiary", "slot": "blue",
              "release": "v1.2.3", "level": "ERROR", "logger": "echodiary.access", "status": "503", "stream": "stdout"}  # fmt: skip
    assert {name: found.get(name) for name in wanted} == wanted
    assert eventually(lambda: host.found("request_id:r-1", "errors"))[0]["_msg"] == "한국어, 그대로"
    assert host.found("request_id:r-1", "audit") == []
    # what the account counts of the copy that goes there
    counted = watching.SPEC["errors_pattern"]["default"].strip("%")
    assert re.search(counted, eventually(lambda: host.sh("grep -h r-1 /var/log/echodiary/lines/*.json", check=False)))


def test_secrets_stay_on_the_host_and_the_rest_of_the_line_does_not(host: Machine) -> None:
    for text in PLANTED:
        host.line(f"planted {text}")
    host.line(json.dumps({"level": "INFO", "message": "planted field", "token": SECRET, "sum": 7}))
    host.sh(f"logger -t planted 'planted journal password={SECRET} after'")
    found = eventually(lambda: len(seen := host.found("planted")) >= len(PLANTED) + 2 and seen)
    copied = eventually(lambda: (said := host.sh("cat /var/log/echodiary/lines/*.json")).count("planted") >= len(PLANTED) + 2 and said)
    assert SECRET not in json.dumps(found) + copied
    lines = [one["_msg"] for one in found]
    for kept in (*PLANTED.values(), "journal", "after"):
        assert any(kept in line for line in lines), (kept, lines)
    assert [one["sum"] for one in found if one["_msg"] == "planted field"] == ["7"]


def test_ordinary_text_stays_as_it_is(host: Machine) -> None:
    for number, text in enumerate(ORDINARY):
        host.line(f"ordinary{number} {text}")
    found = eventually(lambda: len(seen := host.found("ordinary*")) == len(ORDINARY) and seen)
    assert sorted(one["_msg"] for one in found) == sorted(f"ordinary{number} {text}" for number, text in enumerate(ORDINARY))


def test_a_line_that_docker_cut_is_one_again(host: Machine) -> None:
    text = "".join(f"{number:07d}" for number in range(6000))
    host.line(json.dumps({"level": "WARNING", "message": f"long {text}", "request_id": "r-long"}))
    (found,) = eventually(lambda: host.found("request_id:r-long"))
    assert found["_msg"] == f"long {text}"
    assert found["level"] == "WARNING"


def test_who_did_what_is_kept_longest(host: Machine) -> None:
    host.sh("su admin -c 'sudo -n true'")
    host.sh("""printf '{"id":"1","kind":"deploy","release":"v9","outcome":"succeeded"}\\n' >> /var/lib/echodiary/history.jsonl""")
    host.sh(
        'mkdir -p /var/lib/echodiary/lease; printf \'{"event":"acquired","by":"ann"}\\n\' >> /var/lib/echodiary/lease/deploy.journal.jsonl'
    )
    for query in ("component:sudo", '"v9" source:history', '"acquired" source:history'):
        assert eventually(lambda query=query: host.found(query, "audit")), query
    assert host.found("source:container", "audit") == []


def test_what_is_declared_is_what_is_there(host: Machine) -> None:
    assert host.converge(check=True).changes == []
    assert host.sh("systemctl is-active syslog-ng", check=False) == "inactive"


def test_who_is_gone_before_the_shipper_came_to_it_is_heard(host: Machine) -> None:
    """It is slow: a container comes, says much, its files are rotated, and it is taken away. Another lived for a moment."""
    with host.paused("echodiary-log-shipper"):
        host.say(count("slow", 1000), "--log-opt max-size=20k --log-opt max-file=20", name="gone")
        host.sh("docker wait gone")
        assert int(host.sh("ls $(dirname $(docker inspect -f '{{.LogPath}}' gone)) | grep -c json.log")) > 3
        host.sh(f"docker rm gone; docker run --rm {SHELL} /bin/sh -c 'echo moment; sleep 0.3'")
    eventually(lambda: host.number("slow*") >= 1000 and host.number("moment") == 1, 180)
    assert host.number("slow*") == host.number("slow* | uniq by (_msg)") == 1000


def test_files_are_read_to_their_end_though_others_come_and_go(host: Machine) -> None:
    """Each that comes makes the shipper read its configuration, and open all files again. One of them is killed while it speaks."""
    lines = 20000
    host.say('echo end1 whole; printf "end2 no newline"')
    host.say(count("many", lines), "--log-opt max-size=1m --log-opt max-file=20")
    for _ in range(4):
        host.sh(f"docker run --rm {SHELL} /bin/true")
    eventually(lambda: host.number("many*") >= lines, 180)
    assert host.number("many*") == host.number("many* | uniq by (_msg)") == lines
    found = eventually(lambda: len(seen := host.found("end1 or end2")) == 2 and seen)
    assert [one["_msg"] for one in found] == ["end1 whole", "end2 no newline"]


@pytest.mark.parametrize("thousands", [4, pytest.param(40, marks=pytest.mark.full)])
def test_nothing_is_lost_or_told_twice(host: Machine, thousands: int) -> None:
    """The store is away, lines come, files are rotated and a container is replaced, the shipper is killed: each line once."""
    one, two, three = (f"loss{thousands}{word}" for word in ("one", "two", "three"))
    size, lines = f"--log-opt max-size={25 * thousands}k --log-opt max-file=20", 1000 * thousands
    run = f"docker run -d --name first {size} {SHELL} /bin/sh -c"
    host.sh("docker stop logs-all-1; docker rm -f first")
    host.sh(f"{run} '{count(one, lines // 2)}' && docker wait first && docker rm first")
    host.sh(f"{run} '{count(two, lines // 4)}; sleep 6; {count(three, lines // 4)}'")
    host.sh("sleep 3; systemctl kill --signal KILL --kill-whom main echodiary-log-shipper; sleep 1; systemctl stop echodiary-log-shipper")
    # Rotated while nobody reads.
    host.sh("docker wait first; systemctl start echodiary-log-shipper; docker start logs-all-1")
    for word, wanted in ((one, lines // 2), (two, lines // 4), (three, lines // 4)):
        eventually(lambda word=word, wanted=wanted: host.number(f"{word}*") >= wanted, 180)
        assert host.number(f"{word}*") == host.number(f"{word}* | uniq by (_msg)") == wanted


@pytest.mark.full
def test_where_they_are_kept_may_be_booted_anew(host: Machine) -> None:
    """Who speaks does so before and after it; what Docker wrote down of that is the truth."""
    talk = 'id=$(cat /proc/sys/kernel/random/uuid); i=0; while :; do echo "booted $id $i"; i=$((i+1)); sleep 0.01; done'
    said = "container:talks booted*"
    host.say(talk, "--restart unless-stopped", name="talks")
    eventually(lambda: host.number(said) > 100, 60)
    subprocess.run(["docker", "restart", "-t", "20", host.container], check=True, capture_output=True, timeout=120)
    eventually(lambda: host.sh("docker inspect -f '{{.State.Running}}' talks", check=False) == "true", 60)
    host.sh("sleep 3; docker stop talks")
    wanted = int(host.sh("docker logs talks | wc -l"))
    assert host.sh("docker logs talks | cut -d' ' -f2 | sort -u | wc -l") == "2", "before and after"
    eventually(lambda: host.sh("docker ps -q --filter name=logs-all-1", check=False) and host.number(said) >= wanted, 180)
    assert host.number(said) == host.number(f"{said} | uniq by (_msg)") == wanted


def count(word: str, lines: int) -> str:
    return f'i=0; while [ $i -lt {lines} ]; do echo "{word} $i"; i=$((i+1)); done'
