# SPDX-License-Identifier: GPL-3.0-or-later
"""From the tarball, an empty directory and two bare hosts to an application of one's own that is deployed without losing a request: by the
commands of the README, as they stand there. Then a second application beside it. One story, told in the order of the tests.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator
from typing import Any

import pytest

from lab.topology import CORES
from tests.e2e import newcomer
from tests.e2e.controllers import Controller
from tests.e2e.jobs import Jobs
from tests.e2e.newcomer import LAB

pytestmark = [pytest.mark.e2e, pytest.mark.full]

#: --log-cli-level=INFO shows what was typed, and how long it took
log = logging.getLogger(__name__)
SHOP, CART = "shop.example.org", "cart.example.org"


class Story:
    """``typed``: how many commands so far."""

    def __init__(self, place: Controller, addresses: dict[str, str]) -> None:
        self.place, self.addresses, self.typed = place, addresses, 0

    def type(self, command: str) -> str:
        self.typed += 1
        return self.look(command)

    def look(self, command: str) -> str:
        """One that the page does not ask for."""
        began = time.monotonic()
        said = newcomer.type_in(self.place, newcomer.here(command, self.addresses))
        log.info("%5.1f s  %s", time.monotonic() - began, command)
        assert said.code == 0, f"{command}\n{said.output}"
        return said.output

    def answers(self, name: str) -> set[str]:
        return newcomer.answers(self.addresses, name)


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Story]:
    addresses = newcomer.boot()
    for application, source in (("shop", "static"), ("cart", "static"), ("mailer", "worker")):
        for release in ("1.0", "2.0"):
            newcomer.publish(application, release, source)
    place = tmp_path_factory.mktemp("newcomer") / "infra"
    place.mkdir()
    made = Controller(place, f"{LAB.lab}-controller-{CORES[-1].replace('.', '-')}")
    newcomer.settle(made)
    yield Story(made, addresses)
    LAB.command("down", "--keep-images")


def test_it_is_served_by_both_after_a_handful_of_commands(story: Story) -> None:
    commands = newcomer.typed(0)
    assert any("echodiary.infra.init" in command for command in commands)
    for command in commands:
        output = story.type(command)
    assert "next: ansible-playbook" not in output
    assert story.answers(SHOP) == {"shop 1.0"}
    assert story.typed <= 10


def test_what_init_prints_next_runs_as_printed(story: Story) -> None:
    """And a second run of it changes nothing."""
    command = next(one for one in newcomer.typed(0) if "echodiary.infra.init" in one)
    output = story.look(command)
    assert "0 changed" in output
    [following] = [line.removeprefix("next: ") for line in output.splitlines() if line.startswith("next: ")]
    assert "0 would change" in story.look(following)


def test_deploy_rollback_and_restart_lose_nothing(story: Story) -> None:
    served: list[Any] = []
    for command in newcomer.typed(1):
        with newcomer.asked(story.addresses, SHOP) as counts:
            story.type(command)
        log.info("%d requests, %d failed", counts["sent"], counts["failed"])
        assert counts["sent"] > 500
        assert counts["failed"] == 0
        served.append(story.answers(SHOP))
    assert served == [{"shop 2.0"}, {"shop 1.0"}, {"shop 1.0"}]
    assert story.typed <= 10


def test_a_second_one_beside_it_is_deployed_alone(story: Story) -> None:
    before = story.typed
    containers = {host: LAB.on(host, "docker ps -q --filter name=shop-") for host in story.addresses}
    with newcomer.asked(story.addresses, SHOP) as counts:
        for command in newcomer.typed(2):
            story.type(command)
    assert counts["failed"] == 0
    assert story.answers(CART) == {"cart 2.0"}
    assert story.answers(SHOP) == {"shop 1.0"}
    assert {host: LAB.on(host, "docker ps -q --filter name=shop-") for host in story.addresses} == containers
    assert story.typed - before <= 10


def test_a_worker_is_switched_without_a_job_that_is_lost_or_done_twice(story: Story) -> None:
    """Beside an application that is asked all the time, and that is not touched."""
    jobs = Jobs(newcomer.address("redis"), rate=40, database=0)
    newcomer.add_worker(story.place)
    story.look("ansible-playbook site.yml")
    with newcomer.asked(story.addresses, SHOP) as counts, jobs.given():
        for command, release in (("deploy -e release=2.0", "2.0"), ("rollback", "1.0"), ("restart", "1.0")):
            story.look(f"ansible-playbook echodiary.infra.{command} -e component=mailer")
            jobs.is_done_by(release, hosts=2)
            log.info("%s: %s", command, jobs.by())
    found = jobs.count()
    log.info("%s; %d requests of the other, %d failed", found, counts["sent"], counts["failed"])
    assert found.sent > 500
    assert (found.done, found.lost, found.doubled, counts["failed"]) == (found.sent, 0, 0, 0)
    assert jobs.together() == {"1"}, "on no host both slots were at work"
    history = story.look("ansible-playbook echodiary.infra.history -e component=mailer")
    assert all(kind in history for kind in ("deploy", "rollback", "restart"))


def test_git_says_what_runs(story: Story) -> None:
    assert "0 would change" in story.look("ansible-playbook site.yml --check")
