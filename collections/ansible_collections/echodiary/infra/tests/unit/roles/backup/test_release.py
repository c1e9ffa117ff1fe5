# SPDX-License-Identifier: GPL-3.0-or-later
"""What of a release that serves is started on a database that came back, and what of its answers is well."""

from __future__ import annotations

from typing import Any

import pytest
from echodiary_backup import release, service, throwaway

PLACE = "/opt/shop/shop/blue"
LIVE = service.Live("shop@sha256:1", "postgresql+psycopg://shop:l%2Fve@db:5432/shop?sslmode=require", 8000)
SERVICE: dict[str, Any] = {
    "image": "shop@sha256:1",
    "command": ["serve", "$$HOME"],
    "entrypoint": None,
    "environment": {"WORKERS": "2", "ALSO": "postgresql://shop:l%2Fve@db/shop", "DUMPS": "hunter2", "EMPTY": None, "PRICE": "5 $$"},
    "read_only": True,
    "mem_limit": "536870912",
    "restart": "unless-stopped",
    "privileged": True,
    "networks": {"default": None},
    "extra_hosts": ["db=10.0.0.1"],
    "container_name": "shop",
    "depends_on": {"cache": {}},
    "ports": [{"mode": "ingress", "host_ip": "127.0.0.1", "target": 8000, "published": "8001", "protocol": "tcp"}],
    "volumes": [
        {"type": "bind", "source": f"{PLACE}/tls", "target": "/etc/shop/tls", "read_only": True},
        {"type": "bind", "source": f"{PLACE}/state", "target": "/srv/state"},
        {"type": "bind", "source": "/etc/localtime", "target": "/etc/localtime", "read_only": True},
        {"type": "bind", "source": "/run/postgresql", "target": "/run/postgresql", "read_only": True},
        {"type": "bind", "source": "/var/run/docker.sock", "target": "/docker.sock", "read_only": True},
        {"type": "bind", "source": "/srv/uploads", "target": "/srv/uploads"},
        {"type": "volume", "source": "data", "target": "/srv/data", "volume": {}},
    ],
}  # fmt: skip


def started() -> dict[str, Any]:
    hidden = service.secrets(LIVE, "hunter2")
    return service.tried(
        SERVICE, PLACE, "server", {"DATABASE_URL": "postgresql+psycopg://shop:$made@127.0.0.1/restored"}, hidden, "/etc/localtime".__eq__
    )


def test_how_it_runs_stays_and_where_it_is_does_not() -> None:
    found = started()
    assert {key: found[key] for key in ("image", "command", "read_only", "mem_limit")} == {
        "image": "shop@sha256:1", "command": ["serve", "$$HOME"], "read_only": True, "mem_limit": "536870912",
    }  # fmt: skip
    gone = {"restart", "privileged", "networks", "extra_hosts", "container_name", "depends_on", "ports", "entrypoint", "env_file"}
    assert gone & found.keys() == set()
    assert found["network_mode"] == found["pid"] == "container:server"


def test_no_data_and_no_socket_of_the_host_is_in_it() -> None:
    kinds = {one["target"]: (one["type"], one.get("read_only")) for one in started()["volumes"]}
    assert kinds == {
        "/etc/shop/tls": ("bind", True), "/srv/state": ("bind", True), "/etc/localtime": ("bind", True), "/run/postgresql": ("tmpfs", None),
        "/docker.sock": ("tmpfs", None), "/srv/uploads": ("tmpfs", None), "/srv/data": ("tmpfs", None),
    }  # fmt: skip


def test_what_opens_the_live_database_is_in_no_variable() -> None:
    assert started()["environment"] == {
        "WORKERS": "2", "PRICE": "5 $$", "DATABASE_URL": "postgresql+psycopg://shop:$$made@127.0.0.1/restored",
    }  # fmt: skip


def test_its_driver_stays_and_nothing_else_of_its_url() -> None:
    assert service.url(LIVE, "sh@p", "made", "restored") == "postgresql+psycopg://sh%40p:made@127.0.0.1:5432/restored"


def test_what_serves_is_read_from_compose() -> None:
    said = {**SERVICE, "environment": {"DB": LIVE.url}}
    assert service.live(said, "DB") == LIVE
    assert service.live({**said, "ports": []}, "OTHER") == service.Live("shop@sha256:1", "", 0)
    assert service.live({"image": "i", "environment": {"DB": "mysql://x"}}, "DB").url == ""


@pytest.mark.parametrize(
    ("one", "answer", "trouble"),
    [
        ({"path": "/ready"}, (200, "whatever"), ""),
        ({"path": "/ready", "status": 204}, (200, "x"), "answers 200 (x)"),
        ({"path": "/ready", "json": {"status": "ready"}}, (200, '{"status": "ready"}'), ""),
        (
            {"path": "/ready", "json": {"checks.schema": "ok"}},
            (200, '{"checks": {"schema": "old"}}'),
            "says that checks.schema is 'old', not 'ok'",
        ),
        ({"path": "/ready", "json": {"status": "ready"}}, (200, "<html>"), "says that status is None, not 'ready'"),
        ({"path": "/ready"}, (503, '{"schema":\n "old"}'), 'answers 503 ({"schema": "old"})'),
        ({"path": "/ready"}, (0, "refused"), "has no answer (refused)"),
    ],
)
def test_an_answer_is_held_against_what_is_declared(one: Any, answer: tuple[int, str], trouble: str) -> None:
    assert release.unwell(one, answer) == trouble


@pytest.mark.parametrize(
    ("answer", "trouble"), [((200, "[]"), ""), ((204, ""), "answers 204 and nothing else"), ((302, "x"), "answers 302 (x)")]
)
def test_a_read_has_to_bring_something(answer: tuple[int, str], trouble: str) -> None:
    assert release.unread(answer) == trouble


def job(**given: Any) -> Any:
    return {"kind": "postgres", "component": "shop", "restore_test": given}


def test_what_cannot_be_tried_says_why_and_is_neither_well_nor_not() -> None:
    server = throwaway.Server("server", 1)
    assert release.tried("database", job(release="off"), server, {}) == release.Tried(None, "")
    found = release.tried("database", job(), server, {})
    assert found.good is None and "declares no release" in found.words
    declared = {
        "compose": "/nowhere/{slot}/compose.yaml",
        "service": "api",
        "variable": "U",
        "user": "u",
        "host": "",
        "ready": [],
        "reads": [],
        "deadline": 1,
    }
    found = release.tried("database", {**job(release="required"), "release": declared}, server, {})
    assert found.good is None and "no release of shop serves on this host" in found.words
