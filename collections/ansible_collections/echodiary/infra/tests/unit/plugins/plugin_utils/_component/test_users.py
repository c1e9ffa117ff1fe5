# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

from typing import Any

from ansible_collections.echodiary.infra.plugins.plugin_utils._component import listens, users
from ansible_collections.echodiary.infra.plugins.plugin_utils._component.roster import Entry

SLOTS = {"blue": 8001, "green": 8002}


def edge(host: str, address: str, bind: str = "*", who: tuple[str, ...] = ("edge", "monitoring", "host")) -> Entry:
    given: list[dict[str, Any]] = [
        {"port": 80, "protocol": "tcp", "address": bind, "from": list(who), "for": "users"},
        {"port": 8404, "protocol": "tcp", "address": "*", "from": ["monitoring", "host"], "for": "metrics"},
    ]
    return Entry(host, "haproxy", address, listens.read("haproxy", given, None), {}, "/roles/haproxy")


def application(host: str, component: str, **release: Any) -> Entry:
    return Entry(host, component, "", [], {"service": "web", "slots": SLOTS, **release}, f"/roles/{component}", component)


def asked(entries: list[Entry], who: str) -> list[tuple[str, str, str]]:
    return [(one["component"], one["url"], one["name"]) for one in users.questions(entries, who)]


def test_each_application_is_asked_for_by_its_own_name_and_path() -> None:
    entries = [
        edge("app1", "127.0.0.1"),
        application("app1", "diary", check={"path": "/health"}),
        application("app1", "shop", hosts=["shop.example", "www.shop.example"]),
        application("app1", "wiki", path="/wiki", check={"path": "/up"}),
        application("app1", "quiet", path="/q", check={"path": "/status/all"}, internal_paths=["/status"]),
    ]
    assert asked(entries, users.HOST) == [
        ("diary", "http://127.0.0.1:80/health", ""),
        ("shop", "http://127.0.0.1:80/", "shop.example"),
        ("wiki", "http://127.0.0.1:80/wiki/up", ""),
        ("quiet", "http://127.0.0.1:80/q/", ""),
    ]


def test_by_the_address_that_leads_there_from_who_asks() -> None:
    shop = application("app1", "shop")
    assert asked([edge("app1", "10.0.0.5"), shop], users.MONITORING)[0][1] == "http://10.0.0.5:80/"
    assert asked([edge("app1", "fd00::5"), shop], users.MONITORING)[0][1] == "http://[fd00::5]:80/"
    assert asked([edge("app1", "127.0.0.1", "10.0.0.9"), shop], users.HOST)[0][1] == "http://10.0.0.9:80/"


def test_nobody_asks_where_it_is_not_let_in_or_there_is_no_edge() -> None:
    shop = application("app1", "shop")
    assert asked([edge("app1", "10.0.0.5", who=("edge", "host")), shop], users.MONITORING) == []
    assert asked([shop], users.HOST) == []
    assert asked([edge("app1", "127.0.0.1"), application("app1", "mailer", slots={})], users.HOST) == []
    assert asked([edge("app1", "127.0.0.1"), application("app1", "broken", slots={"blue": "x"})], users.HOST) == []
