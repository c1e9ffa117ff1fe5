# SPDX-License-Identifier: GPL-3.0-or-later
"""A release whose work is counted in a real Redis, which stands beside the host; and somebody who never stops giving work."""

from __future__ import annotations

import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from tests.integration import lab_images
from tests.integration.release.machine import Machine

NAME = "desk.example"
EDGE = {"socket": "/run/haproxy/admin.sock", "backend": "desk", "save": "/usr/local/lib/echodiary/haproxy-save-state"}
FORGET = """
systemctl stop 'desk-*.timer' 2>/dev/null; rm -f /etc/systemd/system/desk-* /etc/systemd/system/timers.target.wants/desk-*
systemctl daemon-reload
for name in desk mailer; do
  docker ps -aq --filter name=^$name- | xargs -r docker rm -f
  rm -rf /opt/$name /var/lib/echodiary/slots/$name.* /var/lib/echodiary/components/$name@* /var/lib/echodiary/journal/$name*
done
"""


class Redis:
    """Started for the machine's own network; ``address`` is where the host's containers reach it."""

    def __init__(self, host: Machine) -> None:
        network = _inspect(host.container, "{{range $name, $_ := .NetworkSettings.Networks}}{{$name}}{{end}}")
        self._id = _docker("run", "-d", "--rm", "--network", network, "--label", "release-test", lab_images.service("redis"))
        self.address = _inspect(self._id, "{{range .NetworkSettings.Networks}}{{.IPAddress}}{{end}}")

    def ask(self, *words: str) -> list[str]:
        return _docker("exec", self._id, "redis-cli", *words).splitlines()

    def end(self) -> None:
        _docker("rm", "-f", self._id)

    # -- what was done -------------------------------------------------------------------------------------------------

    def done(self) -> dict[str, int]:
        return self._hash("done")

    def by(self) -> dict[str, int]:
        """Image to the jobs that its workers did."""
        return self._hash("by")

    def together(self) -> set[str]:
        """How many were at work whenever one began."""
        return set(self.ask("LRANGE", "together", "0", "-1"))

    def _hash(self, name: str) -> dict[str, int]:
        found = self.ask("HGETALL", name)
        return dict(zip(found[::2], map(int, found[1::2]), strict=True))

    @contextmanager
    def work(self) -> Iterator[list[str]]:
        """Somebody gives jobs all the time; the names of those that were given."""
        given: list[str] = []
        over = threading.Event()

        def give() -> None:
            while not over.wait(0.1):
                self.ask("RPUSH", "queue", f"job-{len(given)}")
                given.append(f"job-{len(given)}")

        giver = threading.Thread(target=give)
        giver.start()
        try:
            yield given
        finally:
            over.set()
            giver.join()


def forget(host: Machine) -> None:
    host.sh(FORGET)
    host.parts("haproxy.tell(EDGE, 'blue', 'ready')", edge=EDGE)
    host.parts("haproxy.tell(EDGE, 'green', 'maint')", edge=EDGE)


def runs(host: Machine, *services: str) -> set[str]:
    """Of these services' containers, those that run."""
    found = host.sh("docker ps --format '{{.Names}}'").split()
    return {name for name in found if any(service in name for service in services)}


def _docker(*words: str) -> str:
    done = subprocess.run(["docker", *words], capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout.strip()


def _inspect(container: str, form: str) -> str:
    return _docker("inspect", "-f", form, container)


def images(number: int, **more: Any) -> dict[str, Any]:
    return {"desk_image": f"release-test/app:{number}", "mailer_image": f"release-test/app:{number}", **more}
