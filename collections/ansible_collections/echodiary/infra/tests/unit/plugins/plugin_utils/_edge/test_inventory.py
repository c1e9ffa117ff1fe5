# SPDX-License-Identifier: GPL-3.0-or-later
"""What an inventory has to say before HAProxy may be told what its host serves."""

from __future__ import annotations

import pytest
from ansible_collections.echodiary.infra.plugins.plugin_utils._common.errors import SpecError
from ansible_collections.echodiary.infra.plugins.plugin_utils._edge import inventory

HAPROXY = {"host": "app1", "component": "haproxy", "release": {}, "listed": False}
SHOP = {"host": "app1", "component": "shop", "release": {"service": "web"}, "listed": False}


def test_a_host_of_which_nobody_says_what_it_serves_is_refused() -> None:
    with pytest.raises(SpecError, match=r"does not say which components app1 has.*set components: \[") as caught:
        inventory.check([HAPROXY])
    assert "\n" not in str(caught.value)


def test_who_says_it_or_converges_it_at_once_is_not() -> None:
    inventory.check([{**HAPROXY, "listed": True}])
    inventory.check([HAPROXY, SHOP])
    inventory.check([])
