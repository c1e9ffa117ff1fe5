# SPDX-License-Identifier: GPL-3.0-or-later
"""Two applications on one host, each with a database: saved, listed and restored by the playbooks, one without the other."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from tests.integration.database_dump.conftest import PASSWORDS, Diary, Server

ROOT = Path(__file__).parents[3]
PLAYBOOKS = ROOT / "collections/ansible_collections/echodiary/infra/playbooks"
SHOP = """
release: {service: web}
database:
  host: "{{ server }}"
  name: "{{ shop_database }}"
  user: echodiary
  password: "{{ secret }}"
  sslmode: disable
  admin: {user: echodiary_admin, password: "{{ admin_secret }}"}
  backup: {image: "{{ client }}", directory: "{{ place }}/shop", keep: 2, keep_days: 0}
"""


class Fleet:
    """``echodiary`` as inventories have always declared it; ``shop`` by its own component.yml; ``cart`` has no database."""

    def __init__(self, place: Path, server: Server) -> None:
        self.place, self.playbooks = place, place / "playbooks"
        self.echodiary, self.shop = (Diary(server, self._directory(name)) for name in ("of-echodiary", "of-shop"))
        self.textfiles = self._directory("textfiles")
        shutil.copytree(PLAYBOOKS, self.playbooks)
        for name, text in {"shop": SHOP, "cart": "release: {service: web}\n"}.items():
            (self.playbooks / "roles" / name).mkdir(parents=True)
            (self.playbooks / "roles" / name / "component.yml").write_text(text)
        # the lease of this machine is none of a test's business
        plays = yaml.safe_load((self.playbooks / "restore.yml").read_text())
        plays[1]["module_defaults"] = {"echodiary.infra.deploy_lock": {"directory": str(place / "lease")}}
        (self.playbooks / "restore.yml").write_text(yaml.safe_dump(plays))
        self._write_inventory(server)

    def _directory(self, name: str) -> Path:
        (self.place / name).mkdir()
        return self.place / name

    def _write_inventory(self, server: Server) -> None:
        variables = {
            "ansible_connection": "local", "ansible_python_interpreter": sys.executable, "ansible_become": False,
            "echodiary_environment": "here", "echodiary_secrets_source": "inventory",
            "components": ["echodiary", "shop", "cart"],
            "node_exporter_textfile_directory": str(self.textfiles),
            "server": server.address, "client": server.client_image, "place": str(self.place),
            "secret": PASSWORDS["database_password"], "admin_secret": PASSWORDS["database_admin_password"],
            "shop_database": self.shop.name,
            "echodiary_database_host": server.address, "echodiary_database": self.echodiary.name,
            "echodiary_database_password": "{{ secret }}", "echodiary_database_sslmode": "disable",
            "echodiary_backup_method": "dump", "echodiary_backup_image": server.client_image,
            "echodiary_backup_directory": str(self.echodiary.directory),
            "echodiary_backup_host": "{{ groups | echodiary.infra.first_host('app') }}",
            "echodiary_backup_admin_user": "echodiary_admin", "echodiary_backup_admin_password": "{{ admin_secret }}",
        }  # fmt: skip
        (self.place / "inventory.json").write_text(json.dumps({"app": {"hosts": {"app1": variables}}}))

    def play(self, name: str, *words: str) -> tuple[int, str]:
        command = [str(Path(sys.executable).with_name("ansible-playbook")), "-i", "../inventory.json", f"{name}.yml", *words]
        environment = {**os.environ, "ANSIBLE_CONFIG": str(ROOT / "ansible.cfg"), "ANSIBLE_FORCE_COLOR": "0", "PWD": str(self.playbooks)}
        done = subprocess.run(
            command, cwd=self.playbooks, env=environment, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=120, check=False
        )
        output = " ".join((done.stdout + done.stderr).split())
        assert not [word for word in PASSWORDS.values() if word in output]
        return done.returncode, output

    def saved(self, name: str) -> set[str]:
        return {path.stem for path in (self.place / name).glob("*.dump")}


@pytest.fixture(scope="module")
def fleet(server: Server, tmp_path_factory: pytest.TempPathFactory) -> Fleet:
    return Fleet(tmp_path_factory.mktemp("fleet"), server)


def test_where_there_are_several_one_has_to_be_named_and_has_to_say_where_its_database_is(fleet: Fleet) -> None:
    code, output = fleet.play("backup")
    assert code != 0 and "ansible-playbook echodiary.infra.backup -e component=shop" in output, output
    code, output = fleet.play("backup", "-e", "component=cart")
    assert code != 0 and "component.yml of cart does not say where its database is" in output, output
    assert "say there database: {host: " in output


def test_each_has_a_directory_a_retention_and_a_metric_of_its_own(fleet: Fleet) -> None:
    before = fleet.echodiary.play("created", id="b1")
    assert before["changed"], "as the version before made it"
    code, output = fleet.play("backup", "-e", "component=shop", "-e", "backup_id=b1", "--check", "-vvv")
    assert code == 0 and fleet.saved("shop") == set() and list(fleet.textfiles.iterdir()) == [], output
    for number in (1, 2, 3):
        code, output = fleet.play("backup", "-e", "component=shop", "-e", f"backup_id=b{number}")
        assert code == 0 and f"made backup b{number} (dump): app1:{fleet.place}/shop/b{number}.dump" in output, output
    assert fleet.saved("shop") == {"b2", "b3"}
    assert {path.name for path in fleet.textfiles.iterdir()} == {"backup_shop.prom"}
    code, output = fleet.play("backup", "-e", "component=echodiary", "-e", "backup_id=b4", "-vvv")
    assert code == 0 and fleet.saved("of-echodiary/backups") == {"b1", "b4"}, output
    samples = {path.name: path.read_text().splitlines()[-1].rpartition(" ")[0] for path in fleet.textfiles.iterdir()}
    assert samples == {
        "backup_shop.prom": 'echodiary_backup_last_success_timestamp_seconds{environment="here",component="shop"}',
        "backup_echodiary.prom": 'echodiary_backup_last_success_timestamp_seconds{environment="here",component="echodiary"}',
        "echodiary_backup.prom": 'echodiary_backup_last_success_timestamp_seconds{environment="here"}',
    }


def test_one_is_listed_and_restored_and_the_other_one_is_not_touched(fleet: Fleet) -> None:
    code, output = fleet.play("backups", "-e", "component=echodiary")
    assert code == 0 and "b1 " in output and "b4 " in output and "b2 " not in output, output
    rows, other = fleet.shop.rows(), fleet.echodiary.rows()
    fleet.shop.sql("DELETE FROM entries WHERE id < 1000")
    code, output = fleet.play("restore", "-e", "component=shop", "-e", "restore_backup=b3")
    assert code != 0 and "-e component=shop -e restore_backup=b3 -e confirm=b3" in output, output
    code, output = fleet.play("restore", "-e", "component=shop", "-e", "restore_backup=b3", "-e", "confirm=b3", "-vvv")
    assert code == 0, output
    assert (fleet.shop.rows(), fleet.echodiary.rows()) == (rows, other)
    assert fleet.shop.databases() == {fleet.shop.name, f"{fleet.shop.name}_before_b3"}
    assert fleet.echodiary.databases() == {fleet.echodiary.name}
