# SPDX-License-Identifier: GPL-3.0-or-later
"""Drift on a real fleet, told as one story: a quiet fleet, hands on it, git moving, plans, the lease, and a watcher that heals."""

from __future__ import annotations

import json
import signal
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from gitops import exits
from tests.e2e import drill, fleet
from tests.e2e.drifting import Gitops

pytestmark = [pytest.mark.full, pytest.mark.usefixtures("converged")]


@pytest.fixture(scope="module")
def converged(fresh_fleet: None, tmp_path_factory: pytest.TempPathFactory) -> None:
    fleet.converge(tmp_path_factory.mktemp("converge"))


@pytest.fixture
def gitops(tmp_path: Path) -> Gitops:
    return Gitops(tmp_path)


class Drift(NamedTuple):
    """``do`` on ``host`` makes ``resource`` of ``component`` differ."""

    host: str
    component: str
    resource: str
    do: str


CONF = "/etc/systemd/system/haproxy.service.d/echodiary.conf"
BLACKBOX = "/etc/blackbox_exporter/blackbox.yml"


def from_another_image(project: str, service: str, compose: str) -> str:
    """Somebody runs an image of his own by the project's name."""
    container = f"$(docker ps -q --filter name={project}-{service})"
    override = f"printf 'services: {{{service}: {{image: \"by-hand:1\"}}}}' > /root/by-hand.yaml"
    start = f"docker compose -p {project} -f {compose} -f /root/by-hand.yaml up -d {service}"
    return f"docker commit {container} by-hand:1 && {override} && {start}"


SLOT = "slot=$(docker ps --format '{{.Names}}' | sed -n 's/^echodiary-\\(.*\\)-api-1$/\\1/p')"
UNDEPLOYED = from_another_image("echodiary-$slot", "api", "/opt/echodiary/echodiary/$slot/compose.yaml")
ALERTMANAGER = from_another_image("alertmanager", "alertmanager", "/opt/echodiary/alertmanager/compose.yaml")
#: the fourteen of the tests of `converge`, on the components of a fleet, and a release that nobody deployed
DRIFTS = (
    Drift("app1", "haproxy", "file:/etc/haproxy/haproxy.cfg", "echo '# by hand' >> /etc/haproxy/haproxy.cfg"),
    Drift("app1", "node_exporter", "unit:prometheus-node-exporter.service", "systemctl stop prometheus-node-exporter"),
    Drift("app1", "baseline", "user:deploy", "usermod -s /bin/sh deploy"),
    Drift("app1", "baseline", "sysctl:net.core.somaxconn", "sysctl -qw net.core.somaxconn=128"),
    Drift("app2", "haproxy", "file:/etc/haproxy/pages/503.http", "chmod 666 /etc/haproxy/pages/503.http"),
    Drift("app2", "haproxy", "stranger:/etc/haproxy/pages/stray", "touch /etc/haproxy/pages/stray"),
    Drift("app2", "haproxy", f"file:{CONF}", f"echo '# by hand' >> {CONF}"),
    Drift("mon1", "prometheus", "stranger:/etc/prometheus/rules/old.yml", "echo 'groups: []' > /etc/prometheus/rules/old.yml"),
    Drift("mon1", "postgres_exporter", "service:postgres_exporter", "docker stop -t 1 postgres-exporter-postgres_exporter-1"),
    Drift("app1", "haproxy", "file:/etc/haproxy/pages/503.http", "chown nobody /etc/haproxy/pages/503.http"),
    Drift("mon1", "blackbox_exporter", f"file:{BLACKBOX}", f"mv {BLACKBOX} /srv/moved.yml && ln -s /srv/moved.yml {BLACKBOX}"),
    Drift("app2", "node_exporter", "unit:prometheus-node-exporter.service", "systemctl disable prometheus-node-exporter"),
    Drift("mon1", "redis_exporter", "service:redis_exporter", "docker rm -f redis-exporter-redis_exporter-1"),
    Drift("mon1", "alertmanager", "service:alertmanager", ALERTMANAGER),
    Drift("mon1", "prometheus", "process:prometheus", "touch /etc/prometheus/prometheus.yml"),
    Drift("app1", "baseline", "package:unattended-upgrades", "dpkg --purge unattended-upgrades"),
    Drift("app1", "echodiary", "service:api", f"{SLOT}; {UNDEPLOYED}"),
)


def env_file(host: str) -> str:
    """The environment of the release that serves: in the slot that its container was started from."""
    label = '{{index .Config.Labels "com.docker.compose.project.config_files"}}'
    found = fleet.on(host, f"docker ps -q | xargs docker inspect -f '{label}' | grep /echodiary/echodiary/").split()
    return found[0].replace("compose.yaml", "echodiary.env")


def do(drifts: tuple[Drift, ...]) -> None:
    for drift in drifts:
        fleet.on(drift.host, drift.do)


# Looking


def checks(gitops: Gitops, number: int) -> None:
    """So many checks of a quiet fleet: none finds anything, and none leaves a trace."""
    before = {host: fleet.still(host) for host in fleet.HOSTS}
    since = int(time.time())
    for _ in range(number):
        done = gitops.run("status")
        assert done.returncode == exits.GOOD, done.stderr + done.stdout
        assert gitops.ssh_calls() == dict.fromkeys(fleet.HOSTS, 1)
    until = int(time.time()) + 1
    for host in fleet.HOSTS:
        after = fleet.still(host)
        moved = {what: sorted(before[host][what] ^ after[what])[:10] for what in after if before[host][what] != after[what]}
        assert moved == {}, host
        assert engine_events(host, since, until) == []


def engine_events(host: str, since: int, until: int) -> list[str]:
    """What Docker was asked to do. Containers' own health checks go on all the time."""
    said = fleet.on(host, f"docker events --since {since} --until {until} --format '{{{{.Type}}}} {{{{.Action}}}}'")
    return [line for line in said.splitlines() if not line.startswith(("container exec_", "container health_status"))]


def test_checks_of_a_quiet_fleet_find_nothing_in_one_call_per_host_and_leave_no_trace(gitops: Gitops) -> None:
    checks(gitops, 3)


@pytest.mark.full
def test_fifty_checks_of_a_quiet_fleet(gitops: Gitops) -> None:
    checks(gitops, 50)


def test_every_hand_on_the_fleet_is_found_with_its_origin_and_a_plan_puts_exactly_that_right(gitops: Gitops) -> None:
    do(DRIFTS)
    secret = f"file:{env_file('app2')}"
    fleet.on("app2", f"echo '# by hand' >> {env_file('app2')}")
    done = gitops.run("plan")
    assert done.returncode in (exits.DEGRADED, exits.OUT_OF_SYNC), done.stderr
    found = gitops.found()
    wanted = {(drift.host, drift.component, drift.resource) for drift in DRIFTS} | {("app2", "echodiary", secret)}
    assert wanted <= found.keys()
    # what is to be restarted or rolled because of them follows; no other file, package or setting is named
    follows = {key[2].partition(":")[0] for key in found.keys() - wanted}
    assert follows <= {"process", "unit", "service", "slot", "traffic"}
    assert set(found.values()) == {"corrective"}
    made = json.loads(done.stdout)
    assert {(host, name) for host, names in made["targets"].items() for name in names} == {(one[0], one[1]) for one in wanted}
    synced = gitops.run("sync", "--plan", made["id"], "--reason", "end-to-end test")
    assert synced.returncode == exits.GOOD, synced.stderr + synced.stdout
    assert gitops.found() == {}
    assert json.loads(gitops.run("history").stdout)[-1]["plan"] == made["id"]


def test_the_report_says_who_may_have_been_it_and_no_secret(gitops: Gitops) -> None:
    path = env_file("app2")
    fleet.on("app2", f"echo '# by hand' >> {path}")
    gitops.run("status")
    (resource,) = (
        found
        for host in gitops.report()["hosts"]
        for component in host["components"]
        for found in component["resources"]
        if found["resource"] == f"file:{path}"
    )
    assert resource["host"]["owner"] == "root"
    assert resource["host"]["modified"] >= resource["since"][:10]
    assert resource["diff"] == ""
    written = "".join(path.read_text() for path in (gitops.place / "reports/local").iterdir() if path.is_file())
    assert not [name for name, value in fleet.secrets().items() if value in written]
    assert gitops.run("sync").returncode == exits.GOOD


def test_git_moved_and_git_and_host_moved(gitops: Gitops) -> None:
    gitops.with_variables("app", haproxy_timeout_client="61s")
    fleet.on("app2", "echo '# by hand' >> /etc/haproxy/haproxy.cfg")
    gitops.run("status")
    found = gitops.found()
    key = "file:/etc/haproxy/haproxy.cfg"
    assert (found["app1", "haproxy", key], found["app2", "haproxy", key]) == ("pending", "conflict")
    gitops.inventory = fleet.INVENTORY
    assert gitops.run("sync").returncode == exits.GOOD


def test_a_secret_that_was_rotated_in_the_store_only(gitops: Gitops) -> None:
    script = (
        "import boto3,json,sys; c=boto3.client('secretsmanager',endpoint_url=sys.argv[1],region_name='ap-northeast-2',"
        "aws_access_key_id='lab',aws_secret_access_key='lab'); i='echodiary/local/app'; o=c.get_secret_value(SecretId=i)['SecretString'];"
        "d=json.loads(o); d['database_password']=sys.argv[2] or d['database_password']; print(o); "
        "c.put_secret_value(SecretId=i,SecretString=sys.argv[3] or json.dumps(d))"
    )
    url = f"http://{fleet.SUBNET}.6:5000"

    def ask(new: str, whole: str) -> str:
        command = [sys.executable, "-c", script, url, new, whole]
        return subprocess.run(command, capture_output=True, text=True, check=True, timeout=60).stdout.strip()

    before = ask("rotated-just-now", "")
    try:
        gitops.run("status")
    finally:
        ask("", before)
    found = {key: origin for key, origin in gitops.found().items() if key[2].startswith("file:")}
    assert found == {(host, "echodiary", f"file:{env_file(host)}"): "pending" for host in ("app1", "app2")}
    assert "rotated-just-now" not in json.dumps(gitops.report())


def test_a_schema_changed_by_hand(gitops: Gitops) -> None:
    fleet.sql("alter table entries add column by_hand text")
    try:
        done = gitops.run("status", "--schema")
    finally:
        fleet.sql("alter table entries drop column by_hand")
    assert done.returncode == exits.OUT_OF_SYNC, done.stderr + done.stdout
    assert gitops.found() == {("app1", "schema", "schema:entries.by_hand"): "corrective"}
    assert gitops.run("status", "--schema").returncode == exits.GOOD


def test_a_host_that_is_gone_is_unknown_and_the_others_are_judged(gitops: Gitops) -> None:
    subprocess.run(["docker", "pause", f"{fleet.NAME}-app2"], check=True, capture_output=True)
    try:
        done = gitops.run("status")
    finally:
        subprocess.run(["docker", "unpause", f"{fleet.NAME}-app2"], check=True, capture_output=True)
    assert done.returncode == exits.UNKNOWN
    states = {host["name"]: host["sync"] for host in gitops.report()["hosts"]}
    assert states == {"app1": "Synced", "app2": "Unknown", "mon1": "Synced"}


# Acting


def test_a_sync_waits_for_nobody_and_leaves_the_lease_as_it_was(gitops: Gitops) -> None:
    lease = ["ansible", "app1", "-i", str(fleet.INVENTORY), "-b", "-m", "echodiary.infra.deploy_lock", "-a"]
    assert fleet._run([*lease, '{"reason": "a deploy", "owner": "bob"}'], {}).returncode == 0
    try:
        do(DRIFTS[:1])
        blocked = gitops.run("sync")
    finally:
        fleet._run([*lease, '{"state": "released", "force": true, "reason": "test"}'], {})
    assert blocked.returncode == exits.BLOCKED
    assert "bob" in blocked.stderr
    assert gitops.run("status").returncode == exits.OUT_OF_SYNC
    assert gitops.run("sync").returncode == exits.GOOD
    assert "released" in fleet._run([*lease, '{"state": "read"}'], {}).stdout


def test_an_interrupted_sync_gives_its_lease_back(gitops: Gitops) -> None:
    do(DRIFTS[:1])
    process = gitops.start("sync")
    until(lambda: drill.lease() is not None, 60)
    process.send_signal(signal.SIGINT)
    _, errors = process.communicate(timeout=60)
    assert process.returncode != exits.GOOD
    assert "interrupted" in errors
    assert drill.lease() is None
    assert gitops.run("sync").returncode == exits.GOOD


def test_a_host_that_stops_answering_in_the_middle_of_a_sync_holds_up_nobody_for_good(gitops: Gitops) -> None:
    do((DRIFTS[0], DRIFTS[4]))
    process = gitops.start("sync")
    until(lambda: drill.lease() is not None, 60)
    subprocess.run(["docker", "pause", f"{fleet.NAME}-app2"], check=True, capture_output=True)
    try:
        _, errors = process.communicate(timeout=200)
        assert process.returncode == exits.UNKNOWN, errors
        assert "app2" in errors
        assert drill.lease() is None
    finally:
        subprocess.run(["docker", "unpause", f"{fleet.NAME}-app2"], check=True, capture_output=True)
    assert {host["name"]: host["sync"] for host in gitops.report()["hosts"]}["app1"] == "Synced"
    assert gitops.run("sync").returncode == exits.GOOD


def test_a_watcher_heals_what_a_hand_did(gitops: Gitops) -> None:
    do(DRIFTS[:2])
    done = gitops.run("watch", "--once")
    assert done.returncode == exits.GOOD, done.stderr
    assert "healed: file /etc/haproxy/haproxy.cfg" in done.stderr
    text = (gitops.place / "reports/local/drift.prom").read_text()
    assert 'echodiary_gitops_app_sync_total{namespace="local",phase="Succeeded",dry_run="false"} 1' in text


@pytest.fixture
def watching(tmp_path: Path) -> Iterator[tuple[Gitops, list[str]]]:
    """A watcher that runs until the test is over, and what it said."""
    gitops = Gitops(tmp_path, interval=1, jitter=0)
    options = ["-i", str(gitops.inventory), "--environment", "local", "--policy", str(gitops.policy)]
    options += ["--state", str(tmp_path / "state"), "--reports", str(tmp_path / "reports")]
    command = [sys.executable, "-u", "-m", "gitops", *options, "watch"]
    process = subprocess.Popen(command, cwd=fleet.ROOT, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True)
    said: list[str] = []
    threading.Thread(target=lambda: said.extend(iter(process.stderr.readline, "")), daemon=True).start()  # type: ignore[union-attr]
    yield gitops, said
    process.terminate()
    process.wait(60)


def until(good: Callable[[], bool], seconds: float) -> float:
    began = time.monotonic()
    while not good():
        assert time.monotonic() - began < seconds, f"not within {seconds} s"
        time.sleep(0.2)
    return time.monotonic() - began


@pytest.mark.full
def test_time_to_heal(watching: tuple[Gitops, list[str]], record_property: Any) -> None:
    """Rounds one second apart: what is measured is what a round costs, not the pause between two."""
    took = []
    for drift in (DRIFTS[0], DRIFTS[1], DRIFTS[4], DRIFTS[5], DRIFTS[3]):
        told = len(watching[1])
        do((drift,))
        took.append(until(lambda told=told: any("healed" in line for line in watching[1][told:]), 120))
    record_property("median_seconds", round(statistics.median(took), 1))
    record_property("worst_seconds", round(max(took), 1))
    assert max(took) < 60


@pytest.mark.full
def test_the_breaker_trips_on_a_job_that_fights_back(watching: tuple[Gitops, list[str]]) -> None:
    unit = "systemd-run --unit=fight --on-active=1 --on-unit-active=1 sh -c 'grep -q fight /etc/haproxy/pages/503.http || "
    fleet.on("app1", unit + "echo fight >> /etc/haproxy/pages/503.http'")
    try:
        until(lambda: any("Flapping" in line for line in watching[1]), 240)
        heals = sum("healed" in line for line in watching[1])
        time.sleep(15)
        assert sum("healed" in line for line in watching[1]) == heals <= 3
    finally:
        fleet.on("app1", "systemctl stop fight.timer")
        fleet.on("app1", "sed -i /fight/d /etc/haproxy/pages/503.http")
