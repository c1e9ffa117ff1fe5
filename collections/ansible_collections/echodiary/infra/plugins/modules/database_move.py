#!/usr/bin/python
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Documentation of ``database_move``. The work is done by the action plugin of the same name and by module_utils/_move."""

from __future__ import annotations

DOCUMENTATION = r"""
module: database_move
short_description: Steps of moving a component's database to another PostgreSQL server
version_added: 0.1.0
description:
  - What M(echodiary.infra.database_dump) does not do of a move. Looks at both servers, closes a database to writes, compares what arrived
    with what left, and opens it again. The playbook C(move_database) does all of it in order.
  - Which server a component's database is at is what its secret says (C(database.secret)). The one of before stays beside it until somebody
    confirms. An inventory that does not take the server from the secret is refused.
  - Runs C(psql) of the image of C(database.backup), on the host that keeps the dumps. The login is that of C(database.restore), which has
    to be on both servers, as all the other logins, with the same passwords. C(sslmode) and authorities hold for both.
options:
  component:
    description: The component, as the inventory lists it.
    type: str
    required: true
  state:
    description:
      - V(looked) says from where to where it would go, what there is and how long it may take, or why not. Nothing is touched.
      - V(frozen) closes the database of O(side) to writes and ends its sessions. Whoever comes then may only read
        (C(default_transaction_read_only)). Of V(source) first, and what a run before has left half filled at the target is dropped.
      - V(compared) compares every table by its rows and a checksum of them, every sequence, extensions, and how many indexes, constraints,
        views, functions, triggers and large objects there are. It fails where anything differs.
      - V(opened) lets the database of O(side) be written to again.
      - V(confirmed) says what the secret gets once no way back is needed. No host is called.
    type: str
    required: true
    choices: [looked, frozen, compared, opened, confirmed]
  direction:
    description: With O(state=looked), whether it goes to the server that is declared (C(database.move)) or to the one of before.
    type: str
    choices: [there, back]
    default: there
  roles:
    description: With O(state=looked) in a check, whether the target's logins are still to be made, so that it cannot be looked at yet.
    type: bool
    default: false
  login:
    description:
      - With O(state=looked), how one logs in to AWS, as C(echodiary_aws) has it. Given, it is an error where the secret cannot be changed
        by that.
    type: dict
  side:
    description: With O(state=frozen) and O(state=opened), which one.
    type: str
    choices: [source, target]
    default: source
  source:
    description: Where it comes from, as RV(source) of O(state=looked). The same through all steps.
    type: dict
    suboptions:
      host:
        description: Address.
        type: str
        required: true
      port:
        description: Port.
        type: int
        required: true
  target:
    description: Where it goes.
    type: dict
    suboptions:
      host:
        description: Address.
        type: str
        required: true
      port:
        description: Port.
        type: int
        required: true
attributes:
  check_mode:
    description: With V(frozen) and V(opened), nothing is done.
    support: full
  diff_mode:
    description: There is nothing to show.
    support: none
  idempotent:
    description: A database that is closed is closed once more.
    support: partial
    details:
      - V(frozen) and V(opened) end sessions each time, and say that they changed something.
  platform:
    description: Hosts with Docker.
    support: full
    platforms: posix
seealso:
  - module: echodiary.infra.database_dump
  - module: echodiary.infra.secret_value
author:
  - The echodiary.infra maintainers (@echodiary)
"""

EXAMPLES = r"""
- name: See both servers
  echodiary.infra.database_move:
    component: shop
    state: looked
  register: seen

- name: Let nobody write any more
  echodiary.infra.database_move:
    component: shop
    state: frozen
    side: source
    source: "{{ seen.source }}"
    target: "{{ seen.target }}"
"""

RETURN = r"""
stage:
  description: What a run begins with. V(roll) where one was cut off after the secret had named the target.
  returned: with O(state=looked)
  type: str
  sample: copy
lines:
  description: What there is, where it goes, and for how long users would not be served.
  returned: with O(state=looked)
  type: list
  elements: str
source:
  description: C(host) and C(port) of where it is.
  returned: with O(state=looked)
  type: dict
target:
  description: And of where it goes.
  returned: with O(state=looked)
  type: dict
values:
  description: What the secret gets when it has gone over, or is confirmed.
  returned: with O(state=looked) and O(state=confirmed)
  type: dict
undo:
  description: What the secret has when it does not.
  returned: with O(state=looked)
  type: dict
secret:
  description: The secret's name.
  returned: with O(state=looked) and O(state=confirmed)
  type: str
ended_sessions:
  description: How many sessions were ended.
  returned: with O(state=frozen) and O(state=opened)
  type: int
compared:
  description: How many things were compared.
  returned: with O(state=compared)
  type: int
"""
