# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""One word of nginx' configuration. How is in plugin_utils/_common/quoting.py."""

from __future__ import annotations

DOCUMENTATION = r"""
name: to_nginx
short_description: Text as one word of nginx' configuration
version_added: 0.1.0
author: EchoDiary maintainers (@echodiary)
description:
  - Quotes blanks, quotes, backslashes and comment signs.
  - A text of several lines is an error, and so is a dollar, since nginx cannot be told that it means nothing.
options:
  _input:
    description: The value.
    type: raw
    required: true
"""

EXAMPLES = r"""
# add_header X-Said {{ text | echodiary.infra.to_nginx }}
- name: Show it
  ansible.builtin.debug:
    msg: "{{ 'a; b' | echodiary.infra.to_nginx }}"
"""

RETURN = r"""
_value:
  description: The word.
  type: str
"""

from collections.abc import Callable
from typing import TYPE_CHECKING

from ansible.errors import AnsibleFilterError

from ..plugin_utils._common import quoting

if TYPE_CHECKING:
    from ..module_utils._kinds.model import Json


def to_nginx(value: Json) -> str:
    try:
        return quoting.nginx_text(value)
    except quoting.QuotingError as error:
        raise AnsibleFilterError(f"to_nginx: {error}") from error


class FilterModule:
    def filters(self) -> dict[str, Callable[..., str]]:
        return {"to_nginx": to_nginx}
