# SPDX-License-Identifier: GPL-3.0-or-later
"""Whatever is asked of a newer HAProxy's runtime socket, asked of 2.6: letting in, draining, correcting, shares, and what is remembered."""

from __future__ import annotations

import pytest

from tests.integration.release.machine import Machine
from tests.integration.traffic.test_save import *  # noqa: F403
from tests.integration.traffic.test_traffic import *  # noqa: F403
from tests.integration.traffic.test_trial import *  # noqa: F403

pytestmark = pytest.mark.full

#: it looks for the containers of a slot, and there is no Docker on this host
del test_what_has_ended_is_not_given_time_to_get_well  # noqa: F821


def test_it_is_2_6(host: Machine) -> None:
    assert "version 2.6" in host.sh("haproxy -v")
