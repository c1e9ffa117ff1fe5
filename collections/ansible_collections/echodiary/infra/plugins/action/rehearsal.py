# SPDX-License-Identifier: GPL-3.0-or-later
"""Controller half of ``rehearsal``: which dump, how it gets to the host, and whether what was measured there may happen to production."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from ansible.errors import AnsibleError

from ..plugin_utils._backup import saving
from ..plugin_utils._calls import action, host, packages
from ..plugin_utils._calls.base import HostCall
from ..plugin_utils._common.errors import SpecError
from ..plugin_utils._component import roster
from ..plugin_utils._component.names import short
from ..plugin_utils._database import component as components
from ..plugin_utils._inside import remote
from ..plugin_utils._rehearsal import flow, options

if TYPE_CHECKING:
    from ..module_utils._rehearsal.shapes import Wanted
    from ..plugin_utils._rehearsal.shapes import Options


class ActionModule(HostCall["Options"]):
    """``echodiary.infra.rehearsal: {component: shop, image: …}``"""

    ARGUMENTS = options.ARGUMENTS
    PACKAGE = "_rehearsal"

    def _answer(self, args: Options) -> Mapping[str, Any]:
        given = {name for name, value in self._task.args.items() if value is not None}
        declared = components.of(self, self._vars, args["component"], "rehearsal") if not args["directory"] else None
        completed = options.completed({**args, "component": short(args["component"]), "job": self._job(args)}, declared, given)
        here = str(self._task.delegate_to or self._vars["inventory_hostname"])
        elsewhere = completed["backup_host"] not in ("", here)
        asking = flow.Asking(self._asked, self._asked_there(completed["backup_host"]) if elsewhere else None, here)
        return flow.run(options.checked(completed), asking, self._check)

    def _job(self, args: Options) -> str:
        """That of the inventory, where it has one: whoever has the repository's key reads what another host has saved."""
        found = saving.places(roster.Roster(self._loader, self._templar, self._vars, []), args["component"]) if not args["job"] else []
        return found[0].job if len(found) == 1 else args["job"]

    def _asked(self, wanted: Wanted) -> Any:
        if wanted["do"] == "rehearse":
            sent = remote.manifest([])
            wanted = {**wanted, "loader": sent["loader"], "sources": sent["sources"]}
        return self._ask(wanted)

    def _asked_there(self, name: str) -> flow.Call:
        """The host that keeps the dumps."""

        def ask(wanted: Wanted) -> Any:
            try:
                with action.on(self, name, self._vars) as (other, found):
                    return host.call(other, packages.package(self.PACKAGE), wanted, found)
            except (SpecError, AnsibleError) as error:
                return {"failed": True, "msg": " ".join(str(error).split())}

        return ask
