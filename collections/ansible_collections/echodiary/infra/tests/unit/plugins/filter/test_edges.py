# SPDX-License-Identifier: GPL-3.0-or-later
"""The filter that tells HAProxy's configuration what is behind it, as templates call it."""

from __future__ import annotations

from typing import Any

from ansible_collections.echodiary.infra.plugins.filter.edges import edge_backends


class Lazy(dict[str, Any]):
    """As the containers are that templates hand to filters: a copy of one copies the engine behind it, loaders of plugins included."""

    def __deepcopy__(self, memo: object) -> Lazy:
        raise AssertionError("copied")


def test_what_templates_hand_over_is_not_copied_with_their_engine() -> None:
    release = Lazy(service="web", slots=Lazy(blue=8011, green=8012), hosts=["shop.example"])
    entry = Lazy(host="a", component="shop", address="127.0.0.1", listed=True, listens=[], release=release, backend="shop", path="/x")
    [backend] = edge_backends([entry], 1000)["backends"]
    assert [server["port"] for server in backend["servers"]] == [8011, 8012]
