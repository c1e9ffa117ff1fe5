# SPDX-License-Identifier: GPL-3.0-or-later
"""Under load, from somebody's hand to the heal: once users are answered again, none of them is turned away any more."""

from __future__ import annotations

import json
import time
from typing import NamedTuple

import pytest

from tests.integration.converge.machine import Task
from tests.integration.release.machine import Machine
from tests.integration.release.states import TWO, in_sync

LISTED = {"components": ["haproxy", "app", "shop", "desk", "mailer"]}

#: two users who go on asking, a hundred times a second each, until /run/asked exists: from when to when each took, and whether it was well
USERS = """
import http.client, json, os, threading, time, urllib.request
told, answers, lock = [], [0], threading.Lock()
def ask():
    try:
        return urllib.request.urlopen("http://127.0.0.1/", timeout=3).status == 200
    except (OSError, http.client.HTTPException):
        return False
def user():
    while not os.path.exists("/run/asked"):
        began, well = time.time(), ask()
        with lock:
            answers[0] += 1
            told.append([began, time.time(), well])
        time.sleep(0.005)
users = [threading.Thread(target=user) for _ in range(2)]
[one.start() for one in users]
[one.join() for one in users]
print(json.dumps(told))
"""


FOLDER = "/etc/systemd/system/haproxy.service.d"
DROP_IN = f"printf '[Service]\\nEnvironment=HAND=1\\n' > {FOLDER}/hand.conf && systemctl daemon-reload"
WITHOUT = f"test ! -e {FOLDER}/hand.conf && ! grep -qz ^HAND= /proc/$(systemctl show -p MainPID --value haproxy)/environ"


class Heal(NamedTuple):
    """Seconds from the hand, and from the beginning of converge, to the first answer after it; how many were turned away after that.

    ``healed``: seconds from the hand to the end of converge.
    """

    hand: float
    converge: float
    healed: float
    after: int
    answers: int


HANDS = {
    "weight 0": ("set server echodiary/green weight 0", ""),
    "another address": ("set server echodiary/green addr 127.0.0.1 port 9", ""),
    "frontend disabled": ("disable frontend edge", ""),
    "network taken": ("", "docker network disconnect app-green_default app-green-api-1"),
    "drop-in, read": ("", DROP_IN),
    "drop-in, begun with it": ("", f"{DROP_IN} && systemctl restart haproxy"),
    "process stopped": ("", "kill -STOP $(docker inspect -f '{{.State.Pid}}' app-green-api-1)"),
}
SLOWEST = {"process stopped": 40.0}


def listed(host: Machine, *components: str) -> Task:
    return host.play({"components": list(components), "check": False, "vars": {**TWO, **LISTED}})[0]


def heal(host: Machine, told: str, done: str) -> Heal:
    users = host.start(f"python3 -c '{USERS}'")
    time.sleep(1)
    hand = float(host.sh("date +%s.%N"))
    if told:
        host.parts(f"haproxy.ask(EDGE, {told!r})")
    else:
        host.sh(done)
    time.sleep(2)
    began = float(host.sh("date +%s.%N"))
    run = listed(host, "haproxy", "app")
    healed = float(host.sh("date +%s.%N"))
    time.sleep(1)
    host.sh("touch /run/asked")
    answers = json.loads(users.communicate(timeout=30)[0])
    host.sh("rm /run/asked")
    assert not run.failed, run.msg
    assert (run.result["sync"], run.result["health"]) == ("Synced", "Healthy"), run.result
    well = min(end for start, end, good in answers if good and start > began)
    failed = [end for start, end, good in answers if not good and start > well]
    return Heal(round(well - hand, 2), round(well - began, 2), round(healed - hand, 2), len(failed), len(answers))


#: one told at the socket, one done to a container, one to the unit
ALWAYS = ("weight 0", "network taken", "drop-in, begun with it")


@pytest.mark.parametrize("name", [name if name in ALWAYS else pytest.param(name, marks=pytest.mark.full) for name in HANDS])
def test_once_users_are_answered_again_none_is_turned_away(green: Machine, name: str) -> None:
    assert not listed(green, "haproxy").failed
    found = heal(green, *HANDS[name])
    assert found.after == 0, found
    assert found.converge < SLOWEST.get(name, 20.0), found
    assert found.healed < 60, found
    green.sh(WITHOUT)
    in_sync(green, **TWO)
