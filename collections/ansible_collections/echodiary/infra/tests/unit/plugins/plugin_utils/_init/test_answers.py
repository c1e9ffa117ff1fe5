# SPDX-License-Identifier: GPL-3.0-or-later
"""What people answer: what it means, and what is refused before anything is written."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.echodiary.infra.plugins.plugin_utils._common.errors import SpecError
from ansible_collections.echodiary.infra.plugins.plugin_utils._init import answers
from ansible_collections.echodiary.infra.plugins.plugin_utils._init.shapes import Answers, Host, Image

DIGEST = "sha256:" + "a" * 64
GOOD = {"app": "shop", "image": "ghcr.io/you/shop:1.0", "app_port": "8080", "addresses": "203.0.113.10", "domains": "", "migrate": ""}


def read(**given: str) -> Answers:
    return answers.read({**GOOD, **given}, [])


def test_all_six() -> None:
    found = read(
        app=" shop ",
        addresses="admin@203.0.113.10, vps.example.org:2222 root@[2001:db8::1]",
        domains="Shop.Example.org,www.shop.example.org",
        migrate="/app/migrate --to 'the newest'",
    )
    assert found == Answers(
        app="shop",
        image=Image("ghcr.io/you/shop", "1.0", ""),
        port=8080,
        hosts=[
            Host("203.0.113.10", {"ansible_user": "admin"}),
            Host("vps.example.org", {"ansible_port": 2222}),
            Host("2001:db8::1", {"ansible_user": "root"}),
        ],
        region="",
        domains=["shop.example.org", "www.shop.example.org"],
        migrate=["/app/migrate", "--to", "the newest"],
    )


@pytest.mark.parametrize(
    ("image", "wanted"),
    [
        (f"shop@{DIGEST}", Image("shop", "", DIGEST)),
        (f"localhost:5000/a/b:x@{DIGEST}", Image("localhost:5000/a/b", "x", DIGEST)),
        ("10.0.0.2:5000/you/shop:1", Image("10.0.0.2:5000/you/shop", "1", "")),
        ("registry:5000/shop:1", Image("registry:5000/shop", "1", "")),
        ("nginx:1.27", Image("nginx", "1.27", "")),
    ],
)
def test_images(image: str, wanted: Image) -> None:
    assert read(image=image).image == wanted


def test_an_inventory_says_its_hosts_itself() -> None:
    known = [Host("app1", {"ansible_host": "10.0.0.1"})]
    assert answers.read({**GOOD, "addresses": "../lab/inventory"}, known).hosts == known
    assert answers.is_inventory("../lab/inventory")
    assert not answers.is_inventory("admin@203.0.113.10")


def test_aws_is_a_region() -> None:
    found = read(addresses="aws:eu-central-1")
    assert (found.hosts, found.region) == ([], "eu-central-1")


@pytest.mark.parametrize("nothing", ["", "no", "None"])
def test_no_database_is_an_answer(nothing: str) -> None:
    assert read(migrate=nothing).migrate == []


def test_all_that_is_missing_is_named_at_once_as_one_types_it() -> None:
    with pytest.raises(SpecError, match="app, app_port are missing; add -e app=shop -e app_port=8080"):
        read(app="", app_port=" ")


@pytest.mark.parametrize(
    ("given", "named"),
    [
        ({"app": "Shop"}, "Shop"),
        ({"app": "my-shop"}, "my-shop"),
        ({"app": "../etc"}, "../etc"),
        ({"app": "haproxy"}, "haproxy"),
        ({"app": "app"}, "'app'"),
        ({"app": "s" * 31}, "30 at most"),
        ({"image": "shop"}, "tag or a digest"),
        ({"image": "ghcr.io/You/shop:1"}, "You"),
        ({"image": "shop:1; rm -rf /"}, "rm -rf"),
        ({"image": "https://ghcr.io/you/shop:1"}, "https"),
        ({"image": "shop@sha256:abc"}, "sha256:abc"),
        ({"image": "{{ x }}:1"}, "reference"),
        ({"app_port": "0"}, "'0'"),
        ({"app_port": "65536"}, "65536"),
        ({"app_port": "http"}, "http"),
        ({"app_port": "٨٠"}, "1 to 65535"),
        ({"addresses": "203.0.113"}, "203.0.113"),
        ({"addresses": "999.0.113.1"}, "999.0.113.1"),
        ({"addresses": "a@b@c"}, "a@b@c"),
        ({"addresses": "-oProxyCommand=x@203.0.113.1"}, "ProxyCommand"),
        ({"addresses": "203.0.113.1:99999"}, "99999"),
        ({"addresses": "203.0.113.1,admin@203.0.113.1"}, "twice"),
        ({"addresses": "aws"}, "region"),
        ({"addresses": "aws:here"}, "region"),
        ({"domains": "https://shop.example.org"}, "https"),
        ({"domains": "*.example.org"}, "*.example.org"),
        ({"domains": "shop.example.org:80"}, ":80"),
        ({"migrate": "echo {{ lookup('pipe', 'id') }}"}, "template"),
        ({"migrate": "sh -c 'x"}, "words"),
    ],
)
def test_what_is_not_understood_is_refused_by_name(given: dict[str, Any], named: str) -> None:
    with pytest.raises(SpecError) as refused:
        read(**given)
    assert named in str(refused.value)
    assert "\n" not in str(refused.value)
