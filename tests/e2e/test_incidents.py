# SPDX-License-Identifier: GPL-3.0-or-later
"""The incident playbooks against what they are for: the cause is real, before and after are looked at, a preview changes nothing."""

from __future__ import annotations

import io
import json
import re
import subprocess
import tarfile
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import boto3
import pytest

from tests.e2e import drill, fleet

pytestmark = [pytest.mark.e2e, pytest.mark.usefixtures("converged")]

RATE = 50.0
CONFIRMED = {"confirm": "local"}


@pytest.fixture(scope="module")
def converged(fresh_fleet: None, tmp_path_factory: pytest.TempPathFactory) -> None:
    fleet.converge(tmp_path_factory.mktemp("converge"))


def incident(name: str, *words: str, **variables: Any) -> drill.Ran:
    return drill.run(f"incident/{name}", *words, **variables)


def plain(ran: drill.Ran) -> str:
    return " ".join(ran.output.split())


def ask(host: str, path: str, accept: str = "application/json") -> tuple[int, str]:
    """Status and body, or 0 where nobody answers in time."""
    request = urllib.request.Request(f"http://{fleet.address(host)}{path}", headers={"Accept": accept})
    try:
        with urllib.request.urlopen(request, timeout=5) as response:
            return response.status, response.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()
    except OSError:
        return 0, ""


def by_itself(host: str, path: str) -> int:
    program = f"import urllib.request as u; print(u.urlopen('http://127.0.0.1{path}', timeout=5).status)"
    return int(fleet.on(host, f'python3 -c "{program}" 2>/dev/null || echo 0'))


def until(true: Callable[[], bool], seconds: float = 30) -> None:
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end
        time.sleep(0.2)


class Balancer:
    """What stands in front of the hosts elsewhere: asks each for its health, and sends requests to those that are well."""

    def __init__(self) -> None:
        self.served: list[str] = []
        self.failed: list[tuple[str, int]] = []
        self._well: set[str] = set()
        self._over = threading.Event()
        self._threads = [threading.Thread(target=work) for work in (self._watch, self._send)]

    def __enter__(self) -> Balancer:
        self._look()
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        for thread in self._threads:
            thread.join()

    def _look(self) -> None:
        self._well = {host for host in drill.APPS if ask(host, "/health")[0] == 200}

    def _watch(self) -> None:
        while not self._over.wait(0.5):
            self._look()

    def _send(self) -> None:
        while not self._over.wait(0.02):
            for host in sorted(self._well):
                status = ask(host, "/entries?limit=1")[0]
                self.served.append(host)
                if status != 200:
                    self.failed.append((host, status))


def records() -> list[dict[str, Any]]:
    return [entry for entry in drill.history("app2") if entry["kind"] == "incident"]


# -- freeze -------------------------------------------------------------------------------------------------------------


def test_a_freeze_refuses_deploys_until_it_ends() -> None:
    frozen = {"freeze_until": "2999-01-01", "reason": "holidays"}
    preview = incident("freeze", "--check", **frozen)
    assert preview.code == 0 and "Would do: let no deploy" in plain(preview), preview.output
    with drill.channel() as channel:
        ran = incident("freeze", **frozen, deploy_webhook_url=channel.url)
    assert ran.code == 0, ran.output
    assert channel.events() == ["started", "succeeded"]
    assert records()[-1]["release"] == "freeze local"
    try:
        refused = drill.run("deploy")
        assert refused.code != 0 and "holidays" in refused.output, refused.output
        again = incident("freeze", **frozen)
        assert again.code == 0 and "next: nothing; it is frozen" in plain(again), again.output
    finally:
        thawed = incident("unfreeze", reason="back")
    assert thawed.code == 0, thawed.output
    assert "nothing is frozen" in plain(incident("unfreeze", reason="back"))
    nonsense = incident("freeze", freeze_until="tomorrow", reason="x")
    assert nonsense.code == 2 and "'tomorrow' is neither a date" in plain(nonsense), nonsense.output


# -- in and out of traffic ----------------------------------------------------------------------------------------------


def test_an_isolated_host_loses_no_request_and_returns_when_it_is_well(tmp_path: Path) -> None:
    preview = incident("isolate-host", "--check", host="app1")
    assert preview.code == 0 and "take app1 out of traffic" in plain(preview), preview.output
    assert ask("app1", "/health")[0] == 200
    with Balancer() as sent:
        until(lambda: {"app1", "app2"} <= set(sent.served))
        ran = incident("isolate-host", host="app1", reason="slow disk")
        time.sleep(1)
        assert ran.code == 0, ran.output
        assert sent.failed == []
        assert set(sent.served[-10:]) == {"app2"}
        assert (ask("app1", "/health")[0], ask("app1", "/entries")[0], by_itself("app1", "/entries")) == (503, 503, 200)
        fleet.on("app1", "systemctl restart haproxy")
        until(lambda: ask("app1", "/health")[0] == 503)
        check = fleet.play("--check", tmp=tmp_path)
        assert all(check.hosts[host]["sync"] == "Synced" for host in drill.APPS), check.output
        assert "next: nothing; app1 is out of traffic" in plain(incident("isolate-host", host="app1"))
        last = incident("isolate-host", host="app2")
        assert last.code == 2 and "app2 is the last host" in plain(last), last.output

        (container,) = drill.running_containers("app1")
        fleet.on("app1", f"docker stop {container}")
        sick = incident("return-host", host="app1", incident_return_deadline=5)
        assert sick.code == 2 and "app1 stays out of traffic" in plain(sick), sick.output
        fleet.on("app1", f"docker start {container}")
        ran = incident("return-host", host="app1")
        assert ran.code == 0, ran.output
        until(lambda: "app1" in sent.served[-10:])
    assert sent.failed == []
    assert [(entry["release"], entry["outcome"]) for entry in records()[-3:]] == [
        ("isolate-host app1", "succeeded"),
        ("return-host app1", "failed"),
        ("return-host app1", "succeeded"),
    ]
    assert drill.lease() is None


@pytest.mark.parametrize(("name", "words"), [("isolate-host", {"host": "app9"}), ("disk-full", {})])
def test_a_host_that_is_none_is_refused(name: str, words: dict[str, str]) -> None:
    ran = incident(name, **words)
    assert ran.code == 2 and "app1, app2" in plain(ran), ran.output


@pytest.mark.full
def test_maintenance_tells_everybody_and_lets_them_in_again() -> None:
    message = 'We "move" <now> | 100 %.'
    before = [ask(host, "/entries?limit=1") for host in drill.APPS]
    preview = incident("maintenance", "--check", message=message)
    assert preview.code == 0 and "503" in plain(preview), preview.output
    for name in ({}, {"confirm": "production"}):
        refused = incident("maintenance", message=message, **name)
        assert refused.code == 2 and "Nothing was touched" in plain(refused) and "-e confirm=local" in plain(refused), refused.output
    assert [ask(host, "/entries?limit=1") for host in drill.APPS] == before
    try:
        ran = incident("maintenance", message=message, **CONFIRMED)
        assert ran.code == 0, ran.output
        for host in drill.APPS:
            status, body = ask(host, "/entries?limit=1")
            assert (status, json.loads(body)) == (503, {"detail": message})
            status, page = ask(host, "/", accept="text/html")
            assert status == 503 and "We &quot;move&quot; &lt;now&gt; &#124; 100 &#37;." in page
            assert (ask(host, "/health")[0], by_itself(host, "/entries")) == (200, 200)
        assert "next: nothing;" in plain(incident("maintenance", message=message, **CONFIRMED))
    finally:
        ran = incident("maintenance", state="off")
    assert ran.code == 0, ran.output
    assert [status for status, _ in (ask(host, "/entries?limit=1") for host in drill.APPS)] == [200, 200]


@pytest.mark.full
def test_a_paused_host_is_unreachable_and_is_restarted_from_outside() -> None:
    container = f"{fleet.NAME}-app2"
    subprocess.run(["docker", "pause", container], check=True, capture_output=True)
    try:
        ran = incident("isolate-host", host="app2")
        assert ran.code == 4 and "unreachable" in ran.output, ran.output
        preview = incident("restart-host", "--check", host="app2")
        assert preview.code == 0 and "it does not answer ssh" in plain(preview), preview.output
        assert _state(container) == "paused"
        refused = incident("restart-host", host="app2")
        assert refused.code == 2 and "-e confirm=app2" in plain(refused), refused.output
        assert _state(container) == "paused"
        ran = incident("restart-host", host="app2", confirm="app2")
    finally:
        subprocess.run(["docker", "unpause", container], check=False, capture_output=True)
    assert ran.code == 0, ran.output
    assert ask("app2", "/entries?limit=1")[0] == 200


@pytest.mark.full
def test_a_host_that_answers_is_restarted_without_a_lost_request() -> None:
    began = fleet.on("app1", "systemctl show -P UserspaceTimestampMonotonic; cat /proc/1/stat | cut -d' ' -f22")
    with Balancer() as sent:
        ran = incident("restart-host", host="app1", confirm="app1")
        assert ran.code == 0, ran.output
        until(lambda: "app1" in sent.served[-10:])
    assert sent.failed == []
    assert fleet.on("app1", "systemctl show -P UserspaceTimestampMonotonic; cat /proc/1/stat | cut -d' ' -f22") != began


def _state(container: str) -> str:
    done = subprocess.run(["docker", "inspect", "-f", "{{.State.Status}}", container], check=True, capture_output=True, text=True)
    return done.stdout.strip()


# -- the database -------------------------------------------------------------------------------------------------------


def secrets() -> dict[str, str]:
    found: dict[str, str] = json.loads(_store().get_secret_value(SecretId="echodiary/local/app")["SecretString"])
    return found


def _store() -> Any:
    session = boto3.Session("lab", "lab", region_name="ap-northeast-2")
    return session.client("secretsmanager", endpoint_url=f"http://{fleet.SUBNET}.6:5000")


def login(user: str, password: str, query: str = "SELECT 1") -> subprocess.CompletedProcess[str]:
    command = ["docker", "exec", "-e", f"PGPASSWORD={password}", f"{fleet.NAME}-postgres", "psql", "-XAt", "-h", f"{fleet.SUBNET}.3"]
    return subprocess.run([*command, "-U", user, "-d", "echodiary", "-c", query], capture_output=True, text=True, timeout=60, check=False)


@contextmanager
def session(name: str, *statements: str) -> Iterator[subprocess.Popen[str]]:
    """A psql that has said these and then keeps its connection."""
    known = secrets()
    command = ["docker", "exec", "-i", "-e", f"PGPASSWORD={known['database_password']}", "-e", f"PGAPPNAME={name}"]
    command += [f"{fleet.NAME}-postgres", "psql", "-X", "-h", f"{fleet.SUBNET}.3"]
    process = subprocess.Popen(
        [*command, "-U", known.get("database_user", "echodiary"), "-d", "echodiary"],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    assert process.stdin
    process.stdin.write("".join(f"{statement};\n" for statement in statements))
    process.stdin.flush()
    try:
        yield process
    finally:
        fleet.sql(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = '{name}'")
        process.kill()
        process.wait()


def sessions(name: str, more: str = "true") -> int:
    return int(fleet.sql(f"SELECT count(*) FROM pg_stat_activity WHERE application_name = '{name}' AND {more}"))


HOARD = """
import os, time, psycopg
url, held = os.environ["DATABASE_URL"].replace("+psycopg", ""), []
for _ in range(300):
    try:
        held.append(psycopg.connect(url, application_name="hoarder"))
    except psycopg.OperationalError:
        time.sleep(0.1)
time.sleep(600)
"""


@pytest.mark.full
def test_idle_connections_that_keep_everybody_out_are_ended() -> None:
    (container,) = drill.running_containers("app1")
    fleet.on("app1", f"docker exec -d {container} python -c '{HOARD}'")
    known = secrets()
    try:
        until(lambda: login(known.get("database_user", "echodiary"), known["database_password"]).returncode != 0, 90)
        held = sessions("hoarder")
        assert held > 100
        time.sleep(3)
        preview = incident("db-connections", "--check", idle=2, application="^hoarder")
        assert preview.code == 0 and f"end {sessions('hoarder')} sessions" in plain(preview), preview.output
        refused = incident("db-connections", idle=2, application="^hoarder")
        assert refused.code == 2 and "-e confirm=local" in plain(refused), refused.output
        assert sessions("hoarder") >= held
        ran = incident("db-connections", idle=2, application="^hoarder", **CONFIRMED)
        assert ran.code == 0, ran.output
        until(lambda: sessions("hoarder") == 0)
    finally:
        fleet.on("app1", f"docker exec {container} pkill -f hoarder || true")
    assert login(known.get("database_user", "echodiary"), known["database_password"]).returncode == 0
    assert ask("app1", "/entries?limit=1")[0] == 200
    nothing = incident("db-connections", idle=2, application="^hoarder", **CONFIRMED)
    assert nothing.code == 0 and "nothing; no session has been idle" in plain(nothing), nothing.output


@pytest.mark.full
def test_the_head_of_a_lock_queue_is_ended_and_the_queue_goes_on() -> None:
    with (
        session("holder", "BEGIN", "LOCK TABLE entries IN ROW EXCLUSIVE MODE"),
        session(
            "alterer",
            "SELECT pg_sleep(1)",
            "ALTER TABLE entries ALTER COLUMN title SET STATISTICS 100",
            "ALTER TABLE entries ADD CHECK (true)",
        ),
    ):
        until(lambda: sessions("alterer", "wait_event_type = 'Lock'") == 1)
        until(lambda: ask("app1", "/entries?limit=1")[0] != 200)
        preview = incident("db-locks", "--check", waiting=1)
        assert preview.code == 0 and "holder" in plain(preview), preview.output
        assert sessions("holder") == 1
        refused = incident("db-locks", waiting=1, confirm="staging")
        assert refused.code == 2 and sessions("holder") == 1, refused.output
        ran = incident("db-locks", waiting=1, **CONFIRMED)
        assert ran.code == 0, ran.output
        assert sessions("holder") == 0
        until(lambda: ask("app1", "/entries?limit=1")[0] == 200)
        until(lambda: sessions("alterer", "wait_event_type = 'Lock'") == 0)
    fleet.sql("ALTER TABLE entries DROP CONSTRAINT IF EXISTS entries_check")
    nothing = incident("db-locks", **CONFIRMED)
    assert nothing.code == 0 and "nothing; nobody has waited" in plain(nothing), nothing.output


@pytest.mark.full
def test_a_migration_at_the_head_of_a_queue_is_left_alone() -> None:
    with (
        session("echodiary-migrate/9", "BEGIN", "LOCK TABLE entries IN ACCESS EXCLUSIVE MODE"),
        session("waiter", "SELECT pg_sleep(1)", "SELECT count(*) FROM entries"),
    ):
        until(lambda: sessions("waiter", "wait_event_type = 'Lock'") == 1)
        time.sleep(2)
        ran = incident("db-locks", waiting=1, **CONFIRMED)
        assert ran.code == 0 and "has to end by itself" in plain(ran), ran.output
        assert sessions("echodiary-migrate/9") == 1


# -- the host -----------------------------------------------------------------------------------------------------------


def _percent(host: str, mount: str) -> int:
    return int(fleet.on(host, f"df --output=pcent {mount} | tail -n 1").strip().rstrip("%"))


@pytest.mark.full
def test_a_full_disk_gets_room_and_a_rollback_keeps_its_images() -> None:
    mount = "/var/log/old"
    fleet.on("app1", f"mkdir -p {mount} && mount -t tmpfs -o size=40m tmpfs {mount}")
    fleet.on("app1", f"head -c 39500000 /dev/zero > {mount}/service.log.1 && touch -d '30 days ago' {mount}/service.log.1")
    fleet.on("app1", f"echo now > {mount}/service.log")
    fleet.on("app1", "tar -C /etc -c hostname | docker import - stray:1 >/dev/null")
    kept = fleet.on("app1", "docker images --filter reference='echodiary.kept/*' --format '{{.ID}}' | sort")
    containers = fleet.on("app1", "docker ps -aq | sort")
    try:
        assert _percent("app1", mount) >= 95
        preview = incident("disk-full", "--check", host="app1")
        assert preview.code == 0 and "service.log.1" in plain(preview) and "image stray:1" in plain(preview), preview.output
        refused = incident("disk-full", host="app1", confirm="app2")
        assert refused.code == 2 and "Nothing was touched" in plain(refused), refused.output
        assert _percent("app1", mount) >= 95
        ran = incident("disk-full", host="app1", confirm="app1")
        assert ran.code == 0, ran.output
        assert _percent("app1", mount) < 5
        assert fleet.on("app1", f"ls {mount}").split() == ["service.log"]
        assert fleet.on("app1", "docker images -q stray").strip() == ""
        assert kept and fleet.on("app1", "docker images --filter reference='echodiary.kept/*' --format '{{.ID}}' | sort") == kept
        assert fleet.on("app1", "docker ps -aq | sort") == containers
        assert "nothing may go" in plain(incident("disk-full", host="app1", confirm="app1"))
    finally:
        fleet.on("app1", f"umount {mount}; rmdir {mount}; docker rmi stray:1 2>/dev/null || true")
    assert drill.lease() is None


PLANTED = ("planted-in-environment", "planted-in-a-log", "planted-on-a-command-line", "planted-in-a-query", "planted-in-a-url")


@pytest.mark.full
def test_a_bundle_tells_all_but_secrets(tmp_path: Path) -> None:
    variables = {"incidents_directory": str(tmp_path)}
    image = fleet.on("app1", "docker images -q echodiary.kept/echodiary | head -n 1").strip()
    fleet.on("app1", f"docker run -d --name planted -e SERVICE_TOKEN={PLANTED[0]} --entrypoint sleep {image} 300")
    fleet.on("app1", f"logger 'connecting with password={PLANTED[1]}'; logger 'redis://user:{PLANTED[4]}@cache:6379/0'")
    fleet.on("app1", f"systemd-run --unit planted sleep 300; systemd-run --unit planted2 sh -c 'sleep 300; : --password {PLANTED[2]}'")
    fleet.on("mon1", "systemctl reset-failed; systemd-run --unit broken false")
    try:
        with session("asker", f"SELECT pg_sleep(120), '{PLANTED[3]}' AS password"):
            preview = incident("diagnose", "--check", **variables)
            assert preview.code == 0 and list(tmp_path.iterdir()) == [], preview.output
            ran = incident("diagnose", **variables)
    finally:
        fleet.on("app1", "docker rm -f planted; systemctl stop planted planted2")
        fleet.on("mon1", "systemctl reset-failed")
    assert ran.code == 0, ran.output
    (taken,) = tmp_path.iterdir()
    texts = {"summary.md": (taken / "summary.md").read_text(), "output": ran.output}
    for archive in taken.glob("*.tar.gz"):
        assert archive.stat().st_mode & 0o777 == 0o600
        with tarfile.open(archive) as tar:
            texts.update({member.name: _read(tar, member) for member in tar.getmembers()})
    assert {f"{host}/units/all.txt" for host in fleet.HOSTS} <= set(texts)
    assert "asker" in texts["app1/postgresql/sessions.txt"] and "planted" in texts["app1/containers/list.txt"]
    assert "unit broken.service has failed" in texts["summary.md"]
    unwanted = [*PLANTED, *(value for name, value in secrets().items() if not name.endswith("_user"))]
    assert [(name, value) for name, text in texts.items() for value in unwanted if value in text] == []


def _read(tar: tarfile.TarFile, member: tarfile.TarInfo) -> str:
    found = tar.extractfile(member)
    return io.TextIOWrapper(found, encoding="utf-8").read() if found else ""


@pytest.mark.full
def test_a_bundle_is_made_of_the_hosts_that_answer(tmp_path: Path) -> None:
    container = f"{fleet.NAME}-app2"
    subprocess.run(["docker", "pause", container], check=True, capture_output=True)
    try:
        ran = incident("diagnose", incidents_directory=str(tmp_path))
    finally:
        subprocess.run(["docker", "unpause", container], check=True, capture_output=True)
    assert ran.code == 4, ran.output
    (taken,) = tmp_path.iterdir()
    assert sorted(path.name for path in taken.iterdir()) == ["app1.tar.gz", "mon1.tar.gz", "summary.md"]
    assert "does not answer" in (taken / "summary.md").read_text()


# -- workers and passwords ----------------------------------------------------------------------------------------------


def _workers(host: str) -> str:
    (container,) = drill.running_containers(host)
    return fleet.on(host, f"docker exec {container} printenv WEB_CONCURRENCY").strip()


@pytest.mark.full
def test_workers_are_scaled_and_stay_so(tmp_path: Path) -> None:
    pin = fleet.INVENTORY / "group_vars/all/workers_lab.yml"
    preview = incident("scale-workers", "--check", workers=3)
    assert preview.code == 0 and "2 -> 3 workers" in plain(preview), preview.output
    assert not pin.exists() and [_workers(host) for host in drill.APPS] == ["2", "2"]
    try:
        with drill.traffic(RATE) as found:
            ran = incident("scale-workers", workers=3)
        assert ran.code == 0, ran.output
        drill.nothing_lost(found)
        assert [_workers(host) for host in drill.APPS] == ["3", "3"]
        check = fleet.play("--check", tmp=tmp_path)
        assert all(check.hosts[host]["sync"] == "Synced" for host in drill.APPS), check.output
        assert "nothing; every host has 3" in plain(incident("scale-workers", workers=3))
        refused = incident("scale-workers", workers=40)
        assert refused.code == 2 and "max_connections" in plain(refused), refused.output
        assert incident("scale-workers", workers="many").code == 2
    finally:
        pin.unlink(missing_ok=True)
        fleet.play("--limit", "app", tmp=tmp_path)
    assert [_workers(host) for host in drill.APPS] == ["2", "2"]


@pytest.mark.full
def test_a_password_is_rotated_under_load_and_the_old_one_opens_nothing() -> None:
    for turn in ("echodiary_app_clone", "echodiary_app"):
        before = secrets()
        user = before.get("database_user", "echodiary")
        preview = incident("rotate-secret", "--check")
        assert preview.code == 0 and f"give login {turn} a new password" in plain(preview), preview.output
        refused = incident("rotate-secret", confirm="production")
        assert refused.code == 2 and secrets() == before, refused.output
        with fleet.ProcessList() as processes, drill.traffic(RATE) as found:
            ran = incident("rotate-secret", **CONFIRMED)
        assert ran.code == 0, ran.output
        drill.nothing_lost(found)
        after = secrets()
        assert after["database_user"] == turn and after["database_password"] != before["database_password"]
        assert {name: value for name, value in after.items() if name not in ("database_user", "database_password")} == {
            name: value for name, value in before.items() if name not in ("database_user", "database_password")
        }
        assert login(turn, after["database_password"], "SELECT count(*) >= 0 FROM entries").stdout.strip() == "t"
        assert login(user, before["database_password"]).returncode != 0
        roles = fleet.sql("SELECT DISTINCT usename FROM pg_stat_activity WHERE application_name LIKE 'echodiary-api%'")
        assert roles == turn
        for host in drill.APPS:
            environments = fleet.on(host, "cat /opt/echodiary/echodiary/*/echodiary.env")
            assert environments.count(after["database_password"]) == 2 and before["database_password"] not in environments
            assert fleet.readable_by_nobody(host, after["database_password"]) == []
        assert after["database_password"] not in ran.output and before["database_password"] not in ran.output
        assert not any(after["database_password"] in line for line in processes.lines)
    assert [entry["outcome"] for entry in records() if entry["release"].startswith("rotate-secret")] == ["succeeded", "succeeded"]
    assert drill.lease() is None


@pytest.mark.full
def test_a_rotation_that_broke_off_is_finished_by_the_next_one() -> None:
    before = secrets()["database_user"]
    process = drill.start("incident/rotate-secret", **CONFIRMED, deploy_lease_ttl=5)
    assert process.stdout
    for line in process.stdout:
        if re.match(r" *[\d.]+ s  canary", line):
            break
    process.kill()
    process.wait()
    user = secrets()["database_user"]
    assert user != before, "the store names the new login, and not every host uses it yet"
    assert [ask(host, "/entries?limit=1")[0] for host in drill.APPS] == [200, 200]
    ran = incident("rotate-secret", **CONFIRMED, deploy_lease_wait=60)
    assert ran.code == 0 and "finish the rotation that began" in plain(ran), ran.output
    assert secrets()["database_user"] == user
    assert fleet.sql("SELECT DISTINCT usename FROM pg_stat_activity WHERE application_name LIKE 'echodiary-api%'") == user
