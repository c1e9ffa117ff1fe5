# SPDX-License-Identifier: GPL-3.0-or-later
"""What a container was made with, in Compose's words, so that two can be compared: without what the engine fills in by itself.

A container that somebody made may have every label of ours; what it was made with it cannot hide. Pure.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from . import fingerprints

if TYPE_CHECKING:
    from .._ledger.values import Json
    from .shapes import Inspected

#: field -> what it is made with
Made = Mapping[str, "Json"]

ENVIRONMENT, NETWORKS = "environment", "networks"
#: Compose's word -> the engine's, in ``Config``
_CONFIG = {
    "command": "Cmd", "entrypoint": "Entrypoint", "user": "User", "working_dir": "WorkingDir", "domainname": "Domainname",
    "stop_signal": "StopSignal", "stop_grace_period": "StopTimeout", "healthcheck": "Healthcheck", "tty": "Tty",
    "stdin_open": "OpenStdin", "expose": "ExposedPorts",
}  # fmt: skip
#: the same in ``HostConfig``; what ``docker update`` changes of it besides is among the limits
_HOST = {
    "privileged": "Privileged", "read_only": "ReadonlyRootfs", "cap_add": "CapAdd", "cap_drop": "CapDrop", "security_opt": "SecurityOpt",
    "extra_hosts": "ExtraHosts", "dns": "Dns", "dns_opt": "DnsOptions", "dns_search": "DnsSearch", "sysctls": "Sysctls",
    "ulimits": "Ulimits", "devices": "Devices", "device_cgroup_rules": "DeviceCgroupRules", "gpus": "DeviceRequests",
    "group_add": "GroupAdd", "pid": "PidMode", "ipc": "IpcMode", "uts": "UTSMode", "userns_mode": "UsernsMode", "cgroup": "CgroupnsMode",
    "cgroup_parent": "CgroupParent", "network_mode": "NetworkMode", "runtime": "Runtime", "init": "Init", "shm_size": "ShmSize",
    "tmpfs": "Tmpfs", "logging": "LogConfig", "oom_kill_disable": "OomKillDisable", "oom_score_adj": "OomScoreAdj",
    "storage_opt": "StorageOpt", "volumes_from": "VolumesFrom", "links": "Links", "auto_remove": "AutoRemove",
    "publish_all": "PublishAllPorts", "cpu_period": "CpuPeriod", "cpuset_mems": "CpusetMems", "cpu_rt_period": "CpuRealtimePeriod",
    "cpu_rt_runtime": "CpuRealtimeRuntime", "blkio_weight": "BlkioWeight", "blkio_devices": "BlkioWeightDevice",
}  # fmt: skip
#: lists whose order says something
_ORDERED = ("Cmd", "Entrypoint", "Dns", "DnsSearch")
#: Compose's own; what they say is compared elsewhere, or is how Compose came to make the container
_COMPOSE = "com.docker.compose."


def made(inspect: Inspected, key: bytes) -> dict[str, Json]:
    """What is not set is left out. ``key``: of the fingerprints that stand for values of the environment."""
    config: Mapping[str, Any] = inspect["Config"]
    host: Mapping[str, Any] = inspect.get("HostConfig") or {}
    own = inspect["Id"][:12]
    found: dict[str, Any] = {
        **{name: _plain(word, config.get(word)) for name, word in _CONFIG.items()},
        **{name: _plain(word, host.get(word)) for name, word in _HOST.items()},
        "container_name": str(inspect.get("Name") or "").strip("/"),
        "hostname": "" if config.get("Hostname") == own else config.get("Hostname"),
        "labels": {name: one for name, one in (config.get("Labels") or {}).items() if not name.startswith(_COMPOSE)},
        "restart_attempts": (host.get("RestartPolicy") or {}).get("MaximumRetryCount"),
        "system_paths": "" if host.get("MaskedPaths") or host.get("ReadonlyPaths") else "unconfined",
        "ports": sorted(_ports(host.get("PortBindings") or {})),
        "volumes": sorted(_mount(one) for one in inspect.get("Mounts") or []),
        NETWORKS: _networks(inspect, own),
        ENVIRONMENT: _environment(config.get("Env") or [], key),
    }
    return {name: value for name, value in found.items() if value}


def _plain(word: str, value: Any) -> Any:
    if isinstance(value, list) and word not in _ORDERED:
        return sorted(value, key=str)
    return sorted(value) if word == "ExposedPorts" and value else value


def _ports(bindings: Mapping[str, Any]) -> list[str]:
    return [f"{one.get('HostIp') or ''}:{one.get('HostPort') or ''}:{port}" for port, several in bindings.items() for one in several or []]


def _mount(one: Mapping[str, Any]) -> str:
    """A volume that nobody named has another name in each container."""
    source = one.get("Name") or one.get("Source") or ""
    nameless = one.get("Type") == "volume" and len(source) == 64 and not source.strip("0123456789abcdef")
    how = "rw" if one.get("RW") else "ro"
    return ":".join(filter(None, (one.get("Type"), "" if nameless else source, one.get("Destination"), how, one.get("Propagation"))))


def _networks(inspect: Inspected, own: str) -> dict[str, dict[str, Json]]:
    """By what others find it there."""
    networks: Mapping[str, Any] = (inspect.get("NetworkSettings") or {}).get("Networks") or {}
    return {name: _end(end or {}, own) for name, end in networks.items()}


def _end(end: Mapping[str, Any], own: str) -> dict[str, Json]:
    addresses = sorted(str(one) for one in (end.get("IPAMConfig") or {}).values() if one)
    return {"aliases": sorted(set(end.get("Aliases") or []) - {own}), "addresses": list(addresses), "links": sorted(end.get("Links") or [])}


def _environment(lines: list[str], key: bytes) -> dict[str, str]:
    """The nameless one tells under which key the others were made."""
    pairs = (line.partition("=") for line in ["", *lines])
    return {name: fingerprints.fingerprint(key, value.encode()) for name, _, value in pairs}


def differences(found: Made, was: Made) -> dict[str, list[Json]]:
    """Field -> [found, as it was made by us]."""
    told: dict[str, list[Json]] = {}
    for name in sorted(found.keys() | was.keys()):
        now, then = found.get(name), was.get(name)
        if name == ENVIRONMENT:
            told.update(_of_environment(now, then))
        elif name == NETWORKS:
            told.update(_of_networks(now, then))
        elif now != then:
            told[name] = [now, then]
    return told


def _of_environment(now: Any, then: Any) -> dict[str, list[Json]]:
    """Under another key nothing can be said."""
    now, then = now or {}, then or {}
    if now.get("") != then.get(""):
        return {}
    return {f"environment {name}": [now.get(name), then.get(name)] for name in sorted({*now, *then}) if now.get(name) != then.get(name)}


def _of_networks(now: Any, then: Any) -> dict[str, list[Json]]:
    """Which networks it has to be in the Compose file says; a container that does not run may name lost ones."""
    now, then = now or {}, then or {}
    return {f"network {name}": [now[name], then[name]] for name in sorted(now.keys() & then.keys()) if now[name] != then[name]}
