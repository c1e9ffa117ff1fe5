#!/usr/bin/python
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Documentation of ``log_lines``. The work is done by the action plugin of the same name and by module_utils/_logs."""

from __future__ import annotations

DOCUMENTATION = r"""
module: log_lines
short_description: Ask for lines of log
version_added: 0.1.0
description:
  - Asks a store of role P(echodiary.infra.logs#role) on the host that keeps it, whose password is read there and goes nowhere.
  - Or reads what the host has itself, for when the store cannot be asked. That is Docker's files, the journal, and what deploys wrote down;
    secrets are taken out of it before it leaves, by the same shapes as role P(echodiary.infra.log_shipper#role) does it.
options:
  source:
    description: Whom to ask. V(store) is the store that this host keeps, V(host) what it has itself.
    type: str
    choices: [store, host]
    default: store
  store:
    description: Everything, errors, or who did what.
    type: str
    choices: [all, errors, audit]
    default: all
  since:
    description: From when on, as a date or a time with its offset.
    type: str
    required: true
  until:
    description: Up to when, likewise; that moment is not in it.
    type: str
    required: true
  hosts:
    description: Whose lines, as the shippers name their hosts. All by default.
    type: list
    elements: str
    default: []
  limit:
    description: What O(hosts) was made of. Where it is something, there have to be hosts.
    type: str
    default: ""
  components:
    description: Of which components, or programs of the journal. All by default.
    type: list
    elements: str
    default: []
  level:
    description: One of V(DEBUG), V(INFO), V(WARNING), V(ERROR), V(CRITICAL); the worse ones are in it. All lines by default.
    type: str
    default: ""
  request:
    description: Id of a request, as a field or in the text.
    type: str
    default: ""
  text:
    description: What the text contains, letter by letter.
    type: str
    default: ""
  last:
    description: As many of the newest, at most 10000.
    type: int
    default: 200
  follow:
    description:
      - A file of the controller, such as a named pipe, that gets lines as they come, an object of JSON for each answer with C(lines) and
        C(cut), or C(away) where the store does not answer, which is waited for.
      - Then the task ends when it is interrupted, or when nobody reads any more.
    type: path
    default: ""
attributes:
  check_mode:
    description: It only reads.
    support: full
  diff_mode:
    description: Nothing is changed.
    support: none
  idempotent:
    description: It only reads.
    support: full
  platform:
    description: Hosts with systemd and Python 3.9 or later.
    support: full
    platforms: posix
notes:
  - Needs root on the host (C(become)) for the password of the store, and for files and journals that others may not read.
  - C(python -m gitops logs) asks by this, and shows it to people.
author:
  - The echodiary.infra maintainers (@echodiary)
"""

EXAMPLES = r"""
- name: Ask what went wrong in the last hour
  echodiary.infra.log_lines:
    since: "{{ '%Y-%m-%dT%H:%M:%SZ' | ansible.builtin.strftime(now().timestamp() - 3600, utc=true) }}"
    until: "{{ '%Y-%m-%dT%H:%M:%SZ' | ansible.builtin.strftime(utc=true) }}"
    level: ERROR
  become: true
  register: wrong
"""

RETURN = r"""
lines:
  description: A line each, oldest first, with its fields. C(_time) and C(_msg) are always there.
  returned: success
  type: list
  elements: dict
cut:
  description: Whether there are older ones, or some that were not looked at.
  returned: success
  type: bool
"""
