# SPDX-License-Identifier: GPL-3.0-or-later
"""Controller half of ``status_notice``: what is announced is judged here, and kept by the host of the page."""

from __future__ import annotations

import os
import time
from collections.abc import Mapping
from typing import Any

from ..plugin_utils._calls.base import HostCall
from ..plugin_utils._common import identity
from ..plugin_utils._status import notice


class ActionModule(HostCall[notice.Options]):
    """``echodiary.infra.status_notice: {start: …, end: …, en: …, ko: …}``"""

    ARGUMENTS = notice.ARGUMENTS
    PACKAGE = "_status"
    BEARABLE = True

    def _manifest(self, args: notice.Options) -> Mapping[str, Any]:
        return notice.asked(args, time.time(), identity.owner(os.environ), self._check)

    def _answer(self, args: notice.Options) -> Mapping[str, Any]:
        answer = super()._answer(args)
        return {**answer, "said": [notice.told(one) for one in answer.get("notices", [])]}
