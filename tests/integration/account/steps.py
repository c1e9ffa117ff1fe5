# SPDX-License-Identifier: GPL-3.0-or-later
"""What has to be true of an account, whichever step of a run failed, and wherever one was killed."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from tests.integration.account.divided import Answer, Steps
from tests.integration.account.environment import plan_of
from tests.integration.account.explained import unexplained
from tests.integration.account.inside import Inside
from tests.integration.local_play import Played

#: chosen at random, and in a form that no other id has; and whether a parameter has AWS's own value because somebody asked for that
_CHANCE = re.compile(r"^\S*(?:/client_token|instance_profile\S*/id|/parameters/\S+): ")
#: by name, as the imitation's faults
REFUSED = {"refused": {"code": "Nope", "status": 400, "nth": 1}}
#: done, and nobody hears of it
UNHEARD = {"unheard": {"kind": "timeout", "after": True, "nth": 1}}
THROTTLED = {"throttled": {"kind": "throttle", "nth": 1}}
#: from then on nobody answers: nothing can be taken back, and all of it is told
SILENT = {"silent": {"kind": "timeout"}}


def as_before(env: Inside, again: bool = True, healthy: Any = None) -> Callable[[Played], Answer]:
    """Taken back, but for what the message names; the next run does it, and nothing is left to do.

    ``again``: whether that is tried. ``healthy``: the dump after a run that nobody disturbed, to which one is held that ends well.
    """
    before = env.state()

    def judged(played: Played) -> Answer:
        if played.code:
            return {"unexplained": unexplained(before, env.state(), played.output), **(finished(env) if again else {})}
        return {**finished(env), **({"differs": differs(env, healthy)} if healthy else {})}

    return judged


def finished(env: Inside) -> Answer:
    """What is wrong with the next run."""
    played = env.run()
    if played.code:
        return {"again": played.output[-2000:]}
    return {"left": sorted(plan_of(env.run("--check")))}


def differs(env: Inside, healthy: Any) -> list[str]:
    return [one for one in unexplained(healthy, env.aws.state(names=True), "") if not _CHANCE.search(one)]


def as_undisturbed(env: Inside, healthy: Any) -> Callable[[], Answer]:
    """``healthy``: the dump after a run that nobody disturbed."""

    def judged() -> Answer:
        return {**finished(env), "differs": differs(env, healthy), "cut off": env.journal()[-1]["event"] != "end"}

    return judged


def undisturbed(env: Inside) -> Any:
    """The dump after a run in a copy."""
    steps = Steps({}, lambda *_: False)
    if steps.copy("undisturbed"):
        env.moves("undisturbed")
        steps.tell({"wrong": finished(env), "dump": env.aws.state(names=True)})
    assert steps.told[0].answer["wrong"] == {"left": []}
    return steps.told[0].answer["dump"]
