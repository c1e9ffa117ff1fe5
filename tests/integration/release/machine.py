# SPDX-License-Identifier: GPL-3.0-or-later
"""A lab host with a real HAProxy, a component in two slots behind it, and users that never stop asking."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tests.integration.converge import machine
from tests.integration.converge.machine import ROOT, Task
from tests.waiting import eventually

PARTS = ROOT / "collections/ansible_collections/echodiary/infra/plugins/module_utils"
EDGE = {"socket": "/run/haproxy/admin.sock", "backend": "echodiary", "save": "/usr/local/lib/echodiary/haproxy-save-state"}

#: images of a few links each, told apart by a label: programs come from the host
IMAGES = """
set -e
mkdir -p /root/image/usr /root/image/srv /root/image/tmp
for name in bin lib lib64 sbin; do ln -sfn usr/$name /root/image/$name; done
for number in 1 2 3; do
  docker inspect release-test/app:$number >/dev/null 2>&1 ||
    tar -C /root/image -c . | docker import -c "LABEL number=$number" - release-test/app:$number
done
"""

KEPT = "/root/states"
#: what is on record of both slots
RECORDS = "var/lib/echodiary/components/app@*"
FORGET = f"""
systemctl start haproxy; docker ps -aq --filter label=com.docker.compose.service=api | xargs -r docker rm -f
rm -rf /opt/app /var/lib/echodiary/slots /{RECORDS} /var/lib/echodiary/journal
docker images --format '{{{{.Repository}}}}:{{{{.Tag}}}}' echodiary.kept/app | xargs -r docker rmi
"""
PUT_BACK = """
set -e
tar -C / -xf {kept}/{state}.tar
compose() {{ docker compose --progress plain -p app-$1 -f /opt/app/$1/compose.yaml up "$2" --no-build --pull never; }}
[ ! -e /opt/app/{other} ] || compose {other} --no-start
compose {slot} -d
for image in $(python3 -c 'import json; print(*json.load(open("/var/lib/echodiary/slots/app.json"))["images"])'); do
  docker tag $image echodiary.kept/app:${{image##*:}}
done
"""

#: asks until /run/asked exists, and then says how many answers there were of each kind
ASK = """
import collections, http.client, os, sys, urllib.request
found, request = collections.Counter(), urllib.request.Request("http://127.0.0.1/", headers={"Host": sys.argv[1]})
while not os.path.exists("/run/asked"):
    try:
        found[urllib.request.urlopen(request, timeout=10).read().decode()] += 1
    except (OSError, http.client.HTTPException) as error:
        found["failed: %s" % error] += 1
print(__import__("json").dumps(found))
"""

#: the parts that are under test
IMPORTS = """
import json, sys, threading, time, urllib.request
sys.path.insert(0, "/opt/under-test")
from parts._host import haproxy
from parts._kinds import model
from parts._release import slots, traffic
"""
#: evaluates an expression over them
DRIVER = """
EDGE = json.loads(sys.argv[1])
def took(call, *words):
    began = time.monotonic()
    try:
        answer = call(*words)
    except model.ConvergeError as error:
        answer = "%s: %s" % (type(error).__name__, error)
    return [answer, time.monotonic() - began]
def waited_for(port, seconds, call, *words):
    # whether the call had not ended before what is held at the port was let go, and its answer
    answer = []
    caller = threading.Thread(target=lambda: answer.append(call(*words)))
    caller.start()
    caller.join(seconds)
    waiting = caller.is_alive()
    urllib.request.urlopen("http://127.0.0.1:%d/let-go" % port, timeout=20).read()
    caller.join()
    return [waiting, *answer]
def watched(call, *words):
    # the first and the last look are taken outside the thread: it may get its turn late
    done = threading.Event()
    def ready():
        return sorted(name for name, server in haproxy.servers(EDGE).items() if server.admin == "ready")
    def watch():
        while not done.is_set():
            seen.append(ready())
    seen, watcher = [ready()], threading.Thread(target=watch)
    watcher.start()
    answer = took(call, *words)
    done.set()
    watcher.join()
    return [answer, [*seen, ready()]]
exec(sys.argv[2])
print(json.dumps(eval(sys.argv[3])))
"""


class Machine(machine.Machine):
    name, subnet, port_offset, roles = "release-test", "172.30.189.0/24", "3300", Path(__file__).parent / "roles"

    def __init__(self, place: Path) -> None:
        super().__init__(place)
        #: states that were reached, and kept
        self.kept: set[str] = set()

    def bring(self) -> None:
        """What the tests need on the host beside what is converged."""
        self.sh("rm -rf /opt/under-test && mkdir -p /opt/under-test")
        subprocess.run(["docker", "cp", "-q", str(PARTS), f"{self.container}:/opt/under-test/parts"], check=True, timeout=60)
        for name, role in {"server.py": "app", "desk.py": "desk"}.items():
            (self.place / name).write_text((self.roles / f"{role}/tree/opt/{role}" / "{slot}/code" / name).read_text())
            subprocess.run(["docker", "cp", "-q", str(self.place / name), f"{self.container}:/opt/under-test/"], check=True, timeout=60)

    def forget(self) -> None:
        """Nothing of the component is on the host, nobody asks; blue is what HAProxy starts with."""
        self.nobody_asks()
        self.sh(FORGET + IMAGES)
        self.serves("blue", "green")

    def serves(self, slot: str, other: str) -> None:
        """What HAProxy is told."""
        self.parts(f"[haproxy.tell(EDGE, {slot!r}, 'ready'), haproxy.tell(EDGE, {other!r}, 'maint')]")

    # -- a state that was reached once is put back ---------------------------------------------------------------------

    def keep(self, state: str) -> None:
        self.sh(f"mkdir -p {KEPT}; tar -C / -cf {KEPT}/{state}.tar opt/app var/lib/echodiary/slots $(cd /; ls -d {RECORDS})")
        self.kept.add(state)

    def put_back(self, state: str, slot: str, other: str) -> None:
        """Files and records as they were, containers made of them by Compose, as a release makes them."""
        self.forget()
        self.sh(PUT_BACK.format(state=state, slot=slot, other=other, kept=KEPT))
        self.serves(slot, other)
        eventually(lambda: self.parts(f"haproxy.servers(EDGE)[{slot!r}].steady"), 30)
        # HAProxy's next process begins with what is saved: the serving slot is up
        self.parts("haproxy.save(EDGE)")

    def nobody_asks(self) -> None:
        """Users of a test that failed go on asking."""
        self.sh("pkill -f '[/]run/asked'; cd /run && rm -f asked", check=False)

    # -- the component -------------------------------------------------------------------------------------------------

    def converge(self, *, check: bool = False, **variables: Any) -> Task:
        return self.one(["app"], check=check, **variables)

    def release(self, state: str = "present", *, check: bool = False, expect: str = "", component: str = "app", **variables: Any) -> Task:
        arguments = {"component": component, "state": state, "expect": expect, "migrate": component != "app"}
        return self.play({"action": {"echodiary.infra.release": arguments}, "check": check, "vars": variables})[0]

    def record(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.sh("cat /var/lib/echodiary/slots/app.json"))
        return found

    def started(self, slot: str) -> str:
        """Which start of a slot's container this is; empty while it does not run."""
        form = "{{if .State.Running}}{{.Id}} {{.State.StartedAt}}{{end}}"
        return self.sh(f"docker inspect -f '{form}' app-{slot}-api-1", check=False)

    # -- the edge ------------------------------------------------------------------------------------------------------

    def parts(self, expression: str, prepare: str = "", edge: dict[str, Any] | None = None) -> Any:
        """The value of an expression over traffic, haproxy and slots, evaluated on the host by root."""
        done = self.session.python(IMPORTS, DRIVER, [json.dumps(edge or EDGE), prepare, expression])
        assert done.returncode == 0, done.stdout + done.stderr
        return json.loads(done.stdout)

    def told(self) -> dict[str, str]:
        """Slot to what HAProxy was told of it."""
        found: dict[str, str] = self.parts("{name: server.admin for name, server in haproxy.servers(EDGE).items()}")
        return found

    def tell(self, slot: str, state: str) -> None:
        self.parts(f"haproxy.tell(EDGE, '{slot}', '{state}')")

    def edge(self, path: str = "/", name: str = "127.0.0.1") -> str:
        request = "u.Request('http://127.0.0.1' + sys.argv[1], headers={'Host': sys.argv[2]})"
        ask = f"import sys, urllib.request as u; print(u.urlopen({request}, timeout=20).read().decode())"
        return self.sh(f'python3 -c "{ask}" "{path}" {name}')

    def hold(self, requests: int = 1) -> list[subprocess.Popen[str]]:
        """Requests through the edge that blue works on until it is told to let them go."""
        ask = "python3 -c 'import urllib.request as u; print(u.urlopen(\"http://127.0.0.1/held\", timeout=60).read().decode())'"
        held = [self.start(ask) for _ in range(requests)]
        eventually(lambda: self.parts("haproxy.servers(EDGE)['blue'].sessions") == requests)
        return held

    def let_go(self, port: int = 8001) -> None:
        self.sh(f"python3 -c 'import urllib.request as u; u.urlopen(\"http://127.0.0.1:{port}/let-go\", timeout=20)'")

    def users(self, name: str = "127.0.0.1") -> subprocess.Popen[str]:
        command = ["docker", "exec", self.container, "python3", "-c", ASK, name]
        return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)

    def asked(self, *users: subprocess.Popen[str]) -> dict[str, int]:
        """Answer to how often it came, since these users began."""
        self.sh("touch /run/asked")
        found: dict[str, int] = {}
        for one in users:
            found |= json.loads(one.communicate(timeout=30)[0])
        self.sh("rm /run/asked")
        return found


def with_haproxy(kind: type[Machine], place: Path) -> Iterator[Machine]:
    """A machine for as long as a session lasts. KEEP_MACHINE=1 leaves it for a look afterwards."""
    made = kind(place)
    try:
        made.bring()
        # what the inventory lists is what the edge knows
        done = made.play({"components": ["haproxy"], "vars": {"components": ["haproxy", "app", "shop", "desk", "mailer"]}})[0]
        assert not done.failed, done.msg
        yield made
    finally:
        if not os.environ.get("KEEP_MACHINE"):
            made.destroy()
