# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What several hosts remember as one table. The drawing is in plugin_utils/_history/table.py."""

from __future__ import annotations

DOCUMENTATION = r"""
name: history_table
short_description: Histories of several hosts as one table
version_added: 0.1.0
author: EchoDiary maintainers (@echodiary)
description:
  - Puts what M(echodiary.infra.release_history) read on several hosts together, each entry once, newest first, as lines for people.
  - A C(*) marks the release that should run now, as far as the given entries tell.
options:
  _input:
    description: A list for each host, its C(entries).
    type: list
    elements: list
    required: true
"""

EXAMPLES = r"""
- name: Read
  echodiary.infra.release_history:
    last: 50
  register: history

- name: Show
  ansible.builtin.debug:
    msg: "{{ ansible_play_hosts | map('extract', hostvars, ['history', 'entries']) | echodiary.infra.history_table }}"
  run_once: true
"""

RETURN = r"""
_value:
  description: The lines.
  type: list
  elements: str
"""

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from ansible.errors import AnsibleFilterError

from ..module_utils._history import goodness
from ..plugin_utils._history import table

if TYPE_CHECKING:
    from ..module_utils._history.shapes import Entry


def history_table(histories: Iterable[Iterable[Entry]]) -> list[str]:
    try:
        merged = table.merge([list(history) for history in histories])
        return table.table(merged, goodness.good(list(reversed(merged))).current)
    except (AttributeError, TypeError) as error:
        raise AnsibleFilterError(
            f"history_table: a list of entries for each host is needed, as release_history reads them: {error}"
        ) from error


class FilterModule:
    def filters(self) -> dict[str, Callable[..., list[str]]]:
        return {"history_table": history_table}
