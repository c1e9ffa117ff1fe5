# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import pytest
from ansible_collections.echodiary.infra.plugins.plugin_utils._common.errors import SpecError
from ansible_collections.echodiary.infra.plugins.plugin_utils._load import edges
from ansible_collections.echodiary.infra.plugins.plugin_utils._load.edges import Known

PLAIN = Known("app1", "10.0.0.1", ("app1", "203.0.113.10", "10.0.0.1"), {"http": 80})
TLS = Known("app2", "10.0.0.2", ("app2", "10.0.0.2"), {"http": 8080, "https": 8443})


def test_by_default_the_edge_of_every_host_is_asked_encrypted_where_it_can_be() -> None:
    found = edges.chosen([PLAIN, TLS], ["diary.example"], [])
    assert [(one["name"], one["url"], one["host"]) for one in found] == [
        ("app1", "http://10.0.0.1", "diary.example"),
        ("app2", "https://10.0.0.2:8443", "diary.example"),
    ]
    assert edges.chosen([PLAIN], [], [])[0]["host"] == ""
    assert edges.chosen([Known("six", "fd00::1", ("six", "fd00::1"), {"http": 80})], [], [])[0]["url"] == "http://[fd00::1]"


@pytest.mark.parametrize(
    "url",
    ["http://203.0.113.10", "http://10.0.0.1/", "http://app1:80", "http://10.0.0.2:8080", "https://10.0.0.2:8443", "https://diary.example",
     "http://DIARY.example", "https://a.wild.example"],
)  # fmt: skip
def test_what_the_inventory_has_may_be_asked(url: str) -> None:
    (found,) = edges.chosen([PLAIN, TLS], ["diary.example", "*.wild.example"], [url])
    assert found["url"] == url.rstrip("/")


@pytest.mark.parametrize(
    "url",
    ["https://example.com", "http://10.0.0.3", "http://10.0.0.1:5432", "https://10.0.0.1", "http://diary.example:8000", "ftp://10.0.0.1",
     "http://10.0.0.1/entries", "http://10.0.0.1@example.com", "http://10.0.0.1.example.com", "http://user@10.0.0.1", "10.0.0.1", "",
     "http://10.0.0.1:99999999", "https://a.b.wild.example", "https://wild.example", "http://10.0.0.1?x", "http://10.0.0.1#x"],
)  # fmt: skip
def test_what_is_nobodys_here_is_refused(url: str) -> None:
    with pytest.raises(SpecError, match=r"no edge of this inventory, so nothing is sent there; it has http://10\.0\.0\.1, "):
        edges.chosen([PLAIN, TLS], ["diary.example", "*.wild.example"], ["http://10.0.0.1", url])


def test_a_name_is_asked_as_it_is_called_and_an_address_by_the_applications_name() -> None:
    found = edges.chosen([PLAIN], ["*.example", "diary.example"], ["https://diary.example", "http://10.0.0.1"])
    assert [(one["name"], one["host"]) for one in found] == [("diary.example", ""), ("app1", "diary.example")]
