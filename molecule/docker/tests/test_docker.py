# SPDX-License-Identifier: GPL-3.0-or-later
"""The engine as it runs: what it was told, where it pulls from, and that its containers outlive it."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from testinfra.host import Host

REGISTRY, ECR = "127.0.0.1:5999", "123456789012.dkr.ecr.ap-northeast-2.amazonaws.com"
#: as of a registry that wants a login, at two names: one is people's own
SERVED = """
apt-get update -qq && apt-get install -qqy --no-install-recommends docker-registry apache2-utils >/dev/null 2>&1
systemctl disable --now docker-registry.service 2>/dev/null
mkdir -p /run/registry && htpasswd -Bbn AWS a-token > /run/registry/htpasswd
cat > /run/registry/config.yml << 'end'
version: 0.1
storage: {filesystem: {rootdirectory: /run/registry/images}}
http: {addr: ":5999"}
auth: {htpasswd: {realm: lab, path: /run/registry/htpasswd}}
end
systemd-run --quiet --unit registry-with-logins docker-registry serve /run/registry/config.yml
for i in $(seq 50); do curl -so /dev/null http://localhost:5999/v2/ && break; sleep 0.1; done
echo a-token | docker login --username AWS --password-stdin localhost:5999
tar --create --file - --directory /etc hostname | docker import - localhost:5999/app:1
docker push --quiet localhost:5999/app:1
docker image rm localhost:5999/app:1
"""
#: answers as amazon-ecr-credential-helper does, which asks AWS's API for what it says
HELPER = """#!/bin/sh
[ "$1" = get ] || exit 1
printf '{"ServerURL": "%s", "Username": "AWS", "Secret": "a-token"}' "$(cat)"
"""
COMPOSE = "services: {app: {image: '127.0.0.1:5999/app:1'}}"

PLACE = Path(os.environ["MOLECULE_PROJECT_DIRECTORY"]) / ".lab" / (os.environ.get("LAB_NAME") or "echodiary")
LAB = yaml.safe_load((PLACE / "inventory/group_vars/all/lab.yml").read_text())


@pytest.fixture
def info(host: Host) -> dict[str, Any]:
    with host.sudo():
        return dict(json.loads(host.check_output("docker info --format '{{json .}}'")))


def test_the_engine_does_what_it_was_told(info: dict[str, Any]) -> None:
    assert info["LoggingDriver"] == "json-file"
    assert info["LiveRestoreEnabled"] is True
    assert [mirror.rstrip("/") for mirror in info["RegistryConfig"]["Mirrors"]] == [f"http://{LAB['lab_registry']}"]
    assert info["RegistryConfig"]["IndexConfigs"][LAB["lab_registry"]]["Secure"] is False


def test_compose_is_there(host: Host) -> None:
    with host.sudo():
        assert host.check_output("docker compose version --short").lstrip("v").startswith("2.")


def test_the_engine_starts_with_the_host(host: Host) -> None:
    for unit in ("docker", "containerd"):
        assert host.service(unit).is_running
        assert host.service(unit).is_enabled


def test_images_come_through_the_mirror_and_containers_outlive_the_engine(host: Host) -> None:
    image = LAB["lab_images"]["prometheuscommunity/postgres-exporter"]
    with host.sudo():
        host.check_output("docker run --detach --name lasting --entrypoint sleep %s 600", image)
        before = json.loads(host.check_output("docker inspect lasting"))[0]
        engine = host.check_output("systemctl show --property MainPID docker.service")
        host.check_output("systemctl restart docker.service")
        after = json.loads(host.check_output("docker inspect lasting"))[0]
        assert host.check_output("systemctl show --property MainPID docker.service") != engine
        host.check_output("docker rm --force lasting")
    assert before["HostConfig"]["LogConfig"] == {"Type": "json-file", "Config": {"max-file": "5", "max-size": "20m"}}
    assert after["State"]["Running"]
    assert (after["State"]["StartedAt"], after["State"]["Pid"]) == (before["State"]["StartedAt"], before["State"]["Pid"])


def test_published_ports_answer_on_the_host_itself_while_the_engine_is_stopped(host: Host) -> None:
    image = LAB["lab_images"]["prometheuscommunity/postgres-exporter"]
    ask = "python3 -c \"import urllib.request as u; print(u.urlopen('http://127.0.0.1:8123/', timeout=5).status)\""
    with host.sudo():
        host.check_output("docker run --detach --name published --publish 127.0.0.1:8123:9187 %s", image)
        try:
            host.check_output(f"for i in $(seq 50); do {ask} 2>/dev/null && break; sleep 0.2; done")
            assert host.check_output(ask) == "200"
            host.check_output("systemctl stop docker.socket docker.service")
            assert host.check_output(ask) == "200"
        finally:
            host.check_output("systemctl start docker.socket docker.service")
            host.check_output("docker rm --force published")


def test_settings_the_engine_does_not_know_are_refused_untouched(host: Host, converge: Callable[..., Any]) -> None:
    engine = host.check_output("systemctl show --property MainPID docker.service")
    for options in (["--check"], []):
        refused = converge(*options, docker_daemon_extra={"no-such-key": True})
        assert refused["failed"]
        assert "no-such-key" in refused["output"]
    with host.sudo():
        assert "no-such-key" not in host.file("/etc/docker/daemon.json").content_string
    assert host.check_output("systemctl show --property MainPID docker.service") == engine


@pytest.fixture
def registry(host: Host) -> Iterator[None]:
    with host.sudo():
        host.check_output("sh -ec %s", SERVED)
        host.check_output("printf %%s %s > /usr/local/bin/docker-credential-lab && chmod 755 /usr/local/bin/docker-credential-lab", HELPER)
        yield
        host.run("systemctl stop registry-with-logins; rm -rf /run/registry /root/.docker /usr/local/bin/docker-credential-lab")
        host.run("apt-get purge -qqy docker-registry apache2-utils amazon-ecr-credential-helper")


def test_a_helper_knows_a_registry_s_login_and_people_s_own_logins_stay(host: Host, registry: None, converge: Callable[..., Any]) -> None:
    def pulls(reference: str) -> bool:
        host.run("docker image rm %s", reference)
        return bool(host.run("docker pull --quiet %s", reference).rc == 0)

    def documents() -> Any:
        return json.loads(host.file("/root/.docker/config.json").content_string)

    def logins() -> bool:
        return set(documents()["auths"]) == {"localhost:5999"} and pulls("localhost:5999/app:1")

    helpers = {REGISTRY: "lab", ECR: "ecr-login"}
    with host.sudo():
        assert not pulls(f"{REGISTRY}/app:1") and logins()
        assert not converge(docker_credential_helpers=helpers)["failed"]
        assert documents()["credHelpers"] == helpers and pulls(f"{REGISTRY}/app:1") and logins()
        host.check_output("docker image rm %s && echo %s | docker compose --file - pull --quiet", f"{REGISTRY}/app:1", COMPOSE)
        assert host.package("amazon-ecr-credential-helper").is_installed
        host.check_output("docker-credential-ecr-login -v")
        # somebody's own helper is none of ours, and ours is not theirs
        hand = {**documents(), "credHelpers": {REGISTRY: "gone", "other.example": "pass"}}
        host.check_output("printf %%s %s > /root/.docker/config.json", json.dumps(hand))
        found = converge(docker_credential_helpers=helpers)["components"][-1]["changes"]
        assert {(one["resource"].rpartition(" ")[2], one["origin"]) for one in found} == {(REGISTRY, "corrective"), (ECR, "corrective")}
        assert documents()["credHelpers"] == {**helpers, "other.example": "pass"}
        assert not converge()["failed"]
        assert documents()["credHelpers"] == {"other.example": "pass"} and not pulls(f"{REGISTRY}/app:1") and logins()
