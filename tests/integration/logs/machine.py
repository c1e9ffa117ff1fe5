# SPDX-License-Identifier: GPL-3.0-or-later
"""A lab host with the components logs and log_shipper, and containers that say things."""

from __future__ import annotations

import json
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from lab.cloud import authority
from tests.integration import lab_images
from tests.integration.converge import machine
from tests.integration.converge.machine import IMAGE, Task

PASSWORD = 'a key with "quotes" and \\ and ünïcode'.encode("ascii", "ignore").decode()
IMAGE_OF_STORES = "echodiary-lab/victoria-logs:trixie"
PORTS = {"all": 9428, "errors": 9429, "audit": 9430}
SHELL = "converge-test/web:1"


class Machine(machine.Machine):
    name, subnet, port_offset = "logs-test", "172.30.166.0/24", "4500"

    def __init__(self, place: Path) -> None:
        lab_images.victoria_logs()
        super().__init__(place)
        self.sh(IMAGE)
        saved = subprocess.run(["docker", "save", IMAGE_OF_STORES], capture_output=True, check=True, timeout=60).stdout
        subprocess.run(["docker", "exec", "-i", self.container, "docker", "load"], input=saved, check=True, timeout=120)
        self.sh("apt-get update -qq && apt-get install -y -qq curl >/dev/null 2>&1")
        self.certificate = authority.alone("logs", ["127.0.0.1"])

    def converge(self, *components: str, check: bool = False, **variables: Any) -> Task:
        known = {
            "logs_image": IMAGE_OF_STORES,
            "logs_password": PASSWORD,
            "logs_certificate": self.certificate.certificate.decode(),
            "logs_key": self.certificate.key.decode(),
            "log_shipper_copy": True,
            "log_shipper_address": "127.0.0.1",
            "log_shipper_host": "app1",
            "log_shipper_password": PASSWORD,
            "log_shipper_ca_certificate": self.certificate.certificate.decode(),
        }
        wanted = list(components or ("logs", "log_shipper"))
        done = self.play({"components": wanted, "check": check, "vars": {**known, **variables}})[0]
        assert not done.failed, done.msg
        return done

    def found(self, query: str, store: str = "all") -> list[dict[str, str]]:
        """Oldest first."""
        ask = f"curl -s --fail-with-body --config /etc/echodiary/logs/curl http://127.0.0.1:{PORTS[store]}/select/logsql/query"
        said = self.sh(f"{ask} --data-urlencode 'query={query} | sort by (_time)'")
        return [json.loads(line) for line in said.splitlines()]

    def number(self, query: str, store: str = "all") -> int:
        return int(self.found(f"{query} | stats count() as n", store)[0]["n"])

    @contextmanager
    def paused(self, unit: str) -> Iterator[None]:
        """It gets no time, as on a busy host."""
        self.sh(f"systemctl kill --signal STOP {unit}")
        try:
            yield
        finally:
            self.sh(f"systemctl kill --signal CONT {unit}")

    def say(self, script: str, *options: str, name: str = "") -> None:
        """By a container of its own, that stays."""
        named = f"--name {name}" if name else ""
        self.sh(f"docker run -d {named} {' '.join(options)} {SHELL} /bin/sh -c '{script}'")

    def line(self, text: str, **labels: str) -> None:
        """As it is, by a container."""
        self.sh(f"cat > /tmp/line <<'END-OF-LINE'\n{text}\nEND-OF-LINE")
        told = " ".join(f"--label {name}={value}" for name, value in labels.items())
        self.sh(f"docker run -d {told} -v /tmp/line:/line:ro {SHELL} /bin/cat /line")


def eventually(question: Callable[[], Any], seconds: float = 30) -> Any:
    deadline = time.monotonic() + seconds
    while not (answer := question()):
        assert time.monotonic() < deadline, f"not within {seconds:g} s"
        time.sleep(0.3)
    return answer
