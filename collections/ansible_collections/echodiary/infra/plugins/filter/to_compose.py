# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""A value of a Compose file. How is in plugin_utils/_common/quoting.py."""

from __future__ import annotations

DOCUMENTATION = r"""
name: to_compose
short_description: Text as a value of a Compose file
version_added: 0.1.0
author: EchoDiary maintainers (@echodiary)
description:
  - Quotes what YAML would read as something else, and doubles every dollar, where Compose would put a variable of its caller.
  - Lists and dictionaries are written as one line.
options:
  _input:
    description: The value.
    type: raw
    required: true
"""

EXAMPLES = r"""
# image: {{ web_image | echodiary.infra.to_compose }}
- name: Show it
  ansible.builtin.debug:
    msg: "{{ 'a$HOME' | echodiary.infra.to_compose }}" # "a$$HOME"
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


def to_compose(value: Json) -> str:
    try:
        return quoting.compose_value(value)
    except quoting.QuotingError as error:
        raise AnsibleFilterError(f"to_compose: {error}") from error


class FilterModule:
    def filters(self) -> dict[str, Callable[..., str]]:
        return {"to_compose": to_compose}
