# SPDX-License-Identifier: GPL-3.0-or-later
"""Controller half of ``security_check``: the checks of one host, one after the other. One that cannot be made does not hide the others."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from ansible.errors import AnsibleError
from ansible.utils.display import Display

from ..plugin_utils._calls.base import Action
from ..plugin_utils._common.errors import SpecError
from ..plugin_utils._security import looking
from ..plugin_utils._security.context import Context, Options
from ..plugin_utils._security.shapes import Found, NotCheckedError

if TYPE_CHECKING:
    from ..plugin_utils._security.shapes import Outcome

display = Display()


class ActionModule(Action[Options]):
    """``echodiary.infra.security_check: {}``"""

    ARGUMENTS = {
        "of": {"type": "str", "choices": ["host", "repository"], "default": "host"},
        "checks": {"type": "list", "elements": "str", "choices": list(looking.EVERY), "default": list(looking.EVERY)},
        "url": {"type": "str", "default": ""},
        "path": {"type": "str", "default": ""},
        "stranger": {"type": "str", "default": ""},
        "stranger_addresses": {"type": "list", "elements": "str", "default": []},
        "ports": {"type": "str", "default": "1-65535"},
        "ports_seconds": {"type": "float", "default": 300.0},
        "image_max_days": {"type": "float", "default": 90.0},
        "install": {"type": "bool", "default": False},
        "testssl": {"type": "str", "default": ""},
        "testssl_ca": {"type": "path"},
        "document": {"type": "str", "default": "/openapi.json"},
        "writes": {"type": "bool", "default": False},
        "rate": {"type": "int", "default": 10},
        "examples": {"type": "int", "default": 20},
        "repository": {"type": "path", "default": "."},
    }

    def _answer(self, args: Options) -> dict[str, Any]:
        known = looking.HOSTS if args["of"] == "host" else looking.REPOSITORY
        context = Context(self, self._vars, args)
        outcomes = [one for name in known if name in args["checks"] if (one := _outcome(name, known[name], context))]
        return {"changed": False, "outcomes": outcomes}


def _outcome(name: str, check: looking.Check, context: Context) -> Outcome | None:
    began = time.monotonic()
    try:
        found = check(context)
    except NotCheckedError as error:
        found = Found([], str(error))
    except (SpecError, AnsibleError) as error:
        found = Found([], " ".join(str(error).split())[:300])
    if found is None:
        return None
    display.v(f"{context.name}: {name}: {len(found.findings)} findings, {time.monotonic() - began:.1f} s")
    return {"check": name, "host": context.name, "why": found.why, "findings": found.findings}
