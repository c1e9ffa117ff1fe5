# SPDX-License-Identifier: GPL-3.0-or-later
"""Both components on one host with a firewall: who comes from where, a stream of a minute through changes, keys by the playbook, drift.

The test itself is the application: its address is the one that the inventory lets in. A stranger is a container beside the host.
"""

from __future__ import annotations

import contextlib
import http.client
import json
import os
import re
import ssl
import subprocess
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from lab.cloud import authority
from tests import warm
from tests.integration import lab_images
from tests.integration.ai_gateway.gateways import CHAT, STANDIN, Answer, chat, until
from tests.integration.converge import machine
from tests.integration.converge.machine import ROOT, Task

pytestmark = pytest.mark.full

COMPONENTS = ["model_server", "ai_gateway", "firewall"]
APP = "172.30.164.1"
IMAGE = "echodiary-lab/python:trixie"
MODEL = "model-server-model_server-1"
CONNECT = "import socket, sys; socket.create_connection((sys.argv[1], int(sys.argv[2])), 3); print('open')"
TELL = "import socket, sys; s = socket.socket(socket.AF_UNIX); s.connect('/run/ai-gateway/admin.sock'); "
TELL += "s.sendall(sys.argv[1].encode()); s.recv(99)"


class Machine(machine.Machine):
    name, subnet, port_offset = "gateway-test", "172.30.164.0/24", "6700"

    def __init__(self, place: Path) -> None:
        lab_images.object_store()
        super().__init__(place)
        self.address = str(self.login["address"])
        self.certificates = [authority.alone(title, [self.address]) for title in ("first", "second")]
        self.serves = self.certificates[0]
        saved = subprocess.run(["docker", "save", IMAGE], capture_output=True, check=True, timeout=60).stdout
        subprocess.run(["docker", "exec", "-i", self.container, "docker", "load"], input=saved, check=True, timeout=120)
        network = ["--network", self._network()]
        subprocess.run(
            ["docker", "run", "-d", "--name", f"{self.name}-stranger", *network, IMAGE, "sleep", "infinity"], check=True, timeout=60
        )

    def _network(self) -> str:
        said = subprocess.run(["docker", "inspect", self.container], capture_output=True, text=True, check=True, timeout=30).stdout
        networks: dict[str, Any] = json.loads(said)[0]["NetworkSettings"]["Networks"]
        return next(iter(networks))

    def destroy(self) -> None:
        subprocess.run(["docker", "rm", "-f", "-v", f"{self.name}-stranger"], capture_output=True, check=False, timeout=60)
        super().destroy()

    def _inventory(self, more: dict[str, Any]) -> Path:
        path = super()._inventory({"app1": {"firewall_addresses": [APP], "ansible_host": APP, "components": []}})
        found = json.loads(path.read_text())
        found["all"]["children"] = {"app": {"hosts": {"app1": {}}}, "ai": {"hosts": {"machine": {}}}}
        found["all"]["hosts"]["machine"] |= {
            "components": COMPONENTS,
            "private_address": self.address,
            "ai_gateway_bind": self.address,
            "ai_gateway_from": ["app"],
            "ai_gateway_tokens_per_day": 100_000,
            "ai_gateway_certificate": self.serves.certificate.decode(),
            "ai_gateway_certificate_key": self.serves.key.decode(),
            "model_server_image": IMAGE,
            "model_server_entrypoint": ["python3", "-c"],
            "model_server_command": [STANDIN.read_text(), "8000"],
            "model_server_deadline": 60,
            "echodiary_secrets_source": "inventory",
            "echodiary_environment": "test",
        }
        path.write_text(json.dumps(found))
        return path

    def command(self, tasks: list[dict[str, Any]], words: tuple[str, ...] = (), hosts: dict[str, Any] | None = None) -> list[str]:
        return super().command(tasks, ("--limit", "machine", *words), hosts)

    def converge(self, *, check: bool = False) -> Task:
        done = self.play({"components": COMPONENTS, "check": check})[0]
        assert not done.failed, done.msg
        return done

    def manage(self, *words: str) -> str:
        """By the playbook, with what it showed."""
        command = [warm.PLAYBOOK, str(ROOT / "playbooks/ai_keys.yml"), "-i", str(self._inventory({})), *words]
        done = subprocess.run(command, cwd=ROOT, env=self.environment(), capture_output=True, text=True, timeout=180, check=False)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def connected(self) -> http.client.HTTPSConnection:
        context = ssl.create_default_context(cadata="\n".join(one.certificate.decode() for one in self.certificates))
        return http.client.HTTPSConnection(self.address, 8500, timeout=30, context=context)

    def ask(self, body: Any, key: str, path: str = CHAT) -> Answer:
        with contextlib.closing(self.connected()) as connection:
            connection.request("POST", path, json.dumps(body), {"Authorization": f"Bearer {key}"})
            answer = connection.getresponse()
            return Answer(answer.status, {name.lower(): value for name, value in answer.getheaders()}, answer.read().decode())

    def stranger(self, port: int) -> bool:
        command = ["docker", "exec", f"{self.name}-stranger", "python3", "-c", CONNECT, self.address, str(port)]
        return subprocess.run(command, capture_output=True, check=False, timeout=30).returncode == 0


@pytest.fixture(scope="module")
def host(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Machine]:
    """KEEP_MACHINE=1 leaves it for a look afterwards."""
    made = Machine(tmp_path_factory.mktemp("machine"))
    try:
        assert made.converge(check=True).changes
        made.converge()
        yield made
    finally:
        if not os.environ.get("KEEP_MACHINE"):
            made.destroy()


def made(said: str) -> str:
    found = set(re.findall(r"sk-gw-[0-9a-f]{64}", said))
    assert len(found) == 1, said
    return str(found.pop())


@pytest.fixture(scope="module")
def key(host: Machine) -> str:
    return made(host.manage("-e", "make=shop"))


def test_a_second_run_changes_nothing(host: Machine, key: str) -> None:
    assert key
    again = host.play({"components": COMPONENTS})
    assert (again[0].failed, again[0].changes, again[0].result["remote_calls"]) == (False, [], 1)


def test_a_key_is_nowhere_but_where_it_was_shown(host: Machine, key: str) -> None:
    assert host.ask(chat(), key).status == 200
    written = yaml.safe_load((host.place / "group_vars/all/ai_keys.yml").read_text())["ai_gateway_keys"]
    assert [*written] == ["shop"] and key not in str(written)
    assert "shop: made" in host.manage()
    assert key not in host.manage()
    assert host.sh(f"grep -rlF {key} /etc /var/lib/ai_gateway /var/lib/echodiary /run /var/log 2>/dev/null", check=False) == ""
    assert key not in host.sh("journalctl --no-pager; docker logs model-server-model_server-1 2>&1", check=False)
    assert key not in host.ask(chat(), key, "/seen").text


def test_a_stranger_finds_nothing_open(host: Machine, key: str) -> None:
    assert host.ask(chat(), key).status == 200
    assert not host.stranger(8500) and not host.stranger(8501) and not host.stranger(8000)
    assert host.stranger(22)


def test_a_stream_of_a_minute_survives_a_new_key_a_revoked_one_and_another_certificate(host: Machine, key: str) -> None:
    came: list[tuple[float, float]] = []

    def listen() -> None:
        with contextlib.closing(host.connected()) as connection:
            asked = chat(120, stream=True, pause=0.5, stream_options={"include_usage": True})
            connection.request("POST", CHAT, json.dumps(asked), {"Authorization": f"Bearer {key}"})
            for line in connection.getresponse():
                if b'"at"' in line:
                    # others look at it meanwhile
                    came.append((time.time(), json.loads(line[6:])["at"]))  # noqa: PERF401

    served = host.serves
    before = used(host)
    thread = threading.Thread(target=listen)
    thread.start()
    until(lambda: len(came) > 2)
    began = time.monotonic()
    other = made(host.manage("-e", "make=other", "-e", "budget=5"))
    assert host.ask(chat(), other).status == 200
    host.serves = host.certificates[1]
    try:
        assert [one["resource"] for one in host.converge().changes if one["resource"].startswith("file:")] == [
            "file:/etc/echodiary/ai_gateway/site.pem"
        ]
        assert ssl.get_server_certificate((host.address, 8500)).strip() == host.serves.certificate.decode().strip()
        host.manage("-e", "revoke=other")
        assert host.ask(chat(), other).status == 401
        assert host.ask(chat(), key).status == 200
        assert thread.is_alive(), f"the stream was over before all had changed, after {time.monotonic() - began:.0f} s"
        thread.join(90)
    finally:
        host.serves = served
        host.converge()
    assert len(came) == 120
    assert max(arrived - said for arrived, said in came) < 1
    assert until(lambda: used(host) - before) >= 120


def used(host: Machine) -> float:
    script = "import urllib.request as r; print(r.urlopen('http://127.0.0.1:8501/metrics', timeout=3).read().decode())"
    told = host.sh(f'python3 -c "{script}"')
    return float(dict(line.rsplit(" ", 1) for line in told.splitlines())['ai_gateway_tokens_total{key="shop",kind="completion"}'])


def test_a_model_server_that_dies_is_told_at_once_and_is_back_by_itself(host: Machine, key: str) -> None:
    assert host.ask(chat(), key).status == 200
    host.sh(f"docker stop -t 1 {MODEL}")
    began = time.monotonic()
    answer = host.ask(chat(), key)
    assert (answer.status, answer.code) == (503, "model_unavailable")
    assert time.monotonic() - began < 4
    host.sh(f"docker start {MODEL}")
    until(lambda: host.ask(chat(), key).status == 200)


PLACE = "/etc/echodiary/ai_gateway"
MODELS = "/opt/echodiary/model_server/compose.yaml"
HANDS = {
    f"echo {64 * 'a'} 'thief|60|8|0' >> {PLACE}/keys.map": f"file:{PLACE}/keys.map",
    f"sed -i 's/http-request del-header/#&/' {PLACE}/haproxy.cfg": f"file:{PLACE}/haproxy.cfg",
    f"rm {PLACE}/usage.lua": f"file:{PLACE}/usage.lua",
    f"chmod 644 {PLACE}/site.pem": f"file:{PLACE}/site.pem",
    "systemctl disable --now ai-gateway": "unit:ai-gateway.service",
    f'python3 -c "{TELL}" "set server models/model1 state maint\n"': "haproxy:/run/ai-gateway/admin.sock",
    f"docker rm -f {MODEL}": "service:model_server",
    f"sed -i 's/127.0.0.1:8000/0.0.0.0:8000/' {MODELS}": f"file:{MODELS}",
}


@pytest.mark.parametrize(("hand", "resource"), HANDS.items(), ids=HANDS.values())
def test_what_a_hand_does_is_found_and_put_right(host: Machine, key: str, hand: str, resource: str) -> None:
    host.sh(hand)
    assert host.converge(check=True).origins.get(resource) == "corrective"
    host.converge()
    until(lambda: host.ask(chat(), key).status == 200)
    assert host.converge(check=True).changes == []
