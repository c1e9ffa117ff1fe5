# SPDX-License-Identifier: GPL-3.0-or-later
"""A component that nobody asks, deployed and rolled back by the playbooks while work comes in: each job is done once."""

from __future__ import annotations

import logging
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from tests.e2e import drill, fleet, jobs, walled

pytestmark = [pytest.mark.e2e]

log = logging.getLogger(__name__)
COMPONENT = "compose: /opt/mailer/{slot}/compose.yaml\nrelease: {service: clerk, interval: 0.2}\n"
COMPOSE = """services:
  clerk:
    image: {{ mailer_image | echodiary.infra.to_compose }}
    restart: unless-stopped
    stop_grace_period: 20s
    healthcheck: {disable: true}
    environment: {QUEUE: {{ lab_redis_host | echodiary.infra.to_compose }}, HOST: {{ inventory_hostname | echodiary.infra.to_compose }}}
"""
NAME = f"{drill.REPOSITORY}:mailer-"


class Mailer:
    """Beside the application, on both hosts."""

    def __init__(self, place: Path) -> None:
        self._place = place
        tree = place / "roles/mailer/tree/opt/mailer/{slot}"
        tree.mkdir(parents=True)
        (place / "roles/mailer/component.yml").write_text(COMPONENT)
        (tree / "compose.yaml.j2").write_text(COMPOSE)
        hosts = {name: {"components": [*walled.APP, "mailer"]} for name in drill.APPS}
        inventory = {"all": {"vars": {"mailer_image": f"{NAME}1"}}, "app": {"hosts": hosts}}
        (place / "mailer.yml").write_text(yaml.safe_dump(inventory))
        for release in ("1", "2"):
            drill.publish(f"mailer-{release}", 'CMD ["python", "worker.py"]', {"/srv/echodiary/worker.py": jobs.worker(release)})

    def run(self, playbook: str, *words: str, **variables: str) -> drill.Ran:
        os.environ["ANSIBLE_ROLES_PATH"] = str(self._place / "roles")
        try:
            ran = drill.run(playbook, "-i", str(self._place / "mailer.yml"), *words, **variables)
        finally:
            del os.environ["ANSIBLE_ROLES_PATH"]
        assert ran.code == 0, ran.output
        return ran

    def change(self, playbook: str, **variables: str) -> drill.Ran:
        pin = str(self._place / "release.yml")
        return self.run(playbook, "-e", "component=mailer", **variables, deploy_pin_file=pin)


@pytest.fixture
def mailer(fresh_fleet: None, tmp_path: Path) -> Iterator[Mailer]:
    made = Mailer(tmp_path)
    made.run("site", "--limit", "app")
    yield made
    gone = drill.run("prune", "--limit", "app")
    assert gone.code == 0, gone.output


def test_it_is_switched_without_a_job_that_is_lost_or_done_twice(mailer: Mailer) -> None:
    lab = yaml.safe_load((fleet.INVENTORY / "group_vars/all/lab.yml").read_text(encoding="utf-8"))
    work = jobs.Jobs(lab["lab_redis_host"], rate=30)
    with drill.traffic(50.0, paths=drill.COUNTED) as found, work.given():
        for playbook, variables, release in (("deploy", {"release": "mailer-2"}, "2"), ("rollback", {}, "1")):
            ran = mailer.change(playbook, **variables)
            log.info("%s: %g s, %s", playbook, ran.seconds(), work.by())
            work.is_done_by(release, hosts=2)
    drill.nothing_lost(found)
    assert work.count() == jobs.Count(work.sent, work.sent, 0, 0)
    assert work.together() == {"1"}, "on no host both slots were at work"
    assert drill.lease() is None
