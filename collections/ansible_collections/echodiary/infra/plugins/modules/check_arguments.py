#!/usr/bin/python
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Documentation of ``check_arguments``. The work is done by the action plugin of the same name, on the controller."""

from __future__ import annotations

DOCUMENTATION = r"""
module: check_arguments
short_description: Refuse variables of a role that are not of their declared type
version_added: 0.1.0
description:
  - Ansible checks that a value could be converted to the type that C(meta/argument_specs.yml) declares, and leaves it as it is. So
    C(-e deploy_alerts_block=false) is a text, and any text is true.
  - Fails where a variable of the role is text and another type is declared, and where words of C(-e) belong to no variable, and says how to
    write it.
  - With the callback P(echodiary.infra.arguments#callback) the values are converted before the first task, and there is nothing to refuse.
options:
  role:
    description: The directory of the role.
    type: path
    required: true
extends_documentation_fragment:
  - echodiary.infra.controller
  - echodiary.infra.controller.thinks
seealso:
  - plugin: echodiary.infra.arguments
    plugin_type: callback
author:
  - The echodiary.infra maintainers (@echodiary)
"""

EXAMPLES = r"""
- name: Check what was given
  echodiary.infra.check_arguments:
    role: "{{ role_path }}"
"""

RETURN = r"""
msg:
  description: Each variable that is refused, and how to write it.
  returned: failed
  type: str
"""
