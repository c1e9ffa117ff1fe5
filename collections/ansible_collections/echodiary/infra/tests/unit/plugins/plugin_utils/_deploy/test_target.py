# SPDX-License-Identifier: GPL-3.0-or-later
"""Which component is meant, and who runs it; what is not clear is refused with commands that work."""

from __future__ import annotations

import pytest
from ansible_collections.echodiary.infra.plugins.plugin_utils._common.errors import SpecError
from ansible_collections.echodiary.infra.plugins.plugin_utils._deploy import target

ONE = target.Fleet({"b": ["docker", "shop"], "a": ["shop"], "mon": ["prometheus"]}, ["shop"])
TWO = target.Fleet({"a": ["shop", "my.own.cart"], "b": ["my.own.cart"], "mon": ["prometheus"]}, ["shop", "my.own.cart"])


def of(fleet: target.Fleet, typed: str = "", any_component: bool = False) -> target.Target:
    return target.target(fleet, typed, "ansible-playbook x", any_component=any_component)


def test_the_only_one_need_not_be_named() -> None:
    assert of(ONE) == target.Target("shop", "shop", ["a", "b"], True)


def test_one_of_another_collection_is_typed_by_either_name() -> None:
    assert of(TWO, "cart") == of(TWO, "my.own.cart") == target.Target("my.own.cart", "cart", ["a", "b"], False)


def test_one_that_hosts_list_differently_is_one() -> None:
    fleet = target.Fleet({"a": ["haproxy", "acme.web.shop"], "b": ["shop"], "c": ["acme.web.plain"]}, ["acme.web.shop", "shop"])
    for typed in ("", "shop", "acme.web.shop"):
        assert of(fleet, typed) == target.Target("acme.web.shop", "shop", ["a", "b"], True)
    assert of(fleet, "plain", any_component=True).component == "acme.web.plain"
    with pytest.raises(SpecError, match=r"plain has no release.*say ansible-playbook x -e component=shop$"):
        of(fleet, "acme.web.plain")


def test_of_several_each_is_named_with_the_command_that_works() -> None:
    with pytest.raises(SpecError) as caught:
        of(TWO)
    assert "which component? cart, shop" in str(caught.value)
    for name in ("cart", "shop"):
        assert f"ansible-playbook x -e component={name}" in str(caught.value)


@pytest.mark.parametrize(
    ("fleet", "typed", "said"),
    [
        (ONE, "cart", "no host runs cart; there are: shop"),
        (ONE, "prometheus", "prometheus has no release.*-e component=shop"),
        (target.Fleet({"a": ["docker"]}, []), "", "no host has a component with a release"),
    ],
)
def test_what_cannot_be_meant(fleet: target.Fleet, typed: str, said: str) -> None:
    with pytest.raises(SpecError, match=said):
        of(fleet, typed)


def test_a_restart_may_be_of_any() -> None:
    assert of(ONE, "prometheus", any_component=True) == target.Target("prometheus", "prometheus", ["mon"], False)
    with pytest.raises(SpecError, match="there are: docker, prometheus, shop"):
        of(ONE, "cart", any_component=True)
