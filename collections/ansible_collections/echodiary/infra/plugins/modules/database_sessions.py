#!/usr/bin/python
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Documentation of ``database_sessions``. The work is done by the action plugin of the same name, inside the release."""

from __future__ import annotations

DOCUMENTATION = r"""
module: database_sessions
short_description: Show who holds PostgreSQL's connections and locks, and end those that a rule means
version_added: 0.1.0
description:
  - Reads all sessions of the server, who waits for whose lock, and how many connections there may be. The release connects, in its image
    or in a virtual environment, so that nothing has to be installed on the host.
  - Sessions of migrations (by name, or with an advisory lock), of backups and of replicas are never ended, and nor are the server's own.
  - What is ended is exactly what was seen. A session that was idle is left alone when it has done anything since.
  - Literals of queries are left out of what is returned.
options:
  end:
    description:
      - V(idle) means sessions outside of any transaction that do nothing.
      - V(blockers) means sessions that hold others up without waiting for anybody themselves.
      - V(none) only looks.
    type: str
    choices: [none, idle, blockers]
    default: none
  older_than:
    description: Seconds that a session has been idle for, or that somebody has been waiting for it.
    type: float
    default: 0.0
  application:
    description: Only sessions whose application name matches this regular expression.
    type: str
    default: ""
  role:
    description: Only sessions whose role matches this regular expression.
    type: str
    default: ""
  timeout:
    description: How long one look, or ending them, may take (s).
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
    description: Returns whom it would end, and ends nobody.
    support: full
  diff_mode:
    description: RV(victims) says it all.
    support: none
  idempotent:
    description: Where the rule means nobody, nothing is done.
    support: full
  platform:
    description: Hosts with Python 3.9 or later, and Docker for an image. PostgreSQL 14 or later.
    support: full
    platforms: posix
notes:
  - C(DATABASE_URL) of the environment says where to connect, and as whom. To see and end sessions of other roles that role has to be a
    member of C(pg_monitor) and C(pg_signal_backend); to get in when nobody else does, of C(pg_use_reserved_connections).
seealso:
  - module: echodiary.infra.database_budget
author:
  - The echodiary.infra maintainers (@echodiary)
"""

EXAMPLES = r"""
- name: See who would be ended
  echodiary.infra.database_sessions:
    image: "{{ shop_image }}"
    env_file: /opt/shop/blue/shop.env
    end: idle
    older_than: 600
  check_mode: true
  become: true
  register: sessions

- name: End whoever holds up a queue for more than half a minute
  echodiary.infra.database_sessions:
    image: "{{ shop_image }}"
    env_file: /opt/shop/blue/shop.env
    end: blockers
    older_than: 30
  become: true
"""

RETURN = r"""
used:
  description: Connections before anything was ended.
  returned: always
  type: int
limit:
  description: Connections that ordinary roles may have.
  returned: always
  type: int
holders:
  description: Who holds how many, a line for each role, application and state, most first.
  returned: always
  type: list
  elements: str
queue:
  description: Who waits behind whom, as lines.
  returned: always
  type: list
  elements: str
victims:
  description: Whom the rule means, as lines.
  returned: always
  type: list
  elements: str
spared:
  description: Whom the rule means and who is left alone, and why.
  returned: always
  type: list
  elements: str
ended:
  description: Process numbers of the sessions that were ended.
  returned: always
  type: list
  elements: int
refused:
  description: Sessions that this role may not end, and what the server said.
  returned: always
  type: list
  elements: str
sessions:
  description: Every session as it was seen.
  returned: always
  type: list
  elements: dict
"""
