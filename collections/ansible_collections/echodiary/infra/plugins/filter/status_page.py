# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What the page for users is made of, on its host. The thinking is in plugin_utils/_status/asked.py."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from ansible.errors import AnsibleFilterError

from ..plugin_utils._common.errors import SpecError
from ..plugin_utils._component.render import plain
from ..plugin_utils._component.roster import Entry
from ..plugin_utils._component.watched import Probe
from ..plugin_utils._status import asked


def status_page(
    given: Mapping[str, Any], entries: Sequence[Mapping[str, Any]], probes: Sequence[Mapping[str, Any]], names: Mapping[str, Any]
) -> str:
    try:
        components = asked.components([Entry(**one) for one in plain(entries)], [Probe(**one) for one in plain(probes)], plain(names))
    except SpecError as error:
        raise AnsibleFilterError(str(error)) from error
    return json.dumps({**plain(given), "style": asked.style(), "components": components}, indent=1, ensure_ascii=False)


class FilterModule:
    def filters(self) -> dict[str, Callable[..., str]]:
        return {"status_page": status_page}
