#!/usr/bin/python
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Documentation of ``image_platforms``. The work is done by the action plugin of the same name and by module_utils/_platforms."""

from __future__ import annotations

DOCUMENTATION = r"""
module: image_platforms
short_description: Refuse images that are not built for a host
version_added: 0.1.0
description:
  - Asks for every image that the components of a host run whether it is built for that host's architecture. Of one that is on the host the
    host knows, of the others the registry does. Nothing is pulled.
  - An image of which nobody says is no reason to fail, and is named in RV(notes).
  - The image of a release is left out. M(echodiary.infra.image_contract) tries that.
options:
  components:
    description: Names of components, as C(components) of the inventory.
    type: list
    elements: str
    default: []
attributes:
  check_mode:
    description: It only asks.
    support: full
  diff_mode:
    description: There is nothing to compare.
    support: none
  idempotent:
    description: It changes nothing.
    support: full
  platform:
    description: Debian and Ubuntu hosts with Python 3.9 or later.
    support: full
    platforms: posix
author:
  - The echodiary.infra maintainers (@echodiary)
"""

EXAMPLES = r"""
- name: Refuse what cannot run here
  echodiary.infra.image_platforms:
    components: "{{ components }}"
"""

RETURN = r"""
notes:
  description: What was not asked, and why.
  type: list
  elements: str
  returned: always
"""
