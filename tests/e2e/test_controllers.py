# SPDX-License-Identifier: GPL-3.0-or-later
"""Every ansible-core that the collection says it takes, on real hosts: converge, drift, two deploys and a rollback, and nothing of ours
that is deprecated.

The tools of this repository have the oldest; the others lie in containers of the lab. One story per version, on fresh hosts.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

import pytest
import yaml

from lab.topology import CORES
from tests.e2e import controllers, releases
from tests.e2e.controllers import Controller, Said
from tests.pipelines.environments import REPOSITORY, Environment

pytestmark = [pytest.mark.e2e, pytest.mark.full]

LAB = Environment("versions", "echodiary-versions", "172.30.84", 7000, ("app1", "app2"), "ssh")
PUSH_TO = f"127.0.0.1:{5077 + LAB.offset}"
PLANTED = """
from ansible.utils.display import Display

def planted(value):
    Display().deprecated("planted is deprecated", version="9.9.9", collection_name="echodiary.infra")
    return value

class FilterModule:
    def filters(self):
        return {"planted": planted}
"""


@pytest.fixture(scope="module", params=("2.19", *CORES))
def controller(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Controller]:
    LAB.command("down", "--keep-images")
    LAB.command("up")
    place = tmp_path_factory.mktemp("controller") / "own"
    controllers.directory(LAB, place)
    controllers.tarball(place)
    container = ""
    if request.param in CORES:
        LAB.command("controller", request.param)
        container = f"{LAB.lab}-controller-{request.param.replace('.', '-')}"
    made = Controller(place, container)
    made.bring()
    version = made.run("ansible", "--version").output
    assert f"[core {request.param}." in version, version
    installed = made.run("sh", "-c", "ansible-galaxy collection install --offline echodiary-infra-*.tar.gz -p collections")
    assert installed.code == 0, installed.output
    yield made
    LAB.command("down", "--keep-images")


def play(controller: Controller, name: str, *words: str) -> Said:
    """A playbook of the collection that ends well and says nothing of ours is deprecated."""
    ran = controller.run("ansible-playbook", f"echodiary.infra.{name}", *words)
    assert ran.code == 0, ran.output
    assert controllers.ours(ran.output) == []
    return ran


def version() -> str:
    [answer] = LAB.versions()
    return answer


def publish(tag: str) -> None:
    digest = LAB.variables()["lab_images"][REPOSITORY].partition("@")[2]
    releases.build(f"{PUSH_TO}/{REPOSITORY}@{digest}", PUSH_TO, tag)


def test_it_is_a_version_that_the_collection_says_it_takes(controller: Controller) -> None:
    lowest = yaml.safe_load((controllers.COLLECTION / "meta/runtime.yml").read_text())["requires_ansible"]
    assert lowest == ">=2.19.0", "the oldest that is tested here"


def test_every_module_is_documented_and_every_playbook_is_read(controller: Controller) -> None:
    modules = sorted(path.stem for path in (controllers.COLLECTION / "plugins/modules").glob("[!_]*.py"))
    told = controller.run("ansible-doc", "--json", *(f"echodiary.infra.{name}" for name in modules))
    assert told.code == 0, told.output
    documented = json.loads(told.output[told.output.index("{\n") :])
    assert all(documented[f"echodiary.infra.{name}"]["doc"]["short_description"] for name in modules)
    folder = controllers.COLLECTION / "playbooks"
    playbooks = [
        path for path in (*folder.glob("*.yml"), *folder.glob("incident/*.yml")) if isinstance(yaml.safe_load(path.read_text()), list)
    ]
    names = [".".join(path.relative_to(folder).with_suffix("").parts) for path in playbooks]
    read = controller.run("ansible-playbook", "--syntax-check", *(f"echodiary.infra.{name}" for name in sorted(names)))
    assert read.code == 0, read.output
    assert len(names) > 25
    assert controllers.ours(told.output + read.output) == []


def test_fresh_hosts_are_converged_and_stay_so(controller: Controller) -> None:
    preview = play(controller, "site", "--check")
    assert re.search(r"[1-9]\d* would change", preview.output), preview.output
    play(controller, "site")
    assert re.search(r"^0 would change · 3 hosts", play(controller, "site", "--check").output, re.M)
    assert version()


def test_what_somebody_changed_is_found_and_put_right(controller: Controller) -> None:
    LAB.on("app1", "echo '# by hand' >> /etc/haproxy/haproxy.cfg; systemctl stop prometheus-node-exporter")
    play(controller, "drift")
    report = json.loads(controller.run("cat", ".drift/local/report.json").output)
    drifted = {
        (component["name"], resource["resource"], resource["origin"])
        for host in report["hosts"]
        for component in host["components"]
        for resource in component["resources"]
        if resource["sync"] == "OutOfSync"
    }
    assert ("haproxy", "file:/etc/haproxy/haproxy.cfg", "corrective") in drifted
    assert ("node_exporter", "unit:prometheus-node-exporter.service", "corrective") in drifted
    play(controller, "site")
    assert "by hand" not in LAB.on("app1", "cat /etc/haproxy/haproxy.cfg")
    assert LAB.on("app1", "systemctl is-active prometheus-node-exporter") == "active\n"


def test_changed_configuration_rolls_on_both_hosts(controller: Controller) -> None:
    """The second asks the first, which keeps the lease, whether it may."""
    before = {host: LAB.on(host, "docker ps -q --filter name=echodiary-") for host in LAB.apps}
    play(controller, "site", "-e", "echodiary_log_level=warning")
    after = {host: LAB.on(host, "docker ps -q --filter name=echodiary-") for host in LAB.apps}
    assert all(after[host] != before[host] for host in LAB.apps)


def test_two_deploys_and_a_rollback(controller: Controller) -> None:
    first = version()
    for tag in ("second", "third"):
        publish(tag)
        play(controller, "deploy", "-e", f"release={tag}", "-e", "deploy_alerts_block=false", "-e", "deploy_gate_on_inconclusive=pass")
        assert version() == tag != first
    play(controller, "rollback")
    assert version() == "second"
    play(controller, "restart")
    assert version() == "second"


def test_one_of_ours_would_have_been_seen(controller: Controller) -> None:
    """The warnings above were searched for what is there when there is one."""
    path = "collections/ansible_collections/echodiary/infra/plugins/filter/planted.py"
    controller.run("python3", "-c", f"import pathlib; pathlib.Path({path!r}).write_text({PLANTED!r})")
    ran = controller.run("ansible", "app1", "-m", "ansible.builtin.debug", "-a", "msg={{ 'x' | echodiary.infra.planted }}")
    [warning] = controllers.ours(ran.output)
    assert "planted is deprecated" in warning
