#!/usr/bin/python
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Documentation of ``deploy_lock``. The work is done by the action plugin of the same name and by module_utils/_lease."""

from __future__ import annotations

DOCUMENTATION = r"""
module: deploy_lock
short_description: Hold a lease on deploying, which cannot go stale
version_added: 0.1.0
description:
  - A lease says who deploys, why, and where to watch. It ends by itself after O(ttl) seconds unless it is renewed, so a run that was
    killed locks nobody out for longer than that. The next run breaks an expired lease and writes that down.
  - Every lease has a fencing token, a number that is never given out twice. A run whose token is no longer the lock's has lost its lease
    and is told so when it renews. Run one at every phase.
  - A lock is a file on one host. Delegate all tasks of a fleet to the same host.
  - Where the variable C(echodiary_lease) is a mapping that names a C(table), a lock is an item of that table in DynamoDB
    instead, named C(<echodiary_environment>/<name>), and no host is asked. C(region), C(endpoint_url), C(access_key), C(secret_key),
    C(session_token) and C(profile) are those of the variable C(echodiary_aws) unless C(echodiary_lease) says otherwise. It belongs into the
    inventory, since every run has to agree.
  - The age of a lease is told by the host's uptime, so a clock that is set or jumps changes nothing. After a reboot of the host only the
    time since then is certain, so that a lease is held for up to one more O(ttl), and is never broken too early.
  - In a table it is told by the clock of DynamoDB, which comes with its answers. Whoever asks may have any clock. A lease lives up to two
    seconds longer than O(ttl), and never less.
  - A freeze forbids new leases until a date. It ends by itself as well.
options:
  state:
    description:
      - V(acquired) takes the lease, or is refused with a message that names the holder. With the O(token) of the present lease it renews.
      - V(renewed) renews the lease that O(token) stands for, and fails when that lease was lost.
      - V(released) gives it back. It never fails for a lease that is no longer held, so it belongs into C(always).
      - V(frozen) forbids new leases until O(until); a lease that is held goes on. V(thawed) allows them again.
      - V(read) only looks.
    type: str
    choices: [acquired, renewed, released, frozen, thawed, read]
    default: acquired
  name:
    description: Name of the lock.
    type: str
    default: deploy
  owner:
    description: Who asks. In GitHub Actions the actor, else the login and the machine.
    type: str
  reason:
    description: Why. Required to acquire, to freeze, to thaw, and to force.
    type: str
  run_url:
    description: Where one can watch. In GitHub Actions the page of the run.
    type: str
  ttl:
    description: Seconds until a lease that is not renewed expires. V(900) where none is given; renewing keeps what was given before.
    type: float
  token:
    description: The fencing token that acquiring returned.
    type: int
  wait:
    description: Seconds to wait for a lease that somebody else holds. A freeze is not waited for.
    type: float
    default: 0.0
  force:
    description: Release whoever holds the lease, and replace a record that cannot be read. It is written down, with O(reason).
    type: bool
    default: false
  until:
    description: End of a freeze. A date, which begins at 0:00 UTC, or a time with its offset.
    type: str
  override_freeze:
    description: Why this cannot wait for the end of a freeze. It is kept with the lease and written down.
    type: str
    default: ''
  textfiles:
    description:
      - The directory of node_exporter's textfile collector on the host, wherever the lock is. Acquiring and releasing then leave there, in
        C(echodiary_deploy.prom), that something is under way or how it ended. What cannot be written is a note and no failure.
    type: path
  environment:
    description: The label C(environment) of these metrics.
    type: str
    default: ""
  outcome:
    description: With O(state=released), how it ended, for these metrics.
    type: str
    default: unknown
  directory:
    description: Where locks are kept on the host. Without meaning where they are kept in a table.
    type: path
    default: /var/lib/echodiary/lease
attributes:
  check_mode:
    description:
      - Says what would happen and touches nothing. A lease that others hold fails in check mode too, unless O(wait) is given.
      - The token that a preview acquires is good for previews of V(renewed) and V(released).
    support: full
  diff_mode:
    description: The message says it all.
    support: none
  idempotent:
    description: Acquiring with the present token, and renewing, move the time at which the lease expires and say that they changed it.
    support: partial
  platform:
    description: Linux with Python 3.9 or later.
    support: full
    platforms: posix
notes:
  - Needs root on the host (C(become)), because of O(directory).
  - A table takes boto3 where Ansible runs, and the rights C(dynamodb:GetItem) and C(dynamodb:PutItem) on it.
author:
  - The echodiary.infra maintainers (@echodiary)
"""

EXAMPLES = r"""
- name: Deploy while nobody else does
  delegate_to: "{{ groups['app'][0] }}"
  run_once: true
  become: true
  block:
    - name: Take the lease
      echodiary.infra.deploy_lock:
        reason: "deploy {{ release }}"
        wait: 900
      register: lease

    - name: Renew it before the next phase
      echodiary.infra.deploy_lock:
        state: renewed
        token: "{{ lease.token }}"
  always:
    - name: Give it back
      echodiary.infra.deploy_lock:
        state: released
        token: "{{ lease.token | default(omit, true) }}"

- name: No deploys over the holidays
  echodiary.infra.deploy_lock:
    state: frozen
    until: "2026-12-28"
    reason: nobody is there to look after it
  become: true

- name: Release what a colleague left behind
  echodiary.infra.deploy_lock:
    state: released
    force: true
    reason: the runner was lost, asked in the channel
  become: true
"""

RETURN = r"""
token:
  description: The fencing token of the lease.
  returned: when acquired or renewed
  type: int
lost:
  description: Whether the lease of the given token is no longer held. Whoever lost it must not change anything more.
  returned: when the host answered
  type: bool
held:
  description: Whether anybody holds the lease now.
  returned: always
  type: bool
lease:
  description: The lease, or nothing. Times are the host's, in UTC.
  returned: always
  type: dict
  contains:
    token:
      description: Its fencing token.
      type: int
    owner:
      description: Who holds it.
      type: str
    reason:
      description: Why.
      type: str
    run_url:
      description: Where one can watch.
      type: str
    override:
      description: Why a freeze did not count.
      type: str
    ttl:
      description: Seconds from the last renewal to the end.
      type: float
    acquired:
      description: Since when.
      type: str
    renewed:
      description: When it was renewed last.
      type: str
    expires:
      description: When it ends unless it is renewed.
      type: str
    seconds_left:
      description: Seconds until then.
      type: float
    expired:
      description: Whether anybody may take it.
      type: bool
freeze:
  description: The freeze, or nothing.
  returned: always
  type: dict
  contains:
    owner:
      description: Who froze.
      type: str
    reason:
      description: Why.
      type: str
    since:
      description: Since when.
      type: str
    until:
      description: Until when.
      type: str
    active:
      description: Whether it has not ended yet.
      type: bool
broken:
  description: The expired lease that was broken, as it was written down.
  returned: always
  type: dict
journal:
  description: The last 20 events of the lock, oldest first.
  returned: when O(state=read), else empty
  type: list
  elements: dict
notes:
  description: What else there is to know.
  returned: always
  type: list
  elements: str
waited:
  description: Seconds spent waiting.
  returned: always
  type: float
where:
  description: Where the lease is kept, a host or a table.
  returned: always
  type: str
msg:
  description: One line. A refusal says who holds the lease, why, since when, until when, and where to watch.
  returned: always
  type: str
"""
