#!/usr/bin/python
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Documentation of ``component_database``. The work is done by the action plugin of the same name, on the controller."""

from __future__ import annotations

DOCUMENTATION = r"""
module: component_database
short_description: Say how the database of a component is saved
version_added: 0.1.0
description:
  - Reads C(database) of the component's C(component.yml), with the variables of the task's host. No host is called.
  - Of what is declared only the keys are rendered that the purpose needs, and no password is returned.
options:
  component:
    description: The component, as the inventory lists it.
    type: str
    required: true
  purpose:
    description: What it is for.
    type: str
    choices: [backups, rotation]
    default: backups
  whose:
    description: With O(purpose=rotation), whose password it is about - of who serves, or of who owns and migrates.
    type: str
    choices: [serve, migrate]
    default: serve
  hosts:
    description: All hosts that run it. The first of them by name keeps its dumps where it declares no host of its own.
    type: list
    elements: str
    default: []
  environment:
    description: Name of the environment.
    type: str
    default: ''
  required:
    description: Whether it fails, with what to declare, where the component says nothing of backups.
    type: bool
    default: true
extends_documentation_fragment:
  - echodiary.infra.controller
  - echodiary.infra.controller.thinks
seealso:
  - module: echodiary.infra.component_target
  - module: echodiary.infra.database_dump
author:
  - The echodiary.infra maintainers (@echodiary)
"""

EXAMPLES = r"""
- name: See how it is saved
  echodiary.infra.component_database:
    component: shop
    hosts: "{{ component_target.hosts }}"
    environment: production
  register: saved
"""

RETURN = r"""
component:
  description: The component, without its collection.
  returned: success
  type: str
  sample: shop
declared:
  description: Whether it says how it is saved.
  returned: with O(purpose=backups)
  type: bool
method:
  description: C(dump) or C(rds); empty where it says nothing of backups.
  returned: with O(purpose=backups)
  type: str
  sample: dump
host:
  description: Host that keeps its dumps and its metric.
  returned: with O(purpose=backups)
  type: str
  sample: app1
directory:
  description: Where dumps are on that host.
  returned: with O(purpose=backups), where it is declared
  type: str
  sample: /var/backups/shop
keep:
  description: How many backups are kept; 0 keeps all.
  returned: with O(purpose=backups), where it is declared
  type: int
  sample: 7
timeout:
  description: Seconds that each program, or a snapshot, may take.
  returned: with O(purpose=backups), where it is declared
  type: int
  sample: 3600
instance:
  description: Identifier of the RDS instance.
  returned: with O(purpose=backups), where it is declared
  type: str
prefix:
  description: How the names of its snapshots begin.
  returned: with O(purpose=backups), where it is declared
  type: str
  sample: shop-production-
unlabelled:
  description: Whether its metric is also written without the component's name.
  returned: with O(purpose=backups), where it is declared
  type: bool
environment:
  description: What O(environment) was.
  returned: with O(purpose=backups), where it is declared
  type: str
secret:
  description: Name of the secret that holds its login.
  returned: with O(purpose=rotation)
  type: str
  sample: shop/production
user_key:
  description: Key of the login's name in that secret.
  returned: with O(purpose=rotation)
  type: str
  sample: database_user
password_key:
  description: Key of its password.
  returned: with O(purpose=rotation)
  type: str
  sample: database_password
stored:
  description: The login that the inventory names.
  returned: with O(purpose=rotation)
  type: str
  sample: shop
other:
  description: The login that takes its place.
  returned: with O(purpose=rotation)
  type: str
  sample: shop_clone
sessions:
  description: Regular expression of the C(application_name) of the component's own sessions.
  returned: with O(purpose=rotation)
  type: str
msg:
  description: In words.
  returned: with O(purpose=backups)
  type: str
"""
