# SPDX-License-Identifier: GPL-3.0-or-later
"""A service of Compose, as it serves here and as it is started on a database that came back: its image and way to run, and nothing live.

Pure. What is not known to be harmless is left out: networks, ports, volumes with data, sockets, and what its files of variables say.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple
from urllib.parse import quote, urlsplit

#: how it runs; all the rest is where it is and what it may reach
_KEPT = (
    "image", "command", "entrypoint", "user", "working_dir", "read_only", "tmpfs", "cap_add", "cap_drop", "security_opt", "mem_limit",
    "memswap_limit", "pids_limit", "cpus", "shm_size", "ulimits", "group_add", "platform", "stop_signal",
)  # fmt: skip


class Live(NamedTuple):
    """``url`` of its database, empty where its environment has none; ``port`` that it listens on, 0 where it publishes none."""

    image: str
    url: str
    port: int


def live(service: Mapping[str, Any], variable: str) -> Live:
    """``service``: resolved, with all its variables."""
    ports = [int(one["target"]) for one in service.get("ports") or [] if one.get("protocol", "tcp") == "tcp"]
    url = str((service.get("environment") or {}).get(variable) or "").replace("$$", "$")
    return Live(str(service.get("image") or ""), url if url.startswith("postgres") and "://" in url else "", ports[0] if ports else 0)


def url(of: Live, user: str, password: str, name: str) -> str:
    """By the driver that the release takes; without options, which are about the live server."""
    return f"{of.url.partition('://')[0]}://{quote(user, safe='')}:{password}@127.0.0.1:5432/{name}"


def secrets(of: Live, password: str) -> set[str]:
    """What opens the live database."""
    try:
        found = urlsplit(of.url).password or ""
    except ValueError:
        found = ""
    return {one for one in (found, password, quote(password, safe="")) if one}


def tried(
    service: Mapping[str, Any], place: str, server: str, environment: Mapping[str, str], hidden: set[str], is_file: Callable[[str], bool]
) -> dict[str, Any]:
    """``service``: resolved, without what its files of variables say; ``place``: the directory of its Compose file; ``server``: a
    container, in whose network there is nobody else, and with whose main process it ends; ``hidden``: no variable has any of it."""
    own = {key: str(value) for key, value in (service.get("environment") or {}).items() if value is not None}
    own = {key: value for key, value in own.items() if not any(secret in value.replace("$$", "$") for secret in hidden)}
    kept = {key: service[key] for key in _KEPT if service.get(key) is not None}
    return {
        **kept,
        "environment": {**own, **{key: value.replace("$", "$$") for key, value in environment.items()}},
        "volumes": [_mount(one, place, is_file) for one in service.get("volumes") or []],
        "network_mode": f"container:{server}",
        "pid": f"container:{server}",
        "healthcheck": {"disable": True},
        "logging": {"driver": "none"},
        "pull_policy": "never",
        "labels": {"echodiary.infra": "restore-test"},
    }


def _mount(one: Mapping[str, Any], place: str, is_file: Callable[[str], bool]) -> dict[str, Any]:
    """Files that were put there for it are read. Where data is, or could be a socket, there is an empty directory."""
    source = str(one.get("source") or "")
    of_release = source.startswith(place + "/") or bool(one.get("read_only") and is_file(source))
    if one.get("type") == "bind" and of_release:
        return {"type": "bind", "source": source, "target": one["target"], "read_only": True}
    return {"type": "tmpfs", "target": one["target"]}
