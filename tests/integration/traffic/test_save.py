# SPDX-License-Identifier: GPL-3.0-or-later
"""What HAProxy was told and could not be kept for its next process: nothing is built upon that."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.integration.release.machine import Machine
from tests.integration.traffic.test_traffic import Servers
from tests.integration.traffic.test_traffic import servers as servers
from tests.waiting import eventually

#: where the new state is written before it takes the old one's place
BESIDE = "/var/lib/haproxy/server-state.new"


@pytest.fixture
def unsaved(host: Machine, servers: Servers) -> Iterator[Machine]:
    """``host.sh(f"mkdir {BESIDE}")`` keeps the state from being saved; until the test ends, and before the servers' own end."""
    yield host
    host.sh(f"rmdir {BESIDE} 2>/dev/null; true")


def test_a_state_that_cannot_be_saved_is_not_told_as_done(unsaved: Machine, servers: Servers) -> None:
    servers(blue="one", green="two")
    unsaved.sh(f"mkdir {BESIDE}")
    answer, _ = unsaved.parts("took(traffic.let_in, EDGE, 'green')")
    assert answer.startswith("HaproxyError: HAProxy's state cannot be saved")
    assert (BESIDE in answer, "Traceback" in answer, "\n" in answer) == (True, False, False)


def test_what_was_not_saved_is_not_what_the_next_process_does(unsaved: Machine, servers: Servers) -> None:
    """Whoever is told that it failed has stopped nothing: the slot that a reload lets in again still runs."""
    servers(blue="one", green="two")
    unsaved.parts("traffic.let_in(EDGE, 'green')")
    unsaved.sh(f"mkdir {BESIDE}")
    answer, _ = unsaved.parts("took(traffic.drain, EDGE, 'blue', 5)")
    assert answer.startswith("HaproxyError: ")
    unsaved.sh("systemctl reload haproxy")
    eventually(lambda: unsaved.told() == {"blue": "ready", "green": "ready"})
    assert {unsaved.edge() for _ in range(8)} == {"one", "two"}


def test_a_program_that_fails_once_is_asked_again(unsaved: Machine, servers: Servers) -> None:
    servers(blue="one", green="two")
    script = "/opt/under-test/save-again"
    unsaved.sh(
        f"printf '#!/bin/sh\\ntest -e /run/tried || {{ touch /run/tried; exit 1; }}\\n' > {script}; chmod +x {script}; rm -f /run/tried"
    )
    edge = {"socket": "/run/haproxy/admin.sock", "backend": "echodiary", "save": script}
    assert unsaved.parts("took(haproxy.tell, EDGE, 'green', 'drain')[0]", edge=edge) is None
