# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""A string of PromQL. How is in plugin_utils/_common/quoting.py."""

from __future__ import annotations

DOCUMENTATION = r"""
name: to_promql
short_description: Text as a string of PromQL
version_added: 0.1.0
author: EchoDiary maintainers (@echodiary)
description:
  - Quotes the value of a label.
  - Within YAML the whole expression is quoted again.
options:
  _input:
    description: The value.
    type: raw
    required: true
"""

EXAMPLES = r"""
- name: Show it
  ansible.builtin.debug:
    msg: "up{instance={{ inventory_hostname | echodiary.infra.to_promql }}}"
"""

RETURN = r"""
_value:
  description: The string, with its quotes.
  type: str
"""

from collections.abc import Callable
from typing import TYPE_CHECKING

from ansible.errors import AnsibleFilterError

from ..plugin_utils._common import quoting

if TYPE_CHECKING:
    from ..module_utils._kinds.model import Json


def to_promql(value: Json) -> str:
    try:
        return quoting.promql_text(value)
    except quoting.QuotingError as error:
        raise AnsibleFilterError(f"to_promql: {error}") from error


class FilterModule:
    def filters(self) -> dict[str, Callable[..., str]]:
        return {"to_promql": to_promql}
