# SPDX-License-Identifier: GPL-3.0-or-later
"""A container that somebody made anew, with every label of ours and one thing changed: whatever it is, it is named.

Generated: what Compose made is made again by the engine's own API, once for each field, changed in that field alone.
"""

from __future__ import annotations

import json
from typing import Any

from ansible_collections.echodiary.infra.plugins.module_utils._host import inspected

from tests.integration.release.machine import Machine

COMPOSE = """
services:
  one:
    image: release-test/app:1
    command: [sleep, "600"]
    environment: {COLOUR: blue, PASSWORD: hunter22-made}
    healthcheck: {test: [CMD, "true"], interval: 1h}
    volumes: ["/usr:/usr:ro", "/root:/data", "kept:/kept", "/nameless"]
    ports: ["127.0.0.1:8090:80"]
    networks: {front: {aliases: [first]}, back: {}}
    labels: {for: users}
    restart: on-failure:5
    stop_grace_period: 5s
    ulimits: {nofile: 1024}
    cap_drop: [ALL]
    extra_hosts: ["db:192.0.2.1"]
    logging: {driver: json-file, options: {max-size: 1m}}
volumes: {kept: {}}
networks: {front: {}, back: {}}
"""

#: field -> where in what the engine is asked, and what it is told there
HANDS: dict[str, tuple[str, Any]] = {
    "command": ("Cmd", ["sleep", "601"]),
    "entrypoint": ("Entrypoint", ["/usr/bin/env"]),
    "user": ("User", "nobody"),
    "working_dir": ("WorkingDir", "/srv"),
    "domainname": ("Domainname", "example"),
    "hostname": ("Hostname", "elsewhere"),
    "stop_signal": ("StopSignal", "SIGINT"),
    "stop_grace_period": ("StopTimeout", 1),
    "healthcheck": ("Healthcheck", {"Test": ["NONE"]}),
    "tty": ("Tty", True),
    "stdin_open": ("OpenStdin", True),
    "expose": ("ExposedPorts", {"80/tcp": {}, "81/tcp": {}}),
    "labels": ("Labels.for", "nobody"),
    "environment COLOUR": ("Env", ["COLOUR=red", "PASSWORD=hunter22-made"]),
    "environment PASSWORD": ("Env", ["COLOUR=blue", "PASSWORD=hunter23-made"]),
    "environment EXTRA": ("Env", ["COLOUR=blue", "PASSWORD=hunter22-made", "EXTRA=1"]),
    "network {}_front": ("NetworkingConfig.EndpointsConfig.{}_front.Aliases", ["one"]),
    "privileged": ("HostConfig.Privileged", True),
    "read_only": ("HostConfig.ReadonlyRootfs", True),
    "cap_add": ("HostConfig.CapAdd", ["SYS_ADMIN"]),
    "cap_drop": ("HostConfig.CapDrop", []),
    "security_opt": ("HostConfig.SecurityOpt", ["seccomp=unconfined"]),
    "system_paths": ("HostConfig.MaskedPaths", []),
    "extra_hosts": ("HostConfig.ExtraHosts", ["db:192.0.2.2"]),
    "dns": ("HostConfig.Dns", ["192.0.2.53"]),
    "dns_opt": ("HostConfig.DnsOptions", ["ndots:5"]),
    "dns_search": ("HostConfig.DnsSearch", ["example"]),
    "sysctls": ("HostConfig.Sysctls", {"net.core.somaxconn": "1"}),
    "ulimits": ("HostConfig.Ulimits", [{"Name": "nofile", "Soft": 9, "Hard": 9}]),
    "devices": ("HostConfig.Devices", [{"PathOnHost": "/dev/null", "PathInContainer": "/dev/x", "CgroupPermissions": "rwm"}]),
    "device_cgroup_rules": ("HostConfig.DeviceCgroupRules", ["a *:* rwm"]),
    "group_add": ("HostConfig.GroupAdd", ["0"]),
    "pid": ("HostConfig.PidMode", "host"),
    "ipc": ("HostConfig.IpcMode", "host"),
    "uts": ("HostConfig.UTSMode", "host"),
    "userns_mode": ("HostConfig.UsernsMode", "host"),
    "cgroup": ("HostConfig.CgroupnsMode", "other"),
    "cgroup_parent": ("HostConfig.CgroupParent", "/other"),
    "init": ("HostConfig.Init", True),
    "shm_size": ("HostConfig.ShmSize", 1 << 20),
    "tmpfs": ("HostConfig.Tmpfs", {"/tmp": ""}),
    "logging": ("HostConfig.LogConfig", {"Type": "none", "Config": {}}),
    "oom_kill_disable": ("HostConfig.OomKillDisable", True),
    "oom_score_adj": ("HostConfig.OomScoreAdj", -500),
    "publish_all": ("HostConfig.PublishAllPorts", True),
    "ports": ("HostConfig.PortBindings", {"80/tcp": [{"HostIp": "0.0.0.0", "HostPort": "8090"}]}),
    "volumes": ("HostConfig.Binds", ["/usr:/usr:ro", "/:/data"]),
    "restart_attempts": ("HostConfig.RestartPolicy.MaximumRetryCount", 0),
    "restart": ("HostConfig.RestartPolicy", {"Name": "always"}),
    "mem_limit": ("HostConfig.Memory", 300 << 20),
    "cpu_period": ("HostConfig.CpuPeriod", 50000),
    "cpuset_mems": ("HostConfig.CpusetMems", "0"),
    "container_name": ("name", "another"),
}

#: what this engine takes from nobody, or from nobody here: the words are compared as the others are
ELSEWHERE = {
    "runtime", "storage_opt", "volumes_from", "links", "gpus", "network_mode", "auto_remove", "cpu_rt_period", "cpu_rt_runtime",
    "blkio_weight", "blkio_devices",
}  # fmt: skip

#: makes one container per hand, told apart by nothing but that hand, and says what a check finds
DRIVER = """
import copy
from parts._host import docker, http
from parts._kinds import compose
PROJECT = {"name": "made", "file": "/root/made.yaml", "services": {"one": {
    "image": "release-test/app:1", "digest": "d", "oneshot": False, "networks": {"front": "", "back": ""}, "container_name": ""}}}
KEY = b"k" * 32
def ask(method, target, content=http.NONE):
    answer = http.request(method, "unix:///run/docker.sock:" + target, 30, content)
    assert answer.status < 400, (target, answer)
    return answer.json()
def seen(last):
    live = compose.read(PROJECT)
    changes = compose.plan(PROJECT, live, compose.images(PROJECT), last, KEY)
    return live, [[change.action, change.origin, change.fields] for change in changes]
def asked(inspect):
    networks = inspect["NetworkSettings"]["Networks"]
    own = inspect["Id"][:12]
    ends = {name: {"Aliases": [one for one in end["Aliases"] or [] if one != own]} for name, end in networks.items()}
    config = {name: value for name, value in inspect["Config"].items() if name != "Hostname"}
    return {**config, "HostConfig": inspect["HostConfig"], "NetworkingConfig": {"EndpointsConfig": ends}, "name": "made-one-1"}
def altered(body, where, value):
    body = copy.deepcopy(body)
    *path, last = where.split(".")
    place = body
    for step in path:
        place = place[step]
    if where == "HostConfig.Binds":
        place["Mounts"] = [one for one in place.get("Mounts") or [] if one["Type"] != "bind"]
    if last in ("MaskedPaths",):
        place["ReadonlyPaths"] = []
    if where == "HostConfig.CgroupnsMode":
        value = {"host": "private", "private": "host"}[place[last]]
    place[last] = value
    return body
def made(body):
    for several in compose.read(PROJECT).values():
        for one in several:
            ask("DELETE", "/containers/%s?force=1" % one.id)
    name = body.pop("name")
    ask("POST", "/containers/create?name=" + name, http.of_json(body))
def story(hands):
    compose.up(PROJECT, {})
    live, found = seen({})
    last = compose.record(PROJECT, live, KEY)
    body = asked(live["one"][0].inspected)
    told = {"as compose made it": seen(last)[1]}
    made(copy.deepcopy(body))
    told["made anew, as it was"] = seen(last)[1]
    for name, (where, value) in hands.items():
        try:
            made(altered(body, where, value))
            told[name] = seen(last)[1]
        except AssertionError as error:
            told[name] = str(error)
    compose.down(PROJECT)
    return [told, last["one"]]
"""


def test_there_is_a_hand_for_every_field_that_is_compared() -> None:
    known = {
        *inspected._CONFIG,
        *inspected._HOST,
        "container_name",
        "hostname",
        "labels",
        "restart_attempts",
        "system_paths",
        "ports",
        "volumes",
    }
    assert known - ELSEWHERE <= HANDS.keys()


def test_every_field_that_was_made_otherwise_is_named(host: Machine, subtests: Any) -> None:
    host.forget()
    host.sh(f"cat > /root/made.yaml <<'END'\n{COMPOSE}\nEND")
    hands = {name.format("made"): (where.format("made"), value) for name, (where, value) in HANDS.items()}
    told, kept = host.parts(f"story(json.loads({json.dumps(json.dumps(hands))}))", DRIVER)
    assert told.pop("as compose made it") == []
    assert told.pop("made anew, as it was") == [["start", "corrective", {"state": ["created", "running"]}]]
    assert "hunter22" not in json.dumps(kept)
    for name, found in told.items():
        with subtests.test(name):
            assert isinstance(found, list), found
            [(action, origin, fields)] = found
            assert (action, origin) == ("update", "corrective")
            assert name in fields
            assert "hunter2" not in json.dumps(fields)
