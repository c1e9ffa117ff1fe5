# SPDX-License-Identifier: GPL-3.0-or-later
"""Every step of a run fails, goes unheard, is throttled or is the last before a kill: the account is as it was but for what the message
names, and the next run ends as if nothing had been. Judged by the imitation's dump.

Copies of the process do it (divided.py). Some of the steps are tried whenever tests run: test_account.py divides runs that it makes anyway.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.integration.account.divided import Steps, divided, killed
from tests.integration.account.hands import HANDS, Console
from tests.integration.account.inside import Inside, inside
from tests.integration.account.steps import REFUSED, SILENT, THROTTLED, UNHEARD, as_before, as_undisturbed, undisturbed
from tests.integration.account.whole import whole

pytestmark = [pytest.mark.integration, pytest.mark.full]
EVERY_SILENCE = 10


@pytest.fixture
def env(tmp_path: Path) -> Iterator[Inside]:
    with inside(tmp_path / "account") as env:
        env.declare(**whole(env))
        yield env


def told(what: str, steps: Steps) -> None:
    print(f"{what}: {len(steps.told)} copies of {steps.number} steps, {len(steps.wrong)} wrong")  # noqa: T201 - with -s, how many there were
    assert steps.told and steps.wrong == []


@pytest.mark.parametrize("fault", [REFUSED, UNHEARD, THROTTLED], ids=lambda fault: next(iter(fault)))
def test_every_step_from_nothing(env: Inside, fault: dict[str, Any]) -> None:
    told("from nothing", divided(env, fault, lambda *_: True, as_before(env, healthy=undisturbed(env))))


@pytest.mark.parametrize("fault", [REFUSED, UNHEARD], ids=lambda fault: next(iter(fault)))
def test_every_step_that_puts_something_right(env: Inside, fault: dict[str, Any]) -> None:
    env.declare()
    env.apply()
    console = Console(env)
    for one in HANDS:
        one.does(console)
    told("after hands", divided(env, fault, lambda *_: True, as_before(env, healthy=undisturbed(env))))


def test_nobody_answers_any_more(env: Inside) -> None:
    told("silent", divided(env, SILENT, lambda number, _: number % EVERY_SILENCE == 0, as_before(env)))


def test_a_kill_after_every_line_of_the_journal(env: Inside) -> None:
    told("killed", killed(env, lambda *_: True, as_undisturbed(env, undisturbed(env))))
