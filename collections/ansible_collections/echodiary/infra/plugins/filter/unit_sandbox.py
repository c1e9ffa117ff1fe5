# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The lines of a unit's sandbox, for unit files and drop-ins of a tree. The thinking is in module_utils/_kinds/sandbox.py."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from ansible.errors import AnsibleFilterError

from ..module_utils._kinds import sandbox
from ..module_utils._kinds.model import ConvergeError
from ..plugin_utils._component.render import plain


def unit_sandbox(but: Mapping[str, Any], reads: list[str] | None = None, writes: list[str] | None = None, root: bool = True) -> str:
    needs = sandbox.Needs(plain(reads or []), plain(writes or []), sandbox.words(plain(but)), root)
    try:
        sandbox.check(needs)
    except ConvergeError as error:
        raise AnsibleFilterError(str(error)) from error
    return "\n".join(sandbox.lines(needs))


class FilterModule:
    def filters(self) -> dict[str, Callable[..., Any]]:
        return {"unit_sandbox": unit_sandbox}
