#!/usr/bin/python
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Documentation of ``rehearsal``. The work is done by the action plugin of the same name; module_utils/_rehearsal measures on the host."""

from __future__ import annotations

DOCUMENTATION = r"""
module: rehearsal
short_description: Run a release's pending migrations on a copy of production's data, and refuse what would make it wait
version_added: 0.1.0
description:
  - Restores the newest dump of a component's database into a throw-away PostgreSQL, once for each dump, and copies that for each rehearsal.
  - The release's pending migrations run on the copy in the release's own image, one after the other, with Alembic. Meanwhile a reader and a
    writer ask every 5 ms, and a third session looks every 3 ms at what the migration has locked. Rows are counted before and after.
  - A migration is refused that somebody would have waited for longer than O(max_wait), that took longer than O(max_seconds), that removed
    rows, or that failed. Entries of O(allow) with the rules C(rehearsed-wait), C(rehearsed-duration) and C(rehearsed-rows) allow it.
  - What was measured is a floor, not a forecast. The copy is idle, so nothing queues behind a long transaction, and its cache is warm.
  - The server is a container without a network, which the release's container joins, so that neither reaches anything else. The release
    gets the URL of the copy, with a password made for this run, in place of its own, and nothing of its environment file.
options:
  component:
    description: The component. Its C(component.yml) says where its dumps are (C(database), C(backup)), where O(directory) does not.
    type: str
    required: true
  hosts:
    description: All hosts that run it. The first of them by name keeps its dumps where it declares no host of its own.
    type: list
    elements: str
    default: []
  image:
    description: Image of the release, with Alembic in it.
    type: str
    required: true
  pending:
    description:
      - Revisions that production is short of, which are judged. Others that the dump is short of run before them.
      - Empty to judge all that are pending on the dump.
    type: list
    elements: str
    default: []
  driver:
    description: What is in front of the copy's URL, as RV(echodiary.infra.alembic#module:driver) tells it.
    type: str
    default: postgresql
  variable:
    description: Variable of the release's environment that gets the URL.
    type: str
    default: DATABASE_URL
  environment:
    description: What else the release's C(env.py) needs. Nothing of production's environment is passed on by itself.
    type: dict
    default: {}
  config:
    description: Alembic's configuration file in the image.
    type: str
    default: alembic.ini
  section:
    description: Section of that file.
    type: str
    default: alembic
  directory:
    description: Where dumps of M(echodiary.infra.database_dump) are. What the component declares by default.
    type: path
    default: ''
  backup_host:
    description:
      - Host of the inventory that keeps them. What the component declares by default, and the host of the task where it declares nothing.
      - From another host a dump is brought through the controller, in parts of 8 MiB that are in no file there.
    type: str
    default: ''
  database:
    description: Name of the database, where the directory has dumps of several. What the component declares by default.
    type: str
    default: ''
  job:
    description:
      - Job of C(/usr/local/sbin/echodiary-backup). By default the one that saves the component's database, as C(backup_jobs) of the
        inventory and the program itself tell; the host that has it may be another one of the same repository. Where the program is on the
        host and lists snapshots of the job, the newest of them is taken, and no local dump.
    type: str
    default: ''
  server_image:
    description: Image of PostgreSQL's server, of production's major version. The image with which the component is backed up by default.
    type: str
    default: ''
  pull:
    description: When the two images are pulled.
    type: str
    choices: [missing, never, always]
    default: missing
  memory:
    description: What the server and the release may use each, as Docker has it.
    type: str
    default: 1g
  keep:
    description: Hours for which the restored dump is kept for the next rehearsal, unless that has a newer one. V(0) removes it at the end.
    type: float
    default: 12.0
  max_wait:
    description: Milliseconds that a reader or a writer may wait for a migration.
    type: int
    default: 500
  max_seconds:
    description: Seconds that a migration may take. It is stopped soon afterwards.
    type: int
    default: 600
  accept_lost_rows:
    description: Whether migrations may remove rows.
    type: bool
    default: false
  allow:
    description: What is allowed, as O(echodiary.infra.alembic#module:allow) has it.
    type: list
    elements: dict
    default: []
    suboptions:
      revision:
        description: The revision.
        type: str
        required: true
      rule:
        description: V(rehearsed-wait), V(rehearsed-duration) or V(rehearsed-rows). Others are not this module's.
        type: str
        required: true
      reason:
        description: Why.
        type: str
        required: true
      direction:
        description: Only V(up) is rehearsed.
        type: str
        choices: [up, down]
        default: up
  required:
    description: Whether it fails where nothing can be rehearsed, too. Otherwise RV(verdict) is V(nothing) and RV(msg) says why.
    type: bool
    default: false
  timeout:
    description: Seconds that fetching, restoring and counting may take, each.
    type: int
    default: 3600
attributes:
  check_mode:
    description: Says on which dump, and starts nothing.
    support: full
  diff_mode:
    description: Nothing of what is declared is changed.
    support: none
  idempotent:
    description: Nothing of what is declared is changed. The images and the restored dump stay for a while.
    support: full
  platform:
    description: Hosts with Docker and Python 3.9 or later.
    support: full
    platforms: posix
notes:
  - Needs root on the host (C(become)).
  - Of a run that is killed nothing stays for long. The next one takes away what it left, and without one the server ends by itself.
  - A rewriting of all rows with the probes beside it needs a core or two of the host.
seealso:
  - module: echodiary.infra.alembic
  - module: echodiary.infra.database_dump
author:
  - The echodiary.infra maintainers (@echodiary)
"""

EXAMPLES = r"""
- name: Rehearse what is pending
  echodiary.infra.rehearsal:
    component: shop
    image: registry.example/shop:v1.4.0
  become: true
  delegate_to: monitoring1
"""

RETURN = r"""
verdict:
  description: V(passed), V(refused), V(nothing) where nothing could be rehearsed, or V(would) in check mode.
  returned: always
  type: str
  sample: refused
migrations:
  description: What ran, in order.
  returned: where something was rehearsed
  type: list
  elements: dict
  contains:
    revision:
      description: The revision.
      returned: always
      type: str
      sample: "0005"
    message:
      description: Its first lines.
      returned: always
      type: str
    seconds:
      description: How long it took.
      returned: always
      type: float
      sample: 2.7
    readers:
      description: The longest that somebody who reads waited.
      returned: always
      type: dict
      contains: &waited
        ms:
          description: Milliseconds.
          returned: always
          type: int
          sample: 2675
        table:
          description: For which table.
          returned: always
          type: str
          sample: entries
    writers:
      description: The longest that somebody who writes waited.
      returned: always
      type: dict
      contains: *waited
    lock:
      description: The strongest lock that was held and that somebody could wait for, or nothing.
      returned: always
      type: dict
      contains:
        mode:
          description: As C(pg_locks) has it.
          returned: always
          type: str
          sample: AccessExclusiveLock
        table:
          description: On which table.
          returned: always
          type: str
          sample: entries
        ms:
          description: For how long, in milliseconds.
          returned: always
          type: int
          sample: 2669
    changed:
      description: Tables with more or fewer rows than before.
      returned: always
      type: list
      elements: dict
      contains:
        table:
          description: The table.
          returned: always
          type: str
        before:
          description: Rows before.
          returned: always
          type: int
        after:
          description: Rows after, or nothing where the table is gone.
          returned: always
          type: int
    verdict:
      description: V(passed), V(allowed), V(refused), or V(before) for what production has already and only the dump was short of.
      returned: always
      type: str
    why:
      description: Of what is refused or allowed, why, and the way out.
      returned: always
      type: list
      elements: str
dump:
  description: On what it was rehearsed.
  returned: where there is a dump
  type: dict
  contains:
    source:
      description: V(program) (C(echodiary-backup)) or V(store) (a directory of M(echodiary.infra.database_dump)).
      returned: always
      type: str
    id:
      description: Its name there.
      returned: always
      type: str
    age:
      description: Its age in seconds.
      returned: always
      type: int
    size:
      description: Its size in bytes.
      returned: always
      type: int
rows:
  description: Rows of all tables before the first migration.
  returned: where something was rehearsed
  type: int
tables:
  description: How many tables there are.
  returned: where something was rehearsed
  type: int
restored:
  description: Whether the dump was restored in this run. Otherwise an earlier one had.
  returned: where something was rehearsed
  type: bool
restore_seconds:
  description: How long that took.
  returned: where something was rehearsed
  type: float
seconds:
  description: How long all of it took on the host.
  returned: where something was rehearsed
  type: float
notes:
  description: What else was seen, such as dumps that cannot be read, or a server of another major version.
  returned: where there is a dump
  type: list
  elements: str
msg:
  description: In words.
  returned: always
  type: str
"""
