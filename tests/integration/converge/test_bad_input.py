# SPDX-License-Identifier: GPL-3.0-or-later
"""Bad input is one clear line, said before the host is even called."""

from __future__ import annotations

from typing import Any

import pytest

from tests.integration.converge.machine import Machine, Run, task


@pytest.fixture(scope="module")
def roles(fresh: Machine) -> None:
    role = fresh.role
    role("needy", component="---\n", specs="---\nargument_specs: {main: {options: {needy_name: {type: str, required: true}}}}\n")
    role("typo", component="---\n", **{"tree/etc/typo.j2": "one\n\n{{ typo_nowhere }}\n"})
    role("broken", component="---\n", **{"tree/etc/broken.j2": "one\n{% for %}\n"})
    role("twin", component="---\n", **{"tree/etc/demo/demo.conf": "mine\n"})
    role("dots", component="---\ndirectories: {/etc/../root/x: {}}\n")
    role("stranger", component="---\nfiles: {/etc/stranger: {owner: nobody-here}}\n", **{"tree/etc/stranger": "x\n"})
    role("unit", component="---\nunits: {no-such-thing.service: {state: started}}\n")
    role("kernel", component='---\nsysctl: {net.no.such.key: "1"}\n')
    role("mode", component="---\nfiles: {/etc/mode: {mode: 0640}}\n", **{"tree/etc/mode": "x\n"})
    role("escape", component="---\n", **{"tree/etc/inside": "x\n"})
    (fresh.place / "roles/escape/tree/etc/outside").symlink_to("/etc/passwd")
    fresh.role("missing_image", component="---\ncompose: /opt/m/compose.yaml\n",
               **{"tree/opt/m/compose.yaml": "services: {m: {image: '127.0.0.1:9/no/such:1'}}\n"})  # fmt: skip


CONTROLLER: list[tuple[list[str], dict[str, Any], list[str]]] = [
    (["needy"], {}, ["needy", "needy_name", "required", "argument_specs.yml"]),
    (["demo"], {"demo_port": "many"}, ["demo", "demo_port", "int"]),
    (["no_such_component"], {}, ["unknown component 'no_such_component'"]),
    (["typo"], {}, ["typo/tree/etc/typo.j2", "line 3", "typo_nowhere"]),
    (["broken"], {}, ["broken/tree/etc/broken.j2", "line 2"]),
    (["demo", "twin"], {}, ["/etc/demo/demo.conf", "demo and twin"]),
    (["demo", "demo"], {}, ["demo", "twice"]),
    (["escape"], {}, ["tree/etc/outside", "out of the tree"]),
    (["dots"], {}, ["/etc/../root/x", ".."]),
    (["mode"], {}, ["/etc/mode", "416", "quoted"]),
]
HOST: list[tuple[list[str], dict[str, Any], list[str]]] = [
    (["stranger"], {}, ["/etc/stranger", "unknown owner 'nobody-here'"]),
    (["unit"], {}, ["no-such-thing.service", "does not exist"]),
    (["kernel"], {}, ["net.no.such.key"]),
    (["missing_image"], {}, ["127.0.0.1:9/no/such:1"]),
    (["web"], {"web_image": "converge-test/no-such:9"}, ["converge-test/no-such:9"]),
]


def assert_told(run: Run, cases: list[tuple[list[str], dict[str, Any], list[str]]]) -> None:
    for done, (_, _, words) in zip(run.tasks["machine"], cases, strict=True):
        assert done.failed, words
        assert "\n" not in done.msg.strip(), done.msg
        assert [word for word in words if word not in done.msg] == [], done.msg


@pytest.mark.usefixtures("roles")
def test_told_by_the_controller_without_calling_the_host(machine: Machine) -> None:
    run = machine.play(*(task(names, **given) for names, given, _ in CONTROLLER))
    assert_told(run, CONTROLLER)
    assert run.calls == 0


@pytest.mark.usefixtures("roles")
def test_told_by_the_host_with_nothing_touched(machine: Machine) -> None:
    before = machine.footprint()
    run = machine.play(*(task(names, **given) for names, given, _ in HOST))
    assert_told(run, HOST)
    assert before ^ machine.footprint() == set()
    assert machine.sh("docker ps --format '{{.Names}}'") == "web-web-1"


@pytest.mark.usefixtures("roles")
def test_the_first_of_several_components_does_not_run_when_a_later_one_is_wrong(machine: Machine) -> None:
    run = machine.play(task(["demo", "typo"], demo_greeting="too early"))
    assert run.code != 0
    assert machine.served() == "hello"


def test_an_unreachable_host_is_said_and_the_others_go_on(machine: Machine) -> None:
    network = machine.login["address"].rpartition(".")[0]
    gone = {"gone": {"ansible_host": f"{network}.249", "ansible_ssh_common_args": "-o ConnectTimeout=2"}}
    run = machine.play({"components": ["demo"]}, words=("--check",), hosts=gone)
    assert run.code == 4
    assert run.tasks["gone"][0].result["unreachable"]
    assert not run[0].failed, run[0].msg
    assert run[0].result["sync"] == "Synced"


def test_without_root_it_says_what_to_do(machine: Machine) -> None:
    done = machine.play({"components": ["demo"], "vars": {"ansible_become": False}})[0]
    assert done.failed
    assert "become" in done.msg
