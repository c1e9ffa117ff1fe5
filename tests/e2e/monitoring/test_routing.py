# SPDX-License-Identifier: GPL-3.0-or-later
"""Who is told and who is not: long messages, a deploy's silence, warnings; and what is refused before it changes anything."""

from __future__ import annotations

import datetime
import json
import shutil
import time
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.monitoring import watched
from tests.e2e.monitoring.receiver import Message, Receiver
from tests.waiting import eventually

pytestmark = [pytest.mark.full, pytest.mark.usefixtures("receiver")]

#: Alertmanager does not tell the same again for hours: a second run on a standing lab needs names of its own.
RUN = f"{time.time():.0f}"
PLAY = """
- name: A play that disturbs
  hosts: all
  gather_facts: false
  tasks:
    - name: Begin
      ansible.builtin.import_tasks: {root}/collections/ansible_collections/echodiary/infra/playbooks/tasks/silence.yml
      vars: {{silence_state: start, silence_minutes: "{{{{ minutes }}}}", silence_comment: drill}}
    - name: Die
      ansible.builtin.fail:
      when: dies
    - name: Finish
      ansible.builtin.import_tasks: {root}/collections/ansible_collections/echodiary/infra/playbooks/tasks/silence.yml
      vars: {{silence_state: end}}
"""


def silences() -> list[dict[str, Any]]:
    found = watched.get(f"{watched.ALERTMANAGER}/api/v2/silences")
    return [silence for silence in found if silence["comment"] == "drill" and silence["status"]["state"] == "active"]


def play(tmp_path: Path, **variables: Any) -> str:
    playbook = tmp_path / "play.yml"
    playbook.write_text(PLAY.format(root=watched.ROOT))
    return watched.site(playbook=str(playbook), check=False, **variables).stdout


def post(name: str, number: int = 1, text: str = "a drill", severity: str = "critical") -> None:
    labels = {"alertname": name, "severity": severity, "environment": "local"}
    ends = (datetime.datetime.now(datetime.UTC) + datetime.timedelta(seconds=35)).isoformat()
    says = {"annotations": {"summary": text, "description": text}, "endsAt": ends}
    alerts = [{"labels": {**labels, "device": str(n)}, **says} for n in range(number)]
    watched.get(f"{watched.ALERTMANAGER}/api/v2/alerts", alerts)


def of(receiver: Receiver, name: str) -> dict[str, Message]:
    return {message.to: message for message in receiver.messages if f" {name}" in message.title}


def test_what_is_longer_than_a_message_may_be_arrives_cut(receiver: Receiver) -> None:
    name = f"DrillOfWords{RUN}" + "AndWords" * 40
    post(name, number=30, text="word " * 300)
    eventually(lambda: len(of(receiver, name[:100])) == 2, 60, "Slack and Discord")
    assert {message.status for message in of(receiver, name[:100]).values()} == {200}
    assert "… and 20 more" in of(receiver, name[:100])["slack"].text


def test_a_warning_is_not_told_at_once(receiver: Receiver) -> None:
    post(f"DrillOfPatience{RUN}", severity="warning")
    post(f"DrillOfHaste{RUN}")
    eventually(lambda: len(of(receiver, f"DrillOfHaste{RUN}")) == 2, 60)
    assert of(receiver, f"DrillOfPatience{RUN}") == {}


def test_a_silence_ends_with_its_play(tmp_path: Path) -> None:
    output = play(tmp_path, minutes=5, dies=False)
    assert "0 failed" in output or "failed" not in output, output
    assert silences() == []


def test_a_play_that_dies_leaves_a_silence_that_ends_by_itself(tmp_path: Path, receiver: Receiver) -> None:
    play(tmp_path, minutes=1, dies=True)
    (silence,) = silences()
    ends = datetime.datetime.fromisoformat(silence["endsAt"])
    assert datetime.timedelta(0) < ends - datetime.datetime.now(datetime.UTC) <= datetime.timedelta(minutes=1)
    post("ContainerRestarting")
    post(f"DrillOfUsers{RUN}")
    eventually(lambda: of(receiver, f"DrillOfUsers{RUN}"), 90)
    assert not any(" ContainerRestarting " in message.title for message in receiver.messages)
    eventually(lambda: not silences(), 130)


def test_without_an_alertmanager_a_play_goes_on(tmp_path: Path) -> None:
    output = play(tmp_path, minutes=5, dies=False, alertmanager_port=1)
    assert "Alertmanager on mon1 did not take the silence" in output
    assert silences() == []


def test_a_dashboard_that_is_no_json_touches_nothing(tmp_path: Path) -> None:
    """Of a copy of the role; any image will do, since it is never started."""
    shutil.copytree(watched.ROOT / "roles/grafana", tmp_path / "roles/grafana")
    (tmp_path / "roles/grafana/tree/etc/grafana/dashboards").mkdir()
    (tmp_path / "roles/grafana/tree/etc/grafana/dashboards/api.json").write_text('{"uid": "x"')
    playbook = tmp_path / "grafana.yml"
    task = {"name": "Converge", "echodiary.infra.converge": {"components": ["grafana"]}}
    playbook.write_text(json.dumps([{"hosts": "mon1", "gather_facts": False, "become": True, "tasks": [task]}]))
    image = watched.on("mon1", "docker inspect --format '{{.Config.Image}}' prometheus-prometheus-1").strip()
    for words in (["--check"], []):
        refused = watched.site(*words, playbook=str(playbook), check=False, grafana_image=image, grafana_admin_password="x-drill")
        assert refused.returncode != 0
        assert "api.json is no JSON" in refused.stdout, refused.stdout
    assert watched.on("mon1", "ls -d /etc/grafana /srv/grafana 2>&1 || true").count("cannot access") == 2
