#!/usr/bin/python
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Documentation of ``database_roles``. The work is done by the action plugin of the same name, in one call on a host."""

from __future__ import annotations

DOCUMENTATION = r"""
module: database_roles
short_description: One role owns a component's database and migrates, another serves with only what it needs
version_added: 0.1.0
description:
  - Reads roles, memberships, owners, grants and default privileges of a PostgreSQL database, compares them field by field with what
    C(database) of the component's C(component.yml) declares, and makes them so. C(docs/operations.md) says who gets what.
  - The host reaches the server by PostgreSQL's own protocol. Nothing has to be installed there, neither Docker nor a client, and the
    component's image need not have any.
  - The server's administrator need not be a superuser. Rights of a role that owns are borrowed for one transaction and given back in it.
  - Passwords travel with the call and are in no command line, log, diff or result; the server gets their SCRAM verifiers. Whether one is a
    role's is found out by trying it.
  - Runs exclude each other by a lock in the database. What waits three seconds for a lock on a table lets others through and tries again.
options:
  component:
    description: The component, as the inventory lists it. Of one that declares no roles nothing is asked.
    type: str
    required: true
  state:
    description:
      - V(present) makes it so.
      - V(read) asks, as the login that serves, whether that owns anything, may become somebody who does, or is more than a login. It fails
        where it is, and the component declares roles; where it declares none, that is returned in RV(msg).
    type: str
    choices: [present, read]
    default: present
  move:
    description:
      - Whether an installation in which one role owns and serves goes over. The role that is there stays the owner and becomes who
        migrates, who serves is made with a password that nobody has seen, and the secret (C(database.secret)) gets both.
      - Without it such an installation is refused, with the command that does it.
    type: bool
    default: false
  at:
    description:
      - V(move) makes them at the server that the database is to move to (C(database.move)), with the passwords of here.
    type: str
    choices: [declared, move]
    default: declared
  login:
    description:
      - As C(echodiary_aws) has it, for the secret, and for the administrator's password where AWS keeps it
        (C(database.roles.master.instance)).
    type: dict
    default: {}
attributes:
  check_mode:
    description: Reads, and says what it would do.
    support: full
  diff_mode:
    description: Every field before and after. A password only opens the database, or does not.
    support: full
  idempotent:
    description: What is as declared is not touched.
    support: full
  platform:
    description: Hosts with Python 3.9 or later that reach the server. PostgreSQL 16 or later.
    support: full
    platforms: posix
requirements:
  - boto3 on the controller, where the secret or the administrator's password is in AWS
seealso:
  - module: echodiary.infra.database_password
  - module: echodiary.infra.alembic
author:
  - The echodiary.infra maintainers (@echodiary)
"""

EXAMPLES = r"""
- name: See to roles and grants
  echodiary.infra.database_roles:
    component: shop
    login: {region: ap-northeast-2}
  run_once: true

- name: See that what serves owns nothing
  echodiary.infra.database_roles:
    component: shop
    state: read
  run_once: true
"""

RETURN = r"""
declared:
  description: Whether the component declares roles.
  returned: success
  type: bool
changes:
  description: What differed, one entry for each resource.
  returned: with O(state=present), where roles are declared
  type: list
  elements: dict
  contains:
    resource:
      description:
        - Kind and name, as in V(role:shop_app), V(database:shop), V(schema:public), V(table:public.orders), V(default:tables of public).
      type: str
    fields:
      description:
        - By name what was found (C(before)) and what is declared (C(after)). A grantee is a field of what it is granted.
      type: dict
lines:
  description: The same, one line for each resource.
  returned: with O(state=present), where roles are declared
  type: list
  elements: str
warnings:
  description: What could not be had, and who may give it.
  returned: with O(state=present), where roles are declared
  type: list
  elements: str
secret:
  description: Keys of the secret that were written.
  returned: with O(state=present), where roles are declared
  type: list
  elements: str
rolls:
  description: Whether the component still serves with another login than its own, so that its hosts have to roll.
  returned: with O(state=present), where roles are declared
  type: bool
findings:
  description: Why the login should not serve.
  returned: with O(state=read)
  type: list
  elements: str
refused:
  description: Whether there are any, or it could not be looked at.
  returned: with O(state=read)
  type: bool
msg:
  description: In words.
  returned: always
  type: str
"""
