#!/usr/bin/python
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Documentation of ``alembic``. The work is done by the action plugin of the same name and by module_utils/_alembic."""

from __future__ import annotations

DOCUMENTATION = r"""
module: alembic
short_description: Migrate a PostgreSQL schema with the release's own Alembic, once, linted and bounded
version_added: 0.1.0
description:
  - Runs Alembic where the release's code is, in its image or in a virtual environment, through its own C(env.py). Nothing has to be
    added to the image, which needs Alembic, SQLAlchemy 1.4 or later and any driver for PostgreSQL.
  - Every pending revision is shown as SQL and looked at alone before anything runs, by squawk and by rules for what squawk does not see,
    which judge what PostgreSQL's own parser reads. What is dangerous is refused, with its line, unless O(allow) has an entry for it. So is
    what the parser cannot read. The refusal ends with the entries that would let all of it through.
  - One migration runs at a time in a database. A session of its own holds an advisory lock, which is polled, so that
    C(CREATE INDEX CONCURRENTLY) works. Whoever comes second waits, finds nothing to do, and succeeds.
  - A lock on a table is waited for no longer than O(lock_timeout), again O(lock_tries) times, and what was in the way is named.
  - Afterwards the revision has moved, no index is invalid, and the release that still runs (O(compat_image)) can live with the tables.
options:
  state:
    description:
      - V(current) says where the database is, what is pending and what is to be said about it.
      - V(head) upgrades to the newest revision.
      - V(revision) goes up or down to O(revision).
      - V(lint) fails when a pending revision is refused; nothing is run.
      - V(compare) compares the live schema with the models and lists the differences.
    type: str
    required: true
    choices: [current, head, revision, lint, compare]
  revision:
    description: The goal of O(state=revision). One revision of the release, or V(base).
    type: str
  component:
    description: Whose schema it is, for a report that has those of several. Nothing else depends on it.
    type: str
    default: ''
  as_owner_of:
    description:
      - Component, as the inventory lists it, whose owner's login migrates (C(database.migrate) of its C(component.yml)). It takes the place
        of the login in C(DATABASE_URL) of the release's environment, and is in no file of the host.
      - Where the component names no such login, the release connects as it always does.
    type: str
    default: ''
    version_added: 0.1.0
  since:
    description:
      - With O(state=lint), the revision after which linting begins, or V(base) for all. No database is asked then, which suits a pipeline.
    type: str
  lock_wait:
    description: How long to wait while another migration runs (s).
    type: int
    default: 300
  lock_timeout:
    description:
      - How long a statement may wait for a lock on a table (s). Everybody who comes after it waits as well.
    type: float
    default: 3.0
  lock_tries:
    description:
      - How often a revision is tried when it could not have a lock, with a growing pause in between. A revision that works outside of
        a transaction is tried once.
    type: int
    default: 5
  statement_timeout:
    description: How long one statement may take (s).
    type: int
    default: 900
  concurrently_timeout:
    description:
      - How long a statement that works C(CONCURRENTLY) may take, and wait (s). It blocks nobody while it waits for older transactions.
    type: int
    default: 1800
  timeout:
    description: How long a migration may take (s). Then it is stopped.
    type: int
    default: 3600
  allow:
    description:
      - What may run although it is refused otherwise. An entry that allows nothing is reported.
    type: list
    elements: dict
    default: []
    suboptions:
      revision:
        description: The revision.
        type: str
        required: true
      rule:
        description: The rule's name, as the refusal gives it.
        type: str
        required: true
      reason:
        description: Why it is safe this time.
        type: str
        required: true
      direction:
        description: The way on which it is allowed. What may go away in a downgrade need not be allowed to go away in an upgrade.
        type: str
        choices: [up, down]
        default: up
  compat_image:
    description:
      - Image of the release that still runs. Its models are held against the tables as they will be, before anything is done, and
        against the tables as they are, afterwards. Only what the migration changes counts.
      - A downgrade that takes back a revision which this release contains is refused, too. It would not be ready on the older schema.
    type: str
  compat_images:
    description: The same for several, as after half a deploy.
    type: list
    elements: str
extends_documentation_fragment:
  - echodiary.infra.release_place
attributes:
  check_mode:
    description: Returns and judges what is pending as apply would, and migrates nothing.
    support: full
  diff_mode:
    description: The SQL of every pending revision; the differences with O(state=compare).
    support: full
  idempotent:
    description: A second run finds nothing pending and is one remote call.
    support: full
  platform:
    description: Hosts with Python 3.9 or later, and Docker for an image. PostgreSQL 12 or later.
    support: full
    platforms: posix
requirements:
  - pglast >= 8 (on the controller)
  - squawk-cli (on the controller)
notes:
  - pglast and squawk are used, and missed, only when there is a revision to look at.
  - Not judged is what text alone cannot tell. A condition that names a column counts as one that leaves rows out. C(DO) blocks, C(CALL),
    and calls of functions that the revision itself makes and that may write are refused without a look at their bodies; a function
    that was there before may be called. Statements are read as PostgreSQL 18 reads them, with C(standard_conforming_strings) on.
  - Run it on one host per deploy (C(run_once)). Started on several, one migrates and the others wait.
  - The connection to the database has to be a direct one. A pooler in transaction mode loses the lock.
  - Rules of squawk that are a matter of taste are left out; the names of all others are squawk's own. The module's own rules are
    C(update-without-where), C(delete-without-where), C(truncate), C(lock-table), C(vacuum-full), C(cluster), C(refresh-materialized-view),
    C(create-trigger), C(alter-trigger), C(create-rule), C(row-level-security), C(create-policy), C(do-block), C(call-procedure),
    C(execute-prepared), C(drop-object), C(drop-cascade), C(copy-program), C(set-logged), C(set-tablespace), C(attach-partition),
    C(alter-system), C(create-index-concurrently-if-not-exists), C(overrides-lock-timeout), C(overrides-standard-conforming-strings),
    C(validate-in-same-transaction), C(enum-value-used-at-once), C(unreadable) for a revision whose SQL cannot be had without a database,
    C(unparsable) for a statement that PostgreSQL's parser cannot read, and C(breaks-running-release) for what O(compat_image) would miss.
  - Comments in a revision, such as C(squawk-ignore), allow nothing.
author:
  - The echodiary.infra maintainers (@echodiary)
"""

EXAMPLES = r"""
- name: Migrate to the release's newest revision
  echodiary.infra.alembic:
    state: head
    image: "{{ shop_image }}"
    env_file: /opt/shop/blue/shop.env
    volumes: ["/opt/shop/blue/tls:/etc/shop/tls:ro"]
    compat_image: "{{ running_image }}"
    allow:
      - {revision: "0007", rule: ban-drop-column, reason: no release since 1.8 reads entries.legacy}
  become: true
  run_once: true

- name: Take the schema back to where it was
  echodiary.infra.alembic:
    state: revision
    revision: "0006"
    image: "{{ shop_image }}"
    env_file: /opt/shop/blue/shop.env
    allow:
      - {revision: "0007", rule: ban-drop-column, direction: down, reason: the column is empty}
  become: true
  run_once: true

- name: See whether somebody changed the schema by hand
  echodiary.infra.alembic:
    state: compare
    virtualenv: /opt/shop/venv
    directory: /opt/shop/src
    env_file: /opt/shop/blue/shop.env
  register: schema
  become: true

- name: Lint every revision in a pipeline that has no database
  echodiary.infra.alembic:
    state: lint
    since: base
    virtualenv: "{{ playbook_dir }}/../.venv"
    directory: "{{ playbook_dir }}/../app"
"""

RETURN = r"""
component:
  description: As it was given.
  returned: when it was given
  type: str
current:
  description:
    - The database's revisions, afterwards, also when the migration failed. Empty for one that was never migrated, null when that is not
      known.
  returned: when the database could be read
  type: list
  elements: str
before:
  description: The database's revisions, when it was looked at first.
  returned: when the database could be read
  type: list
  elements: str
heads:
  description: The release's newest revisions. More than one is refused.
  returned: when the release could be read
  type: list
  elements: str
unknown:
  description: Revisions of the database that the release does not contain.
  returned: when the database could be read
  type: list
  elements: str
database:
  description: Name of the database.
  returned: when the database could be read
  type: str
driver:
  description: What SQLAlchemy has in front of the database's URL.
  returned: when the database could be read
  type: str
  sample: postgresql+psycopg
fit:
  description: Whether nothing stands against it.
  returned: success
  type: bool
target:
  description: The revision to go to.
  returned: with O(state=head) and O(state=revision)
  type: str
pending:
  description: Steps from where the database was to the goal, in order.
  returned: when the release could be read
  type: list
  elements: dict
  contains:
    revision:
      description: The revision.
      type: str
    down_revision:
      description: The one before it.
      type: str
    message:
      description: Its first docstring.
      type: str
    direction:
      description: V(up) or V(down).
      type: str
    sql:
      description: Its SQL alone.
      type: str
    unreadable:
      description: Why its SQL cannot be had without a database, or empty.
      type: str
findings:
  description: What was found in the pending steps.
  returned: when the release could be read
  type: list
  elements: dict
  contains:
    revision:
      description: The revision.
      type: str
    direction:
      description: V(up) or V(down).
      type: str
    rule:
      description: The rule's name.
      type: str
    line:
      description: Line of the revision's SQL.
      type: int
    statement:
      description: The statement, shortened.
      type: str
    message:
      description: What is wrong with it.
      type: str
    level:
      description: V(refused), V(advice) or V(allowed).
      type: str
    reason:
      description: The reason of the entry that allows it.
      type: str
unused_allow:
  description: Entries of O(allow) that allow nothing, each with why.
  returned: when the release could be read
  type: list
  elements: dict
applied:
  description: Revisions that this run applied or took back.
  returned: with O(state=head) and O(state=revision)
  type: list
  elements: str
attempts:
  description: How often the migration was started.
  returned: after a migration
  type: int
blocked:
  description: Sessions that held a lock which the migration could not have.
  returned: after a migration
  type: list
  elements: dict
  sample:
    - {attempt: 1, revision: "0005", pid: 4711, application_name: psql, user: ann, state: idle in transaction, age: 312.4, query: SELECT 1}
waited:
  description: Seconds spent waiting for another migration.
  returned: after a migration
  type: float
holders:
  description: Who held the migrations' lock meanwhile.
  returned: after a migration
  type: list
  elements: str
notes:
  description: Remarks of the run, such as a timeout that did not arrive through PGOPTIONS.
  returned: after a migration
  type: list
  elements: str
invalid_indexes:
  description: Indexes that a failed build left behind.
  returned: when the database could be read
  type: list
  elements: dict
differences:
  description: With O(state=compare), each as kind, table, name, and what models and database say.
  returned: with O(state=compare)
  type: list
  elements: dict
  sample:
    - {kind: column, table: entries, name: note, models: "no", database: TEXT}
sync:
  description: V(Synced) when the schema is at head and equals the models, else V(OutOfSync).
  returned: with O(state=compare)
  type: str
versions:
  description: The release's Alembic and SQLAlchemy.
  returned: when the release could be read
  type: dict
remote_calls:
  description: How many times the host was called.
  returned: always
  type: int
  sample: 1
seconds:
  description: Seconds from the start of the task to its end.
  returned: always
  type: float
"""
