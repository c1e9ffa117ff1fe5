#!/usr/bin/python
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Documentation of ``database_dump``. The work is done by the action plugin of the same name and by module_utils/_dump."""

from __future__ import annotations

DOCUMENTATION = r"""
module: database_dump
short_description: Back up a PostgreSQL database on a host, and restore it by swapping names
version_added: 0.1.0
description:
  - Runs C(pg_dump), C(pg_restore) and C(psql) of a PostgreSQL image on a host that has Docker. Nothing else has to be installed there.
  - A backup is O(directory)/O(id).dump (C(pg_dump) in its custom format, 0600) and, written last, O(id).json, which says what is in it.
    Before that, all of the dump has been read back and its rows have been counted, so that a truncated or damaged one is none.
  - A restore never writes to the live database. It fills a new one, checks its rows, its revision and its indexes, takes over what is set
    and granted on the database itself, ends all sessions, and renames both in one transaction. The old one stays, as
    C(<database>_before_<id>).
  - The password goes to the programs on standard input. No command line and no C(docker inspect) shows it.
options:
  state:
    description:
      - V(created) makes the backup O(id). One that is there already is checked and left alone.
      - V(read) lists the backups of O(directory) or, with O(id), checks that one.
      - V(restored) replaces O(database) by the backup O(id). A damaged dump or missing rights are refused before anything is touched.
    type: str
    required: true
    choices: [created, read, restored]
  component:
    description:
      - Component whose database it is. What its C(component.yml) says of it (C(database)) takes the place of the options that are not
        given, from O(directory) and O(image) to O(timeout); of two logins, the one that O(state) needs.
    type: str
  id:
    description: Name of the backup, of a-z, 0-9 and single hyphens, 40 at most. Required but for reading the list.
    type: str
  source:
    description:
      - With O(state=created), an archive of C(pg_dump) that is on the host already, such as one out of a repository. It is read back to its
        last row and copied to its place; its time is the file's. Nothing is dumped.
    type: path
    version_added: 0.1.0
  directory:
    description: Where backups are, for root only.
    type: path
    default: /var/backups/echodiary
  image:
    description: An image with PostgreSQL's client programs, of the server's major version. Needed but for O(state=read).
    type: str
  pull:
    description: Whether Docker may fetch the image.
    type: str
    choices: [missing, never, always]
    default: missing
  network:
    description: Docker network of the containers. Docker's default when not given.
    type: str
  host:
    description: Address of the server. Needed but for O(state=read).
    type: str
  port:
    description: Its port.
    type: int
    default: 5432
  database:
    description: The database. Needed but for O(state=read).
    type: str
  user:
    description:
      - Who logs in. For O(state=created), a role that may read all of the database, such as its owner.
      - For O(state=restored), one with C(CREATEDB) that is a member of O(owner) and of C(pg_signal_backend); no superuser is needed.
    type: str
  password:
    description: Its password.
    type: str
  sslmode:
    description: How the server is authenticated.
    type: str
    choices: [disable, allow, prefer, require, verify-ca, verify-full]
    default: verify-full
  ca_certificate:
    description:
      - File on the host with the server's authority, readable by everybody. Required with O(sslmode=verify-ca) and O(sslmode=verify-full).
    type: path
  release:
    description: What is kept in the backup's document as the release that ran when it was made.
    type: str
    default: ""
  keep:
    description: How many backups of the database are kept. The one just made always is. V(0) keeps all.
    type: int
    default: 7
  keep_days:
    description:
      - Backups that are not older than so many days are kept whatever their number, so that a day of many deploys does not take yesterday's
        away.
    type: int
    default: 7
  owner:
    description: The role that owns the database and everything in it. Needed with O(state=restored).
    type: str
  maintenance_database:
    description: A database to be connected to while the other ones change their names.
    type: str
    default: postgres
  timeout:
    description: How long each program may take (s).
    type: int
    default: 3600
attributes:
  check_mode:
    description:
      - With O(state=restored), everything is looked at and refused as without it, and what would be replaced by what is returned.
      - With O(state=created), the database is not asked.
    support: full
  diff_mode:
    description: With O(state=restored), revision and rows of what is replaced and of the backup.
    support: partial
    details: The rows of what is replaced are an estimate of the server's statistics.
  idempotent:
    description: A backup is made once. A restore is done once per backup, since the database that it keeps must not be overwritten.
    support: partial
    details: A second restore of the same backup is refused until the database that the first one kept is dropped.
  platform:
    description: Hosts with Docker and Python 3.9 or later. PostgreSQL 12 or later.
    support: full
    platforms: posix
notes:
  - Extensions that are not trusted and that only a superuser can create have to be in C(template1) of the server that is restored to.
  - A program that fails leaves neither a dump nor a database behind.
seealso:
  - module: amazon.aws.rds_instance_snapshot
    description: Backups of databases that RDS runs.
author:
  - The echodiary.infra maintainers (@echodiary)
"""

EXAMPLES = r"""
- name: Back up before a migration
  echodiary.infra.database_dump:
    state: created
    id: 20261121-170500
    image: postgres:17
    host: db.example
    database: shop
    user: shop
    password: "{{ shop_database_password }}"
    ca_certificate: /etc/ssl/db-ca.pem
    release: "{{ shop_image }}"
  become: true
  run_once: true

- name: See what a restore would do
  echodiary.infra.database_dump:
    state: restored
    id: 20261121-170500
    component: shop
  check_mode: true
  become: true
  run_once: true

- name: List the backups
  echodiary.infra.database_dump:
    state: read
    directory: /var/backups/shop
  register: backups
  become: true
  run_once: true
"""

RETURN = r"""
backup:
  description: The backup's document. Null in check mode of O(state=created).
  returned: success, with O(id)
  type: dict
  contains:
    id:
      description: Its name.
      type: str
    time:
      description: When the dump was begun, UTC. It holds what was committed then.
      type: str
      sample: "2026-11-21T17:05:00Z"
    timestamp:
      description: The same in seconds since 1970.
      type: int
    database:
      description: The database.
      type: str
    revision:
      description: Alembic's revision in the dump, empty when there is none.
      type: str
      sample: "0004"
    rows:
      description: Rows of all tables.
      type: int
    size:
      description: Bytes of the dump.
      type: int
    sha256:
      description: Its checksum.
      type: str
    release:
      description: What O(release) was.
      type: str
    server_version_num:
      description: The server's version as PostgreSQL counts.
      type: int
    seconds:
      description: How long it took.
      type: float
path:
  description: The dump.
  returned: with O(state=created)
  type: str
removed:
  description: Older backups that were removed.
  returned: with O(state=created)
  type: list
  elements: str
backups:
  description: All documents, newest first.
  returned: with O(state=read) and without O(id)
  type: list
  elements: dict
replaced:
  description: What is replaced, as revision, size in bytes and about how many rows. Null when there is no such database.
  returned: with O(state=restored)
  type: dict
  sample: {revision: "0005", size: 8123456, rows: 1042}
kept_as:
  description: The name under which it is kept. Null when there was none.
  returned: with O(state=restored)
  type: str
  sample: shop_before_20261121-170500
age:
  description: How old the backup is.
  returned: with O(state=restored)
  type: str
  sample: 2 h 5 min
sessions:
  description: Sessions in the database when it was looked at.
  returned: with O(state=restored)
  type: list
  elements: dict
ended_sessions:
  description: How many sessions were ended.
  returned: with O(state=restored), except in check mode
  type: int
tables:
  description: Rows of each table of the backup.
  returned: with O(state=restored)
  type: dict
seconds:
  description: Seconds that restoring took.
  returned: with O(state=restored), except in check mode
  type: float
"""
