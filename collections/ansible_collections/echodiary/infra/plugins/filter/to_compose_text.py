# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""A value of a Compose file, in quotes. How is in plugin_utils/_common/quoting.py."""

from __future__ import annotations

DOCUMENTATION = r"""
name: to_compose_text
short_description: Text as a quoted value of a Compose file
version_added: 0.1.0
author: EchoDiary maintainers (@echodiary)
description:
  - As P(echodiary.infra.to_compose#filter), always in quotes.
  - For ports and other values that are made of several.
options:
  _input:
    description: The value.
    type: raw
    required: true
"""

EXAMPLES = r"""
# ports: [{{ (bind ~ ':' ~ port ~ ':8000') | echodiary.infra.to_compose_text }}]
- name: Show it
  ansible.builtin.debug:
    msg: "{{ '127.0.0.1:80:8000' | echodiary.infra.to_compose_text }}"
"""

RETURN = r"""
_value:
  description: The value as it stands in the file.
  type: str
"""

from collections.abc import Callable
from typing import TYPE_CHECKING

from ansible.errors import AnsibleFilterError

from ..plugin_utils._common import quoting

if TYPE_CHECKING:
    from ..module_utils._kinds.model import Json


def to_compose_text(value: Json) -> str:
    try:
        return quoting.compose_text(value)
    except quoting.QuotingError as error:
        raise AnsibleFilterError(f"to_compose_text: {error}") from error


class FilterModule:
    def filters(self) -> dict[str, Callable[..., str]]:
        return {"to_compose_text": to_compose_text}
