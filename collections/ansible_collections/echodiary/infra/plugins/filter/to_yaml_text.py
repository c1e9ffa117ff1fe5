# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""A text of a YAML file. How is in plugin_utils/_common/quoting.py."""

from __future__ import annotations

DOCUMENTATION = r"""
name: to_yaml_text
short_description: Text as a quoted scalar of a YAML file
version_added: 0.1.0
author: EchoDiary maintainers (@echodiary)
description:
  - Quotes and escapes whatever the text has, so that the reader gets it back.
  - Other letters than ASCII stay readable.
options:
  _input:
    description: The value.
    type: raw
    required: true
"""

EXAMPLES = r"""
# targets: [{{ target.address | echodiary.infra.to_yaml_text }}]
- name: Show it
  ansible.builtin.debug:
    msg: "{{ 'say "hello"' | echodiary.infra.to_yaml_text }}"
"""

RETURN = r"""
_value:
  description: The scalar, with its quotes.
  type: str
"""

from collections.abc import Callable
from typing import TYPE_CHECKING

from ansible.errors import AnsibleFilterError

from ..plugin_utils._common import quoting

if TYPE_CHECKING:
    from ..module_utils._kinds.model import Json


def to_yaml_text(value: Json) -> str:
    try:
        return quoting.yaml_text(value)
    except quoting.QuotingError as error:
        raise AnsibleFilterError(f"to_yaml_text: {error}") from error


class FilterModule:
    def filters(self) -> dict[str, Callable[..., str]]:
        return {"to_yaml_text": to_yaml_text}
