# SPDX-License-Identifier: GPL-3.0-or-later
"""Which host is asked for which backup, and that nothing of it fails a deploy."""

from __future__ import annotations

import base64
import contextlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from ansible.errors import AnsibleError
from ansible_collections.echodiary.infra.plugins.action import deploy_backup
from ansible_collections.echodiary.infra.tests.unit.plugins.action.rig import Rig, read

PASSWORD = "hunter2-of-production"
SHOP = f"""
release: {{service: web}}
database: {{host: db, name: shop, user: shop, password: {PASSWORD}, sslmode: disable, backup: {{image: "postgres:17"}}}}
"""
JOBS = {"nightly": {"kind": "postgres", "component": "shop"}}
BEGUN = {"failed": False, "changed": True, "state": "begun"}


class Asked:
    """Hosts that are asked, in the place of connections to them; ``gone``: nobody answers there."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.hosts: list[str] = []
        self.gone = False
        monkeypatch.setattr(deploy_backup.action, "on", self._on)

    @contextlib.contextmanager
    def _on(self, action: Any, host: str, task_vars: Any) -> Iterator[Any]:
        self.hosts.append(host)
        if self.gone:
            raise AnsibleError(f"{host} does not answer")
        yield action, task_vars


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> Asked:
    return Asked(monkeypatch)


def rig(place: Path, *answers: Any, component: str = SHOP, **hosts: Any) -> Rig:
    role = place / "roles/shop"
    role.mkdir(parents=True, exist_ok=True)
    (role / "component.yml").write_text(component)
    known = {"app1": {"components": ["shop"]}, "app2": {"components": ["shop"]}, **hosts}
    facts = {"deploy_phases": [{"name": "lock", "at": 1700000000.0}]}
    return Rig(
        deploy_backup,
        *answers,
        hostvars=known,
        groups={"all": sorted(known)},
        playbook_dir=str(place),
        ansible_facts=facts,
        **known["app1"],
    )


def begin(one: Rig, *, check: bool = False, migrated: bool = False) -> dict[str, Any]:
    return one.run(check=check, state="begun", component="shop", hosts=["app2", "app1"], migrated=migrated)


def test_the_host_that_has_the_job_saves_into_the_repository(tmp_path: Path, asked: Asked) -> None:
    one = rig(tmp_path, BEGUN, db1={"components": ["backup"], "backup_jobs": JOBS})
    found = begin(one, migrated=True)
    assert (found["state"], found["failed"], found["changed"], asked.hosts) == ("begun", False, False, ["db1"])
    assert one.packages == ["_background"]
    assert one.manifest["command"] == ["/usr/local/sbin/echodiary-backup", "run", "nightly", "--tag", "deploy"]
    assert one.manifest["unit"] == "echodiary-deploy-backup-job-nightly" and one.manifest["given"] == ""


def test_a_dump_is_told_its_password_by_standard_input_alone(tmp_path: Path, asked: Asked) -> None:
    one = rig(tmp_path, BEGUN)
    assert begin(one)["state"] == "begun" and asked.hosts == ["app1"]
    manifest = one.manifest
    assert manifest["command"][:2] == ["sh", "-c"] and PASSWORD not in json.dumps(manifest)
    package, wanted = read(base64.b64decode(manifest["given"]))
    assert (package, wanted["wanted"]["id"], wanted["check"]) == ("_dump", "deploy-1700000000", False)
    assert wanted["wanted"]["login"]["password"] == PASSWORD


def test_a_migration_s_own_dump_is_enough(tmp_path: Path, asked: Asked) -> None:
    found = begin(rig(tmp_path, BEGUN), migrated=True)
    assert (found["state"], found["msg"], asked.hosts) == ("nothing", "", [])


def test_check_mode_calls_nobody_and_says_what_would_be(tmp_path: Path, asked: Asked) -> None:
    one = rig(tmp_path, BEGUN)
    found = begin(one, check=True)
    assert asked.hosts == [] and one.sent == [] and "would be made" in found["msg"]
    assert one.run(check=True, state="looked", component="shop", begun=found)["msg"] == found["msg"]
    assert one.run(check=True, state="ended", component="shop")["state"] == "nothing" and one.sent == []


def test_a_host_that_does_not_answer_is_a_warning(tmp_path: Path, asked: Asked) -> None:
    asked.gone = True
    found = begin(rig(tmp_path, BEGUN))
    assert (found["failed"], found["warning"]) == (False, True) and "app1 does not answer" in found["msg"]


@pytest.mark.parametrize("answer", ["sudo: a password is required", {"failed": True, "changed": False, "msg": "no room"}])
def test_one_that_refuses_is_a_warning(tmp_path: Path, asked: Asked, answer: Any) -> None:
    found = begin(rig(tmp_path, answer))
    assert (found["failed"], found["warning"]) == (False, True)
    assert "no room" in found["msg"] or "a password is required" in found["msg"]


def test_what_cannot_be_decided_is_a_warning(tmp_path: Path, asked: Asked) -> None:
    found = begin(rig(tmp_path, BEGUN, component="database: {nonsense: 1}"))
    assert (found["failed"], found["warning"], asked.hosts) == (False, True, []) and "nonsense" in found["msg"]


def test_one_that_never_answers_costs_no_more_than_its_seconds(tmp_path: Path, asked: Asked, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(deploy_backup, "_PATIENCE", 0.1)
    monkeypatch.setattr(deploy_backup.host, "call", lambda *_: __import__("time").sleep(30))
    found = begin(rig(tmp_path, BEGUN))
    assert found["warning"] and "no answer within 0.1 s" in found["msg"]


def test_what_became_of_it_is_asked_where_it_was_begun(tmp_path: Path, asked: Asked) -> None:
    one = rig(tmp_path, {"failed": False, "changed": False, "state": "done", "said": "nightly: snapshot 1a2b"})
    begun = {"state": "begun", "host": "db1", "unit": "u", "what": "job nightly of db1"}
    found = one.run(state="looked", component="shop", begun=begun, wait=2.0)
    assert found["msg"] == "backup: nightly: snapshot 1a2b (job nightly of db1)" and asked.hosts == ["db1"]
    assert (one.manifest["do"], one.manifest["unit"], one.manifest["wait"]) == ("look", "u", 2.0)


def test_what_an_earlier_deploy_still_saves_is_ended(tmp_path: Path, asked: Asked) -> None:
    one = rig(tmp_path, {"failed": False, "changed": True, "state": "done"})
    assert one.run(state="ended", component="shop", hosts=["app1"])["failed"] is False
    assert (one.manifest["do"], one.manifest["unit"]) == ("end", "echodiary-deploy-backup-dump-shop")


def test_another_state_is_refused(tmp_path: Path) -> None:
    rig(tmp_path).refused(state="other", component="shop")
