#!/usr/bin/python
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Documentation of ``database_password``. The work is done by the action plugin of the same name, inside the release."""

from __future__ import annotations

DOCUMENTATION = r"""
module: database_password
short_description: Give a PostgreSQL login role a password, or take it away
version_added: 0.1.0
description:
  - The release connects, in its image or in a virtual environment, so that nothing has to be installed on the host.
  - The server gets the password's SCRAM verifier and never the password, so that none of its logs can hold it.
  - A password that opens the database already is left alone. A new one is tried before this module says that all is well.
options:
  role:
    description: The login role.
    type: str
    required: true
  password:
    description: Its new password, twelve characters at least. Required with O(state=present).
    type: str
  state:
    description: V(absent) takes the password away. Sessions that are open go on, new ones are refused.
    type: str
    choices: [present, absent]
    default: present
  timeout:
    description: How long it may take (s).
    type: int
    default: 60
  component:
    description:
      - Component whose administrator connects, where its C(component.yml) declares one (C(database.admin)). Else the release connects as
        it always does. What O(environment) says wins.
    type: str
extends_documentation_fragment:
  - echodiary.infra.release_place
attributes:
  check_mode:
    description: Looks whether the password opens the database, and whether there is such a role.
    support: full
  diff_mode:
    description: A password is not shown.
    support: none
  idempotent:
    description: For V(present). Whether a password was there before V(absent) cannot be seen, so that it always counts as a change.
    support: partial
  platform:
    description: Hosts with Python 3.9 or later, and Docker for an image. PostgreSQL 14 or later, with psycopg 3 in the release.
    support: full
    platforms: posix
notes:
  - C(DATABASE_URL) of the environment says where to connect, and as whom. That role needs C(CREATEROLE), and C(ADMIN OPTION) on the role.
seealso:
  - module: echodiary.infra.database_sessions
author:
  - The echodiary.infra maintainers (@echodiary)
"""

EXAMPLES = r"""
- name: Give the login that nobody uses now a password
  echodiary.infra.database_password:
    image: "{{ shop_image }}"
    component: shop
    role: shop_clone
    password: "{{ new_password }}"
  become: true
  run_once: true

- name: Take the old one away
  echodiary.infra.database_password:
    image: "{{ shop_image }}"
    environment: {DATABASE_URL: "{{ admin_url }}"}
    role: shop
    state: absent
  become: true
  run_once: true
"""

RETURN = r"""
role:
  description: The role whose password it is.
  returned: always
  type: str
"""
