# SPDX-License-Identifier: GPL-3.0-or-later
"""Controller half of ``deploy_lock``: says who asks, asks once or until the time to wait is over, and tells people who is in the way.

Whom it asks is the host's half, or the table that ``echodiary_lease`` names: both decide alike, by module_utils/_lease/planning.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from ansible.errors import AnsibleConnectionFailure
from ansible.utils.display import Display

from ..module_utils._lease import deciding
from ..plugin_utils._calls.base import HostCall
from ..plugin_utils._calls.host import NoAnswerError
from ..plugin_utils._common import identity
from ..plugin_utils._common.errors import SpecError
from ..plugin_utils._lease import options, places, result, words

if TYPE_CHECKING:
    from ..module_utils._lease.shapes import Decided, Failed, Manifest, Noted
    from ..plugin_utils._lease.shapes import Result

    Ask = Callable[[Manifest], Decided | Failed]

display = Display()

#: seconds between two looks while waiting, and between two lines that say so
POLL = 3.0
TELL = 30.0


class ActionModule(HostCall[options.Options]):
    """``echodiary.infra.deploy_lock: {state: acquired, reason: …}``"""

    ARGUMENTS, RULES = options.SPEC, {"required_if": options.REQUIRED_IF}
    PACKAGE = "_lease"
    BEARABLE = True  # by a task that gives a lease back

    def _answer(self, args: options.Options) -> Result:
        asked = options.asked(args, identity.owner(os.environ), identity.run_url(os.environ))
        manifest: Manifest = {"check": self._check, "name": args["name"], "asked": asked, "directory": args["directory"]}
        place = self._place()
        answer, waited = self._wait(args, manifest, self._table(place) if place else self._ask)
        where = str(place or self._task.delegate_to or self._vars["inventory_hostname"])
        return result.of(args, answer, waited, check=self._check, where=where)

    def _place(self) -> places.Place | None:
        """Who logs in to AWS is only asked where the lease is there."""
        given = self._variable(places.VARIABLE)
        return places.of(given, self._variable(places.LOGIN), self._variable(places.ENVIRONMENT)) if given else None

    def _variable(self, name: str) -> Any:
        return self._templar.template(self._vars.get(name))

    def _table(self, place: places.Place) -> Ask:
        from ..plugin_utils._lease import asking, dynamodb

        if dynamodb.MISSING:
            missing = dynamodb.MISSING.name
            raise SpecError(f"{sys.executable} has no {missing}, which {place} is asked with: {sys.executable} -m pip install boto3")
        table = dynamodb.Table(place)

        def ask(manifest: Manifest) -> Decided | Failed:
            answer = asking.ask(table, place.key(manifest["name"]), manifest)
            return answer if "failed" in answer else self._told(manifest, answer)

        return ask

    def _told(self, manifest: Manifest, answer: Decided) -> Decided:
        """Prometheus hears of it through the host of the task. One that is down keeps nobody from anything."""
        if self._check or answer["outcome"] != "done" or not deciding.told_to_prometheus(manifest["asked"]):
            return answer
        try:
            said: Noted = self._ask({**manifest, "kept_elsewhere": True})
            notes = said["notes"]
        except (NoAnswerError, AnsibleConnectionFailure) as error:
            notes = [f"Prometheus was not told: {' '.join(str(error).split())}"]
        return {**answer, "notes": [*answer["notes"], *notes]}

    def _wait(self, args: options.Options, manifest: Manifest, ask: Ask) -> tuple[Decided | Failed, float]:
        """Each look is a call of its own, so that nothing is left waiting on the host when this process dies."""
        began, told = time.monotonic(), float("-inf")
        while True:
            answer = ask(manifest)
            waited = time.monotonic() - began
            if "failed" in answer or answer["outcome"] != "held" or self._check or waited >= args["wait"]:
                return answer, waited
            if answer["lease"] and time.monotonic() - told >= TELL:
                told, holder = time.monotonic(), words.holder(answer["lease"], answer["now"])
                display.display(f"{self._vars['inventory_hostname']}  waiting for lock {args['name']}: {holder}")
            time.sleep(min(POLL, max(0.0, args["wait"] - waited)))
