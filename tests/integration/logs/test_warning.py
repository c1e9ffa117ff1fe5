# SPDX-License-Identifier: GPL-3.0-or-later
"""From a line that somebody says to the alert that Alertmanager has: with Prometheus and the role's rules beside the store."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator

import pytest

from tests import rendering
from tests.integration import lab_images
from tests.integration.logs.machine import Machine, eventually

pytestmark = pytest.mark.full

PLACE = "/run/warning"
#: bytes that a store may take here, and what each of several days says: lines of random text, which is stored as long as it is
LIMIT, A_DAY = 3_000_000, 3_000
SEND = """
import base64, datetime, json, os, sys, urllib.request
word, days, lines = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
key = base64.b64encode(b"logs:" + open("/etc/echodiary/logs/password", "rb").read()).decode()
now = datetime.datetime.now(datetime.timezone.utc)
moment = now if not days else now.replace(hour=12, minute=0) - datetime.timedelta(days=days)
said = [{"_time": moment.isoformat(), "host": "full", "component": word,
         "_msg": f"{word} {number} {base64.b64encode(os.urandom(600)).decode()}"}
        for number in range(lines)]
body = "\\n".join(map(json.dumps, said)).encode()
headers = {"Authorization": f"Basic {key}", "Content-Type": "application/stream+json"}
url = "http://127.0.0.1:9428/insert/jsonline?_stream_fields=host,component"
urllib.request.urlopen(urllib.request.Request(url, body, headers), timeout=60)
"""
PROMETHEUS = """
global: {scrape_interval: 1s, evaluation_interval: 1s}
rule_files: [RULES]
scrape_configs: [{job_name: node, metrics_path: /echodiary_logs.prom, static_configs: [{targets: ["127.0.0.1:9190"]}]}]
alerting: {alertmanagers: [{static_configs: [{targets: ["127.0.0.1:9193"]}]}]}
"""
ALERTMANAGER = "{route: {receiver: nobody}, receivers: [{name: nobody}]}"


@pytest.fixture(scope="module")
def watched(host: Machine) -> Iterator[Machine]:
    """What has to last for minutes may come at once."""
    rules = rendering.rules()["logs-logs.yml"].replace("for: 10m", "for: 0s").replace("for: 15m", "for: 0s")
    for image in ("prometheus", "alertmanager"):
        lab_images.service(image)
        saved = subprocess.run(["docker", "save", f"echodiary-lab/{image}:trixie"], capture_output=True, check=True, timeout=120).stdout
        subprocess.run(["docker", "exec", "-i", host.container, "docker", "load"], input=saved, check=True, timeout=120)
    prometheus = PROMETHEUS.replace("RULES", f"{PLACE}/rules.yml")
    for name, text in {"rules.yml": rules, "prometheus.yml": prometheus, "alertmanager.yml": ALERTMANAGER}.items():
        host.sh(f"mkdir -p {PLACE}; cat > {PLACE}/{name} <<'END-OF-FILE'\n{text}\nEND-OF-FILE")
    host.sh("systemd-run --unit warning-textfile python3 -m http.server 9190 --bind 127.0.0.1 --directory /var/lib/node_exporter/textfile")
    run(host, "alertmanager", "--storage.path=/tmp/data --web.listen-address=127.0.0.1:9193 --cluster.listen-address=")
    run(host, "prometheus", "--storage.tsdb.path=/tmp/data --web.listen-address=127.0.0.1:9191")
    try:
        yield host
    finally:
        host.sh("docker rm -f warning-prometheus warning-alertmanager; systemctl stop warning-textfile")


def run(host: Machine, name: str, options: str) -> None:
    place = f"--network host --user root -v {PLACE}:{PLACE}:ro"
    host.sh(f"docker run -d {place} --name warning-{name} echodiary-lab/{name}:trixie --config.file={PLACE}/{name}.yml {options}")


def alerts(host: Machine) -> set[tuple[str, str, str]]:
    """(alert, pattern, component) that Alertmanager has, after what is there was counted."""
    host.sh("systemctl reset-failed echodiary-logs-metrics; systemctl start echodiary-logs-metrics")
    found = json.loads(host.sh("curl -sf http://127.0.0.1:9193/api/v2/alerts"))
    return {(one["labels"]["alertname"], one["labels"].get("pattern", ""), one["labels"].get("component", "")) for one in found}


def is_watched(host: Machine) -> bool:
    asked = host.sh("curl -sf 'http://127.0.0.1:9191/api/v1/query?query=echodiary_logs_query_ok'", check=False)
    return bool(asked) and len(json.loads(asked)["data"]["result"]) > 5


def test_lines_become_alerts_and_a_quiet_host_has_none(watched: Machine) -> None:
    host = watched
    host.sh("systemctl start echodiary-logs-metrics")
    eventually(lambda: is_watched(host))
    assert alerts(host) == set()
    host.sh("logger -t database 'ERROR:  deadlock detected'; for i in 1 2 3 4; do logger -t asking 'ask: Connection refused'; done")
    for program, lines in (("trouble", 60), ("little", 40)):
        host.sh(f"for i in $(seq {lines}); do logger -t {program} -p user.err it failed; done")
    wanted = {("LogsPattern", "deadlock", "database"), ("LogsErrorSurge", "", "trouble")}
    eventually(lambda: alerts(host) >= wanted, 60)
    assert alerts(host) == wanted
    host.sh("logger -t asking 'ask: Connection refused'")
    eventually(lambda: alerts(host) == wanted | {("LogsPattern", "connection_refused", "asking")}, 60)


def test_it_is_told_of_the_host_as_the_inventory_calls_it(watched: Machine) -> None:
    """It ships under another name. A host that is down mutes what is told of it by that."""
    found = json.loads(watched.sh("curl -sf http://127.0.0.1:9193/api/v2/alerts"))
    assert {(one["labels"]["instance"], one["labels"]["source"]) for one in found} == {("machine", "app1")}


def test_the_message_leads_to_the_query(watched: Machine) -> None:
    found = json.loads(watched.sh("curl -sf http://127.0.0.1:9193/api/v2/alerts"))
    (deadlock,) = (one["annotations"] for one in found if one["labels"].get("pattern") == "deadlock")
    assert "vmui/#/?query=i%28%22deadlock%20detected%22%29%20host%3A%22app1%22%20component%3A%22database%22" in deadlock["description"]
    assert deadlock["summary"] == "database on app1 says deadlock: 1 lines in five minutes"


def test_a_store_that_is_down_says_so_itself(watched: Machine) -> None:
    watched.sh("docker stop logs-all-1")
    try:
        assert eventually(lambda: ("LogsNotArriving", "", "") in alerts(watched), 60)
    finally:
        watched.sh("docker start logs-all-1")
    eventually(lambda: ("LogsNotArriving", "", "") not in alerts(watched), 60)


def send(host: Machine, word: str, days: int, lines: int) -> None:
    host.sh(f"cat > /tmp/send <<'END-OF-FILE'\n{SEND}\nEND-OF-FILE\npython3 /tmp/send {word} {days} {lines}")


def test_a_store_at_its_limit_takes_and_tells_the_newest(watched: Machine) -> None:
    """Whole days go, the oldest first, but never the newest two: with these alone it may take more than it should, which is told."""
    host = watched
    host.converge(logs_all_max_bytes=LIMIT)
    try:
        for days in (5, 4, 3, 2, 1):
            send(host, f"day{days}", days, A_DAY)
        eventually(lambda: [host.number(f"component:day{days}") for days in (5, 4, 3, 2, 1)] == [0, 0, 0, 0, A_DAY], 120)
        assert host.number("*") > A_DAY
        host.sh("logger -t somebody said-at-the-limit")
        send(host, "today", 0, A_DAY)
        eventually(lambda: host.number("component:today") == A_DAY, 60)
        assert host.number("component:day1") == A_DAY
        assert eventually(lambda: host.found('"said-at-the-limit"'), 60)
        eventually(lambda: ("LogsDisk", "", "") in alerts(host), 60)
        send(host, "after", 0, 10)
        eventually(lambda: host.number("component:after") == 10, 60)
    finally:
        host.converge()
