# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from ansible.parsing.dataloader import DataLoader
from ansible.template import Templar, trust_as_template
from ansible_collections.echodiary.infra.plugins.plugin_utils._common.errors import SpecError
from ansible_collections.echodiary.infra.plugins.plugin_utils._component import render, roster

ROLES = {
    "web": {
        "component.yml": "listens: [{port: '{port}', address: 127.0.0.1, from: [host], for: users}]\n"
        "release: {service: web, slots: '{{ web_ports }}', haproxy: {backend: '{{ web_name }}'}}\nsecrets: ['{{ nobody_has_this }}']\n",
        "defaults/main.yml": "web_ports: {blue: 8001, green: 8002}\nweb_name: shop\n",
    },
    "exporter": {
        "component.yml": "listens: [{port: '{{ exporter_port }}', from: [monitoring], for: metrics}]\n",
        "defaults/main.yml": "exporter_port: 9100\n",
        "meta/argument_specs.yml": "argument_specs: {main: {options: {exporter_port: {type: int}}}}\n",
    },
    "plain": {"component.yml": "packages: []\n"},
}


class Fleet:
    """Two hosts that have components and one that is silent about them; roles on disk."""

    def __init__(self, place: Path) -> None:
        for role, files in ROLES.items():
            for name, text in files.items():
                path = place / "roles" / role / name
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(text)
        self.hosts: dict[str, Any] = {
            "a": {"components": ["web", "plain"], "ansible_host": "10.0.0.1", "private_address": "10.9.0.1"},
            "b": {"components": ["exporter"], "exporter_port": trust_as_template("{{ 9000 + 1 }}")},
            "c": {},
        }
        self.place = str(place)

    def roster(self, own: str = "b", converged: list[str] | None = None) -> roster.Roster:
        groups = {"all": ["c", "b", "a"]}
        given: Any = {"inventory_hostname": own, "groups": groups, "hostvars": self.hosts, "playbook_dir": self.place, **self.hosts[own]}
        loader = DataLoader()
        self.templar = Templar(loader, variables=given)
        return roster.Roster(loader, self.templar, given, converged or [])


@pytest.fixture
def fleet(tmp_path: Path) -> Fleet:
    return Fleet(tmp_path)


def sockets(entry: roster.Entry) -> list[tuple[int, str]]:
    return [(one["port"], one["for"]) for one in entry.listens]


def test_every_component_of_every_host_by_the_hosts_own_values(fleet: Fleet) -> None:
    found = fleet.roster().entries()
    assert [(one.host, one.component) for one in found] == [("a", "web"), ("a", "plain"), ("b", "exporter")]
    web, plain, exporter = found
    assert sockets(web) == [(8001, "users"), (8002, "users")]
    assert web.release["haproxy"] == {"backend": "shop"}
    assert [one.backend for one in found] == ["shop", "", ""]
    assert (plain.listens, plain.release) == ([], {})
    assert sockets(exporter) == [(9001, "metrics")]
    assert Path(exporter.path).name == "exporter"


def test_a_backend_is_called_after_its_component_where_nothing_is_said(fleet: Fleet) -> None:
    for given in ("release: {slots: {a: 1, b: 2}}", "release: {slots: {a: 1, b: 2}, haproxy: {save: x}}"):
        Path(fleet.place, "roles/web/component.yml").write_text(given)
        assert fleet.roster().entries("a")[0].backend == "web"


def test_another_host_is_reached_where_the_inventory_says(fleet: Fleet) -> None:
    assert [one.address for one in fleet.roster().entries()] == ["10.9.0.1", "10.9.0.1", "127.0.0.1"]
    fleet.hosts["a"].pop("private_address")
    assert fleet.roster().entries("a")[0].address == "10.0.0.1"
    assert fleet.roster("a").entries("b")[0].address == "b"


def test_a_template_asks_for_all_or_for_one_host(fleet: Fleet) -> None:
    known = fleet.roster()
    asked = trust_as_template("{{ component_roster() | map(attribute='component') | list }}")
    assert known.rendered(known.host("b"), known.source(known.host("b"), "plain"), {"x": "y"}, "plain") == {"x": "y"}
    fleet.templar.available_variables = known.variables()
    assert render.template(fleet.templar, asked, "x") == ["web", "plain", "exporter"]
    one = trust_as_template("{{ (component_roster('a') | first).listens[1].port }}")
    assert render.template(fleet.templar, one, "x") == 8002


def test_nothing_is_read_of_hosts_that_nobody_asks_for(fleet: Fleet) -> None:
    fleet.hosts["a"]["components"] = ["unheard_of"]
    assert [one.component for one in fleet.roster().entries("b")] == ["exporter"]
    with pytest.raises(SpecError, match=r"host a: unknown component 'unheard_of': no component\.yml in .*; name one of the roles"):
        fleet.roster().entries()


def test_a_host_without_a_list_has_what_its_task_converges(fleet: Fleet) -> None:
    assert fleet.roster("b").entries("c") == []
    found = [*fleet.roster("c", ["exporter"]).entries("c"), *fleet.roster("b").entries("b")]
    assert [(one.component, one.listed) for one in found] == [("exporter", False), ("exporter", True)]


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"exporter_port": "http"}, r"host b: exporter: exporter_port: 'http' is no int; see exporter/meta/argument_specs\.yml"),
        ({"exporter_port": 70000}, r"host b: exporter: listens: '70000' is no port; use a number from 1 to 65535"),
        ({"exporter_port": trust_as_template("{{ unset }}")}, r"host b: exporter/component\.yml.*'unset' is undefined"),
        (
            {"components": {"exporter": 1}},
            r"host b: components has to be a list of names, not {'exporter': 1}; correct it in the inventory",
        ),
        ({"components": trust_as_template("{{ unset }}")}, r"host b: components.*'unset' is undefined"),
    ],
)
def test_an_error_names_host_and_component(fleet: Fleet, wrong: dict[str, Any], words: str) -> None:
    fleet.hosts["b"].update(wrong)
    with pytest.raises(SpecError, match=words):
        fleet.roster("a").entries("b")


def test_a_line_of_an_ini_inventory_is_a_list_of_names(fleet: Fleet) -> None:
    fleet.hosts["a"]["components"] = "exporter, plain"
    assert [one.component for one in fleet.roster().entries("a")] == ["exporter", "plain"]


def test_what_the_inventory_says_of_a_host_may_ask_others(fleet: Fleet) -> None:
    fleet.hosts["a"]["components"] = trust_as_template("{{ hostvars.b.components + ['plain'] }}")
    fleet.hosts["a"]["private_address"] = trust_as_template("{{ hostvars.c.net }}.1")
    fleet.hosts["c"]["net"] = "10.7.0"
    found = fleet.roster().entries("a")
    assert [(one.component, one.address) for one in found] == [("exporter", "10.7.0.1"), ("plain", "10.7.0.1")]


def test_where_ssh_goes_is_asked_only_where_nothing_else_is_said(fleet: Fleet) -> None:
    unknown = trust_as_template("{{ unset }}")
    fleet.hosts["a"]["ansible_host"] = unknown
    assert {one.address for one in fleet.roster().entries("a")} == {"10.9.0.1"}
    fleet.hosts["a"]["private_address"] = unknown
    assert {one.address for one in fleet.roster("a").entries("a")} == {"127.0.0.1"}
    assert fleet.roster().host("a").components == ["web", "plain"]
    with pytest.raises(SpecError, match="host a: private_address line 1: 'unset' is undefined"):
        fleet.roster().entries("a")


def test_of_other_hosts_nothing_is_rendered_that_only_a_deploy_asks(fleet: Fleet) -> None:
    release = "{slots: {a: 1, b: 2}, path: /x, requests: [{headers: {key: '{{ secrets.key }}'}}], warm_up: [{path: '{{ secrets.key }}'}]}"
    Path(fleet.place, "roles/web/component.yml").write_text(f"release: {release}\n")
    assert fleet.roster("b").entries("a")[0].release == {"slots": {"a": 1, "b": 2}, "path": "/x"}
    fleet.hosts["a"]["secrets"] = {"key": "k"}
    assert fleet.roster("a").entries("a")[0].release["requests"] == [{"headers": {"key": "k"}}]


def test_two_roles_of_one_name_are_refused(fleet: Fleet) -> None:
    fleet.hosts["a"]["components"] = ["docker", "echodiary.infra.docker"]
    assert [one.name for one in fleet.roster().roles()] == ["docker", "exporter"]
    fleet.hosts["a"]["components"] = ["plain"]
    fleet.hosts["c"]["components"] = ["echodiary.infra.docker"]
    path = Path(fleet.place, "roles/docker/component.yml")
    path.parent.mkdir()
    path.write_text("{}")
    fleet.hosts["b"]["components"] = ["docker"]
    with pytest.raises(SpecError, match=r"hosts have two components docker, .*roles/docker and .*infra/roles/docker; call one of them"):
        fleet.roster().roles()


class HostVars(dict[str, Any]):
    """As Ansible has them: what was typed wins for every host."""

    def __init__(self, hosts: dict[str, Any], **typed: Any) -> None:
        super().__init__(hosts)
        self._variable_manager = SimpleNamespace(extra_vars=typed)

    def raw_get(self, name: str) -> dict[str, Any]:
        return {**self[name], **self._variable_manager.extra_vars}


@pytest.mark.parametrize("own", ["a", "b"])
def test_what_was_typed_says_of_no_host_what_it_has(fleet: Fleet, own: str) -> None:
    typed = {"components": ["exporter"], "exporter_port": 7}
    given: Any = {"inventory_hostname": own, "groups": {"all": ["a", "b", "c"]}, "playbook_dir": fleet.place, "components": ["exporter"]}
    given["hostvars"] = HostVars(fleet.hosts, **typed)
    loader = DataLoader()
    known = roster.Roster(loader, Templar(loader, variables=given), {**fleet.hosts[own], **typed, **given}, ["exporter"])
    assert [(one.host, one.component) for one in known.entries()] == [("a", "web"), ("a", "plain"), ("b", "exporter")]
    assert sockets(known.entries("b")[0]) == [(7, "metrics")]
    assert given["hostvars"]._variable_manager.extra_vars == typed


def test_an_error_arrives_through_a_template(fleet: Fleet) -> None:
    fleet.hosts["b"]["exporter_port"] = 0
    known = fleet.roster("a")
    fleet.templar.available_variables = known.variables()
    with pytest.raises(SpecError, match=r"prometheus/x\.j2.*host b: exporter: listens: '0' is no port"):
        render.template(fleet.templar, trust_as_template("{{ component_roster() }}"), "prometheus/x.j2")


def test_a_host_that_nobody_knows_is_named(fleet: Fleet) -> None:
    with pytest.raises(SpecError, match="host z: is not in the inventory"):
        fleet.roster().entries("z")


def test_sockets_are_checked_as_where_they_are_declared(fleet: Fleet) -> None:
    Path(fleet.place, "roles/plain/component.yml").write_text("listens: [{port: 1, from: [host], for: fun}]\n")
    with pytest.raises(SpecError, match=r"host a: plain: component\.yml: value of for must be one of.*correct .*plain/component\.yml"):
        fleet.roster().entries("a")
