#!/usr/bin/python
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Documentation of ``database_budget``. The work is done by the action plugin of the same name and by module_utils/_alembic."""

from __future__ import annotations

DOCUMENTATION = r"""
module: database_budget
short_description: Refuse a deploy that would need more PostgreSQL connections than there are
version_added: 0.1.0
description:
  - While old and new run side by side, an application may open twice the connections it usually does. This module compares that number
    with what the server, the application's role and its database really have left, and fails with the arithmetic when it is too much.
  - The database is read by the release itself, in its image or in a virtual environment, through its own C(env.py), as
    M(echodiary.infra.alembic) does. Nothing has to be added to the image.
  - What the application may open is (O(hosts) + O(overlap_hosts)) x O(workers) x (O(pool_size) + O(pool_overflow) + O(extra_per_worker)).
    Its present connections are part of that, so they are not subtracted from what is free; the connections of everybody else are.
options:
  hosts:
    description: On how many hosts the application runs.
    type: int
    required: true
  overlap_hosts:
    description:
      - On how many of them old and new run at the same time at most. All of O(hosts) by default; a batch's size where they roll in batches.
    type: int
  workers:
    description: Processes per slot, each of which has a pool of its own.
    type: int
    required: true
  pool_size:
    description: Connections that a worker keeps.
    type: int
    required: true
  pool_overflow:
    description: Connections that a worker may open beyond O(pool_size).
    type: int
    required: true
  extra_per_worker:
    description: Connections of a worker outside of its pool, such as the one that answers readiness checks.
    type: int
    default: 1
  postgresql_major:
    description: The major version that the server has to have. Not compared when not given.
    type: int
  application:
    description:
      - How the C(application_name) of the application's own sessions begins. Sessions of its role with another name then count as others.
      - Empty for all sessions of its role in its database.
    type: str
    default: ""
  timeout:
    description: How long reading may take (s).
    type: int
    default: 60
extends_documentation_fragment:
  - echodiary.infra.release_place
attributes:
  check_mode:
    description: Reads and judges as without it; nothing is ever changed.
    support: full
  diff_mode:
    description: There is nothing to differ.
    support: N/A
  idempotent:
    description: One remote call that only reads.
    support: full
  platform:
    description: Hosts with Python 3.9 or later, and Docker for an image. PostgreSQL 12 or later.
    support: full
    platforms: posix
notes:
  - Run it on one host per deploy (C(run_once)).
  - Other sessions come and go; leave room for people, backups and migrations.
seealso:
  - module: echodiary.infra.alembic
author:
  - The echodiary.infra maintainers (@echodiary)
"""

EXAMPLES = r"""
- name: See that old and new fit side by side
  echodiary.infra.database_budget:
    image: "{{ shop_image }}"
    env_file: /opt/shop/blue/shop.env
    volumes: ["/opt/shop/blue/tls:/etc/shop/tls:ro"]
    hosts: "{{ groups['app'] | length }}"
    overlap_hosts: 1
    workers: 4
    pool_size: 5
    pool_overflow: 5
    postgresql_major: 17
  become: true
  run_once: true
"""

RETURN = r"""
demand:
  description: Connections that the application may open while slots overlap.
  returned: always, unless the host could not be asked
  type: int
  sample: 176
resting:
  description: The same, when they do not.
  returned: when the database could be read
  type: int
  sample: 88
free:
  description: What the tightest of RV(limits) leaves for the application, its present connections included.
  returned: when the database could be read
  type: int
  sample: 191
fits_per_worker:
  description: The most connections that each worker could have.
  returned: when the database could be read
  type: int
  sample: 11
limits:
  description: Each limit with what is reserved of it, what others hold, and what is free. Those of role and database where they have one.
  returned: when the database could be read
  type: list
  elements: dict
  sample:
    - {name: server, limit: 200, reserved: 3, others: 6, free: 191}
own:
  description: Connections of the application now.
  returned: when the database could be read
  type: int
others:
  description: Connections of everybody else now.
  returned: when the database could be read
  type: int
sessions:
  description: Connections now by role, database and application name, without the one that looked.
  returned: when the database could be read
  type: list
  elements: dict
  sample:
    - {role: shop, database: shop, application: shop-api/1.9.2, count: 12}
server_version_num:
  description: The server's version as PostgreSQL counts.
  returned: when the database could be read
  type: int
  sample: 170006
max_connections:
  description: The server's limit.
  returned: when the database could be read
  type: int
reserved:
  description: Connections of it that an ordinary role cannot have, by setting.
  returned: when the database could be read
  type: dict
  sample: {superuser_reserved_connections: 3, reserved_connections: 0}
role:
  description: The application's role. A limit of V(-1) is none; a superuser has none either way.
  returned: when the database could be read
  type: dict
  sample: {name: shop, limit: -1, superuser: false}
database:
  description: Its database. A limit of V(-1) is none.
  returned: when the database could be read
  type: dict
  sample: {name: shop, limit: -1}
seconds:
  description: Seconds that reading took on the host.
  returned: when the database could be read
  type: float
"""
