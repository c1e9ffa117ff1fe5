# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""A value of a file that Compose reads as env_file. How is in plugin_utils/_common/quoting.py."""

from __future__ import annotations

DOCUMENTATION = r"""
name: to_env_file
short_description: Text as a value of an env file
version_added: 0.1.0
author: EchoDiary maintainers (@echodiary)
description:
  - Quotes what Compose would expand, cut off or unquote.
  - What cannot be written there, a second line among others, is an error.
options:
  _input:
    description: The value.
    type: raw
    required: true
"""

EXAMPLES = r"""
# REDIS_URL={{ web_redis_url | echodiary.infra.to_env_file }}
- name: Show it
  ansible.builtin.debug:
    msg: "{{ 'a$HOME' | echodiary.infra.to_env_file }}"
"""

RETURN = r"""
_value:
  description: What follows the equals sign.
  type: str
"""

from collections.abc import Callable
from typing import TYPE_CHECKING

from ansible.errors import AnsibleFilterError

from ..plugin_utils._common import quoting

if TYPE_CHECKING:
    from ..module_utils._kinds.model import Json


def to_env_file(value: Json) -> str:
    try:
        return quoting.env_value(value)
    except quoting.QuotingError as error:
        raise AnsibleFilterError(f"to_env_file: {error}") from error


class FilterModule:
    def filters(self) -> dict[str, Callable[..., str]]:
        return {"to_env_file": to_env_file}
