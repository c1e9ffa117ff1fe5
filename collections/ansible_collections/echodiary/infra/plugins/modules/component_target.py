#!/usr/bin/python
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Documentation of ``component_target``. The work is done by the action plugin of the same name, on the controller."""

from __future__ import annotations

DOCUMENTATION = r"""
module: component_target
short_description: Say which component a playbook is about, and which hosts run it
version_added: 0.1.0
description:
  - Looks at the C(components) of every host of the inventory. Where one component of the fleet has a C(release) in its C(component.yml) it
    need not be named.
  - Where several have, or nobody runs the one that was named, it fails, lists them, and says the commands that work.
  - No host is called.
options:
  component:
    description:
      - The component, by its full name or without its collection.
      - What was typed as C(-e component=…) where it is empty, and the only one that has a release where nothing was. A variable of the
        inventory that is called C(component) is not looked at.
    type: str
    default: ''
  command:
    description: The command that was typed, without C(-e component=…), for the commands that are suggested.
    type: str
    required: true
  any:
    description: Whether it may be a component without a release, too.
    type: bool
    default: false
extends_documentation_fragment:
  - echodiary.infra.controller
  - echodiary.infra.controller.thinks
seealso:
  - module: echodiary.infra.deploy_plan
author:
  - The echodiary.infra maintainers (@echodiary)
"""

EXAMPLES = r"""
- name: Find the hosts of the component
  echodiary.infra.component_target:
    command: ansible-playbook echodiary.infra.deploy
  run_once: true
  register: component_target

- name: Take them
  ansible.builtin.group_by:
    key: component_hosts
  when: inventory_hostname in component_target.hosts
"""

RETURN = r"""
component:
  description: The component, as the inventory lists it; by its full name where hosts list it differently.
  returned: success
  type: str
  sample: shop
name:
  description: The same without its collection, as variables begin with it.
  returned: success
  type: str
  sample: shop
hosts:
  description: All hosts that run it, sorted. Those that C(--limit) leaves out, too.
  returned: success
  type: list
  elements: str
only:
  description: Whether it is the only component of the fleet that has a release.
  returned: success
  type: bool
also:
  description: What a command that is suggested has to say besides for the same component; empty where it need not be named.
  returned: success
  type: str
  sample: " -e component=shop"
msg:
  description: Both, in words.
  returned: success
  type: str
"""
