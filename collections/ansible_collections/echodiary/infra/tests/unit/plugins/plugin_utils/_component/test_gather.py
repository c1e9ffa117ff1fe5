# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from ansible.parsing.dataloader import DataLoader
from ansible.template import Templar
from ansible_collections.echodiary.infra.plugins.plugin_utils._common.errors import SpecError
from ansible_collections.echodiary.infra.plugins.plugin_utils._component import gather, monitoring, render, roster, source

FILES = {
    "watcher/component.yml": "gathers: {/etc/watcher: watch}\n",
    "watcher/defaults/main.yml": "watcher_pause: 5\n",
    "watcher/tree/etc/watcher/own.j2": "{{ component_monitoring().jobs | map(attribute='job') | join(',') }}\n",
    "web/component.yml": "listens: [{port: '{{ web_port }}', from: [watcher], for: metrics}]\n",
    "web/defaults/main.yml": "web_port: 80\nweb_limit: 3\n",
    "web/meta/argument_specs.yml": "argument_specs: {main: {options: {web_limit: {type: int}}}}\n",
    "web/monitoring.yml": "targets: [{job: web}]\n",
    "web/watch/rules.yml.j2": "{{ component_name }} {{ web_limit + 1 }} {{ watcher_pause }}\n",
    "web/watch/board.json": "{{ not a template }}",
    "web/watch/empty.j2": "{% if false %}x{% endif %}",
    "idle/component.yml": "{}\n",
}


class Watcher:
    def __init__(self, place: Path) -> None:
        self.place = place
        for name, text in FILES.items():
            self.write(name, text)
        self.hosts: dict[str, Any] = {"a": {"components": ["web", "idle"]}, "b": {"components": ["watcher"]}}

    def write(self, name: str, text: str) -> None:
        path = self.place / "roles" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)

    def tree(self, **given: Any) -> dict[str, Any]:
        groups = {"all": sorted(self.hosts)}
        known: Any = {"inventory_hostname": "b", "groups": groups, "hostvars": self.hosts, "playbook_dir": str(self.place)}
        known |= {**self.hosts["b"], **given}
        loader = DataLoader()
        templar = Templar(loader, variables=known)
        hosts = roster.Roster(loader, templar, known, ["watcher"])
        own = source.load("watcher", str(self.place), loader)
        told = {**hosts.variables(), **monitoring.Monitoring(hosts).variables()}
        available = render.variables(own, known, templar, told)
        return gather.tree(own, render.spec(own, available, templar), available, templar, hosts)


@pytest.fixture
def watcher(tmp_path: Path) -> Watcher:
    return Watcher(tmp_path)


def test_files_come_from_the_roles_of_what_hosts_run(watcher: Watcher) -> None:
    assert watcher.tree() == {
        "/etc/watcher/own": "web\n",
        "/etc/watcher/web-rules.yml": "web 4 5\n",
        "/etc/watcher/web-board.json": "{{ not a template }}",
        "/etc/watcher/web-empty": None,
    }


def test_who_leaves_takes_its_files_along(watcher: Watcher) -> None:
    watcher.hosts["a"]["components"].remove("web")
    assert watcher.tree() == {"/etc/watcher/own": None}


def test_values_of_the_one_that_gathers_count_and_have_their_type(watcher: Watcher) -> None:
    watcher.hosts["a"]["web_limit"] = 100
    assert watcher.tree(web_limit="7")["/etc/watcher/web-rules.yml"] == "web 8 5\n"


def test_targets_are_by_the_values_of_their_own_host(watcher: Watcher) -> None:
    watcher.hosts["a"]["web_port"] = 81
    watcher.write("watcher/tree/etc/watcher/own.j2", "{{ component_monitoring().targets[0].address }}")
    assert watcher.tree(web_port=82)["/etc/watcher/own"] == "a:81"


def test_an_error_names_the_file_that_has_it(watcher: Watcher) -> None:
    watcher.write("web/watch/rules.yml.j2", "x\n{{ unset }}\n")
    with pytest.raises(SpecError, match=r"web/watch/rules\.yml\.j2 line 2: 'unset' is undefined"):
        watcher.tree()
    watcher.write("web/monitoring.yml", "targets: [{job: '{{ unset }}'}]\n")
    with pytest.raises(SpecError, match=r"host a: web/monitoring\.yml.*'unset' is undefined"):
        watcher.tree()


def test_two_roles_do_not_bring_one_file(watcher: Watcher) -> None:
    watcher.write("web-board/component.yml", "{}\n")
    watcher.write("web/watch/board-x.json", "1")
    watcher.write("web-board/watch/x.json", "2")
    watcher.hosts["a"]["components"].append("web-board")
    with pytest.raises(SpecError, match=r"web-board-x\.json is gathered, and there already"):
        watcher.tree()


def test_a_file_of_both_is_refused(watcher: Watcher) -> None:
    watcher.write("watcher/tree/etc/watcher/web-board.json", "own")
    with pytest.raises(SpecError, match=r"^watcher: /etc/watcher/web-board\.json is gathered, and there already"):
        watcher.tree()


def test_a_component_of_another_collection_brings_all_that_it_has(watcher: Watcher, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("component.yml", "defaults/main.yml", "monitoring.yml", "watch/rules.yml.j2"):
        watcher.write(f"../other/roles/cart/{name}", FILES[f"web/{name}"])
    monkeypatch.setattr(source, "_get_collection_path", lambda name: str(watcher.place / ("other" if name == "my.own" else "home")))
    watcher.hosts["a"]["components"] = ["my.own.cart"]
    assert watcher.tree() == {"/etc/watcher/own": "web\n", "/etc/watcher/cart-rules.yml": "cart 4 5\n"}


def test_an_inventory_that_says_of_no_host_what_it_has_is_told_loudly(watcher: Watcher, monkeypatch: pytest.MonkeyPatch) -> None:
    said: list[str] = []
    monkeypatch.setattr(monitoring.display, "warning", said.append)
    watcher.tree()
    assert said == []
    for host in watcher.hosts.values():
        host.clear()
    watcher.tree()
    assert ["no host of the inventory has components" in one for one in said] == [True]


def test_a_variable_that_is_gone_is_refused_with_what_takes_its_place(watcher: Watcher) -> None:
    watcher.write("watcher/meta/gone.yml", "watcher_jobs: web_jobs\nwatcher_limit: web_limit\n")
    watcher.tree()
    with pytest.raises(SpecError, match=r"^watcher: .* gone: watcher_limit is now web_limit; move them, then again$"):
        watcher.tree(watcher_limit=3)


def test_what_nobody_would_read_is_refused(watcher: Watcher) -> None:
    watcher.write("watcher/component.yml", "gathers: {/etc/watcher: monitoring/rules}\n")
    watcher.write("web/monitoring/rules/good.yml.j2", "x")
    assert "/etc/watcher/web-good.yml" in watcher.tree()
    watcher.write("web/monitoring/rules/bad.yaml", "x")
    with pytest.raises(SpecError, match=r"web: nobody would read monitoring/rules/bad\.yaml: its name has to end in \.yml or \.yml\.j2"):
        watcher.tree()


def test_what_judges_all_hosts_is_by_the_values_of_the_one_that_watches(watcher: Watcher) -> None:
    watcher.write("web/monitoring.yml", "failing: {collector: 'up < {{ web_limit }}'}\n")
    watcher.write("watcher/tree/etc/watcher/own.j2", "{{ component_monitoring().failing.collector | join(' or ') }}")
    watcher.hosts["c"] = {"components": ["web"], "web_limit": 8}
    watcher.hosts["a"]["web_limit"] = 9
    assert watcher.tree(web_limit=7)["/etc/watcher/own"] == "up < 7"
