# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

from ansible_collections.echodiary.infra.plugins.module_utils._lease import clock

THEN = clock.Now(wall=1_800_000_000.0, uptime=1000.0, boot="one")


def test_setting_the_clock_does_not_age_a_lease() -> None:
    for jump in (-86400.0, 0.0, 86400.0):
        assert clock.age(THEN.stamp(), THEN._replace(wall=THEN.wall + jump, uptime=1010.0)) == 10.0


def test_after_a_reboot_only_the_time_since_is_certain() -> None:
    assert clock.age(THEN.stamp(), clock.Now(THEN.wall + 5000, 30.0, "two")) == 30.0
    assert clock.age(THEN.stamp(), clock.Now(THEN.wall - 5000, 30.0, "two")) == 30.0


def test_never_negative() -> None:
    assert clock.age(THEN.stamp(), THEN._replace(uptime=999.0)) == 0.0


def test_the_real_clock_goes_on() -> None:
    first, second = clock.now(), clock.now()
    assert first.boot == second.boot
    assert len(first.boot) == 36
    assert second.uptime >= first.uptime > 0
