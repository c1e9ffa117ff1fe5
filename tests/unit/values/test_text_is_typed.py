# SPDX-License-Identifier: GPL-3.0-or-later
"""``-e x=false`` and a line of an INI inventory mean false: what is rendered and decided is what the same YAML would give."""

from __future__ import annotations

import json
import subprocess
import sys
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests import rendering

ROOT = Path(__file__).parents[3]
ROLES = sorted(
    path.parent.parent for path in (ROOT / "collections/ansible_collections/echodiary/infra/roles").glob("*/meta/argument_specs.yml")
)
#: Variables without which a role renders nothing.
NEEDED: dict[str, Any] = {
    "cloudwatch_agent_packages": rendering.FLEET["cloudwatch_agent_packages"],
    "echodiary_database_ca_certificate": "PEM",
    "postgres_exporter_ca_certificate": "PEM",
    "gitops_environment": "test",
    "redis_exporter_url": "redis://x:6379",
}


@cache
def options(role: Path) -> dict[str, Any]:
    entries = yaml.safe_load((role / "meta/argument_specs.yml").read_text())["argument_specs"].values()
    return {name: option for entry in entries for name, option in entry["options"].items()}


@cache
def defaults(role: Path) -> dict[str, Any]:
    return yaml.safe_load((role / "defaults/main.yml").read_text()) or {}


def as_text(value: Any) -> str:
    return json.dumps(value)


def other_than_text(role: Path) -> dict[str, Any]:
    """Defaults of every declared variable that is not text itself, without those that are templates, or are not given."""
    return {
        name: value
        for name, value in defaults(role).items()
        if value is not None and options(role)[name].get("type", "str") not in ("str", "path") and "{{" not in as_text(value)
    }


VARIABLES = [pytest.param(role, name, id=name) for role in ROLES for name in other_than_text(role)]
COMPONENTS = [pytest.param(role, id=role.name) for role in ROLES if (role / "component.yml").exists()]


def rendered(role: Path, **given: Any) -> dict[str, Any]:
    required = {name: "x" for name, option in options(role).items() if option.get("required")}
    return rendering.tree(role.name, **{**required, **NEEDED, **given})


def differing(one: dict[str, Any], other: dict[str, Any]) -> list[str]:
    """Paths only: pytest would compare the texts line by line, which takes minutes."""
    return sorted(path for path in one.keys() | other.keys() if one.get(path) != other.get(path))


@pytest.mark.parametrize(("role", "name"), VARIABLES)
def test_a_default_as_text_is_the_default(role: Path, name: str) -> None:
    from ansible_collections.echodiary.infra.plugins.plugin_utils._arguments import given

    value = other_than_text(role)[name]
    done = given.conversions({name: as_text(value)}, options(role))
    assert done.problems == []
    assert done.values[name] == value and (isinstance(value, (int, float)) or type(done.values[name]) is type(value))


@pytest.mark.parametrize("role", COMPONENTS)
def test_all_defaults_as_text_render_the_same_files(role: Path) -> None:
    texts = {name: as_text(value) for name, value in other_than_text(role).items()}
    assert differing(rendered(role, **texts), rendered(role)) == []


@pytest.mark.parametrize("role", COMPONENTS)
def test_every_switch_the_other_way_as_text_renders_as_the_switch_would(role: Path) -> None:
    switches = {name: not value for name, value in other_than_text(role).items() if isinstance(value, bool)}
    texts = {name: str(value) for name, value in switches.items()}
    assert differing(rendered(role, **texts), rendered(role, **switches)) == []


PLAY = """
- hosts: all
  gather_facts: false
  tasks:
    - ansible.builtin.copy:
        dest: "%s/{{ inventory_hostname }}"
        content: "{{ [deploy_alerts_block | default(true), deploy_reason | default('')] | to_json }}"
"""


class Play:
    """A play that writes down what it was given, run with this repository's configuration."""

    def __init__(self, place: Path) -> None:
        self.place = place
        (place / "play.yml").write_text(PLAY % place)
        self.inventory("h1 ansible_connection=local")

    def inventory(self, text: str) -> None:
        (self.place / "hosts").write_text(text + "\n")

    def run(self, *words: str) -> subprocess.CompletedProcess[str]:
        command = [str(Path(sys.executable).with_name("ansible-playbook")), str(self.place / "play.yml"), "-i", str(self.place / "hosts")]
        python = ["-e", f"ansible_python_interpreter={sys.executable}"]
        return subprocess.run([*command, *python, *words], cwd=ROOT, capture_output=True, text=True, check=False, timeout=120)

    def seen(self, *words: str) -> Any:
        done = self.run(*words)
        assert done.returncode == 0, done.stdout + done.stderr
        return json.loads((self.place / "h1").read_text())


@pytest.fixture
def play(tmp_path: Path) -> Play:
    return Play(tmp_path)


def test_text_on_the_command_line_is_the_declared_type(play: Play) -> None:
    assert play.seen("-e", "deploy_alerts_block=false") == [False, ""]


def test_text_in_an_ini_inventory_is_the_declared_type(play: Play) -> None:
    play.inventory("h1 ansible_connection=local\n[all:vars]\ndeploy_alerts_block=false")
    assert play.seen() == [False, ""]


def test_a_template_stays_a_template(play: Play) -> None:
    play.inventory("h1 ansible_connection=local")
    assert play.seen("-e", "deploy_alerts_block='{{ 1 == 2 }}'") == [False, ""]


def test_what_is_of_no_such_type_is_refused_before_anything_is_touched(play: Play) -> None:
    done = play.run("-e", "deploy_alerts_block=maybe")
    assert done.returncode != 0 and "deploy_alerts_block" in done.stderr and "maybe" in done.stderr and "bool" in done.stderr
    assert not (play.place / "h1").exists()


def test_words_that_the_shell_left_over_are_refused_with_the_form_that_works(play: Play) -> None:
    done = play.run("-e", "deploy_reason=faster search")
    assert done.returncode != 0 and not (play.place / "h1").exists()
    assert "-e \"deploy_reason='faster search'\"" in done.stderr
    assert play.seen("-e", "deploy_reason='faster search'") == [True, "faster search"]


def test_a_misspelt_variable_is_refused_with_the_right_name(play: Play) -> None:
    done = play.run("-e", "deploy_alert_block=false")
    assert done.returncode != 0 and "deploy_alerts_block" in done.stderr and not (play.place / "h1").exists()


def test_people_may_have_variables_of_their_own(play: Play) -> None:
    assert play.seen("-e", "my_deploy_colour=green") == [True, ""]
    play.inventory("h1 ansible_connection=local\n[all:vars]\ndeploy_alert_block=mine")
    assert play.seen("-e", "deploy_alert_block=yours") == [True, ""]


HAS_SECRETS = " echodiary_secrets_source=inventory"


def test_a_component_that_no_host_runs_is_refused_with_those_there_are(play: Play) -> None:
    play.inventory(
        f"[app]\nh1 ansible_connection=local ansible_python_interpreter={sys.executable} components=haproxy,echodiary{HAS_SECRETS}"
    )
    command = [str(Path(sys.executable).with_name("ansible-playbook")), "playbooks/restart.yml", "-i", str(play.place / "hosts")]
    done = subprocess.run([*command, "-e", "component=nope"], cwd=ROOT, capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == 2 and "nope" in done.stdout and "haproxy" in done.stdout
