# SPDX-License-Identifier: GPL-3.0-or-later
"""Somebody has a shell in the application's container: what they take, gain, write and reach, tried by doing it."""

from __future__ import annotations

import json
import logging
import os
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import yaml

from tests.e2e import drill, fleet, hostile, walled
from tests.waiting import eventually

pytestmark = [pytest.mark.e2e, pytest.mark.full]

log = logging.getLogger(__name__)
NEIGHBOUR = "hostile-neighbour"
#: as many processes as it is let have, which end by themselves
BOMB = """
import os, sys, time
end, made = time.monotonic() + 6, 0
while made < 3000:
    try:
        child = os.fork()
    except OSError:
        break
    if child == 0:
        time.sleep(max(0, end - time.monotonic()))
        os._exit(0)
    made += 1
print(made, flush=True)
time.sleep(max(0, end - time.monotonic()))
"""
EATEN = "held = []\nwhile len(held) < 2000: held.append(bytearray(1 << 20))"
#: the host's own programs, a neighbour's container and the other host's edge, asked all the time
WATCHED = """
import json, sys, time, urllib.request
failed, asked = {}, 0
while time.monotonic() < float(sys.argv[1]) or not asked:
    for url in sys.argv[2:]:
        asked += 1
        try:
            urllib.request.urlopen(url, timeout=3).read()
        except OSError as error:
            failed.setdefault(url, str(error))
    time.sleep(0.02)
print(json.dumps([asked, failed]))
"""
WRITTEN = """
import json, os
found = {}
for place in json.loads(os.sys.argv[1]):
    try:
        with open(place + "/hostile", "w") as handle:
            handle.write("x")
        found[place] = ""
    except OSError as error:
        found[place] = os.strerror(error.errno)
print(json.dumps(found))
"""


@pytest.fixture(scope="module")
def site(fresh_fleet: None, tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("site")
    fleet.converge(place)
    return place


@pytest.fixture
def neighbour(site: Path) -> Iterator[str]:
    """Another container of the host, of the same image."""
    image = fleet.on("app1", f"docker inspect -f '{{{{.Config.Image}}}}' {hostile.api('app1')}").strip()
    asked = "python3 -c 'import urllib.request as r; r.urlopen(\"http://127.0.0.1:8090/\")' 2>/dev/null && echo up || true"
    fleet.on("app1", f"docker run -d --name {NEIGHBOUR} -p 127.0.0.1:8090:8090 --entrypoint python {image} -m http.server 8090 -d /tmp")
    try:
        eventually(lambda: fleet.on("app1", asked), 60, "the neighbour answers")
        yield NEIGHBOUR
    finally:
        fleet.on("app1", f"docker rm -f {NEIGHBOUR}")


@contextmanager
def nobody_else_notices(seconds: float) -> Iterator[None]:
    urls = ["http://127.0.0.1:8404/healthz", "http://127.0.0.1:8090/", f"http://{fleet.address('app2')}/health"]
    words = ["docker", "exec", f"{fleet.NAME}-app1", "python3", "-c", WATCHED, str(time.monotonic() + seconds), *urls]
    watching = subprocess.Popen(words, stdout=subprocess.PIPE, text=True)
    yield
    asked, failed = json.loads(watching.communicate(timeout=60)[0])
    log.warning("asked %d times meanwhile, failed: %s", asked, failed or "none")
    assert asked > 50
    assert failed == {}


def identity(container: str) -> str:
    return fleet.on("app1", f"docker inspect -f '{{{{.Id}}}} {{{{.State.StartedAt}}}} {{{{.State.OOMKilled}}}}' {container}")


def test_processes_without_end_are_its_own_matter(neighbour: str) -> None:
    before, limit = identity(neighbour), int(fleet.on("app1", f"docker inspect -f '{{{{.HostConfig.PidsLimit}}}}' {hostile.api('app1')}"))
    with nobody_else_notices(5):
        made = int(hostile.inside("app1", BOMB).stdout)
        assert fleet.on("app1", "echo here").strip() == "here", "there is room for a process of the host's"
    log.warning("%d processes of %d were made", made, limit)
    assert 100 < made < limit
    assert identity(neighbour) == before
    counted = f"docker stats --no-stream --format '{{{{.PIDs}}}}' {hostile.api('app1')}"
    eventually(lambda: int(fleet.on("app1", counted)) < 100, what="what has ended does not count any more")
    eventually(lambda: drill.serving("app1"), what="it serves again")


def test_memory_without_end_ends_its_own_process(neighbour: str) -> None:
    before = identity(neighbour)
    with nobody_else_notices(5):
        eaten = hostile.inside("app1", EATEN, check=False)
    assert eaten.returncode == 137, "killed"
    assert identity(neighbour) == before
    eventually(lambda: drill.serving("app1"), what="it serves again")


def test_a_check_tells_that_memory_ran_out(site: Path) -> None:
    hostile.inside("app1", EATEN, check=False)
    told = fleet.play("--check", "--limit", "app1", tmp=site)
    (found,) = (one for one in told.hosts["app1"]["components"] if one["name"] == "echodiary")
    assert found["health"] == "Degraded", found
    assert "out of memory" in found["msg"]
    anew = drill.run("restart", "--limit", "app1")
    assert anew.code == 0, anew.output
    healthy = fleet.play("--check", "--limit", "app1", tmp=site)
    assert {one["health"] for one in healthy.hosts["app1"]["components"]} == {"Healthy"}


def test_a_setuid_program_gains_nothing(site: Path) -> None:
    """Of an image with one, as it serves and, so that the program is known to work, without what the role adds."""
    tag = drill.publish("setuid", "USER root\nRUN cp /usr/bin/id /usr/bin/root-id && chmod 4755 /usr/bin/root-id\nUSER nobody")
    image = f"{drill.REPOSITORY}:{tag}"
    fleet.on("app1", f"docker pull -q {image}")
    plain = fleet.on("app1", f"docker run --rm --entrypoint root-id {image} -u").strip()
    itself = fleet.on("app1", f"docker run --rm --entrypoint id {image} -u").strip()
    shown = "{{json .HostConfig.SecurityOpt}} {{json .HostConfig.CapDrop}}"
    own = fleet.on("app1", f"docker inspect -f '{shown}' {hostile.api('app1')}")
    assert own.split() == ['["no-new-privileges:true"]', '["ALL"]']
    options = "--security-opt no-new-privileges:true --cap-drop ALL"
    assert (plain, itself != "0") == ("0", True)
    assert fleet.on("app1", f"docker run --rm {options} --entrypoint root-id {image} -u").strip() == itself
    status = hostile.inside("app1", "print(open('/proc/self/status').read())").stdout
    assert "NoNewPrivs:\t1" in status
    assert "CapBnd:\t0000000000000000" in status


def test_nothing_is_written_but_what_is_declared(site: Path) -> None:
    places = ["/", "/etc", "/usr/local/bin", "/srv/echodiary", "/var/tmp", "/root", "/etc/echodiary/tls", "/proc/sys/kernel", "/tmp"]
    found = json.loads(hostile.inside("app1", WRITTEN, json.dumps(places)).stdout)
    log.warning("written: %s", found)
    assert [place for place, why in found.items() if not why] == ["/tmp"]
    ran = hostile.inside(
        "app1", "import os, shutil; shutil.copy('/bin/true', '/tmp/x'); os.chmod('/tmp/x', 0o755); os.execv('/tmp/x', ['x'])", check=False
    )
    assert "Permission denied" in ran.stderr, "what is brought along is not run from there"


def test_it_reaches_what_it_needs_and_nothing_else(site: Path) -> None:
    hosts = {name: {"components": [*walled.APP, "firewall"]} for name in drill.APPS}
    (site / "firewall.yml").write_text(yaml.safe_dump({"app": {"hosts": hosts}}))
    assert hostile.inside("app1", "import os; print(os.path.exists('/run/docker.sock'))").stdout == "False\n"
    with hostile.outside():
        rows = hostile.rows()
        machines = {one.arrives for one in rows} - {""}
        before = hostile.asked("app1", rows)
        guarded = drill.run("site", "-i", str(site / "firewall.yml"), "--limit", "app")
        assert guarded.code == 0, guarded.output
        try:
            with hostile.Arrived(machines) as arrived:
                after = hostile.asked("app1", rows)
        finally:
            gone = drill.run("prune", "--limit", "app")
            assert gone.code == 0, gone.output
    text = hostile.table(before, after)
    log.warning("\n%s", text)
    believed = {one.words for one in rows if one.arrives and after[one] == "open"}
    assert {one.words for one in rows if one.arrives and arrived.at(one)} == believed, "no packet arrives that was called refused"
    assert {one.words for one in rows if after[one] == "open"} == {
        "its database",
        "its cache",
        "its own host's edge",
        "anybody, at the port for names",
        "a private address, at its database's port",
    }
    if os.environ.get("WRITE_DOCS"):
        hostile.documented(text)
    assert hostile.documented() == text, "WRITE_DOCS=1 writes it anew"
