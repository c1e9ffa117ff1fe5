#!/usr/bin/python
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Documentation of ``deploy_verdict``. The work is done by the action plugin of the same name, on the controller."""

from __future__ import annotations

DOCUMENTATION = r"""
module: deploy_verdict
short_description: Say how a deploy ended, from what its hosts returned
version_added: 0.1.0
description:
  - Looks at what every host of the play registered. Says whether all run the new release, all run what they ran before, or which runs what.
  - It is read from these variables of each host. C(deploy_rolled), or else C(deploy_roll), is what M(echodiary.infra.release) returned when
    the host was rolled, C(deploy_back) when it was taken back, C(deploy_served) what M(echodiary.infra.release) read there last of all,
    C(deploy_schema) what M(echodiary.infra.alembic) returned, and C(ansible_failed_result) is what a failed task left.
  - What a host was found to serve is compared with what was left there. A host that serves something else, or two releases serving, are
    no success.
  - A deploy has succeeded only when every host is known to run the release and no task failed.
  - No host is called, so that it also tells of hosts that cannot be reached.
options:
  what:
    description: What was done, in words. The message begins with it.
    type: str
    required: true
  migrated:
    description: The revision that the schema was brought to, if it was.
    type: str
    default: ''
  left_out:
    description: Hosts that run the component and are not in the play. One that went well is V(partial) then, and no failure.
    type: list
    elements: str
    default: []
  release:
    description: The release as it was asked for, for the command that brings the schema back.
    type: str
    default: ''
  also:
    description: What commands that are suggested need beside the release, C(-e component=shop) for example.
    type: str
    default: ''
  logs:
    description:
      - Components whose lines of log are worth a look, where the inventory keeps logs. The message says how they are shown, of the time
        from the first phase until now.
    type: list
    elements: str
    default: []
extends_documentation_fragment:
  - echodiary.infra.controller
  - echodiary.infra.controller.thinks
notes:
  - Belongs into C(always), after the tasks that may fail, and into plays in which M(echodiary.infra.deploy_phase) said what begins.
seealso:
  - module: echodiary.infra.release
  - module: echodiary.infra.deploy_phase
  - module: echodiary.infra.release_history
author:
  - The echodiary.infra maintainers (@echodiary)
"""

EXAMPLES = r"""
- name: Roll, and say how it ended
  block:
    - name: Begin to roll
      echodiary.infra.deploy_phase:
        name: roll
      run_once: true

    - name: Roll to the release
      echodiary.infra.release:
        state: present
      become: true
      register: deploy_roll
  always:
    - name: Judge
      echodiary.infra.deploy_verdict:
        what: deploy of v1.4.0
      register: ended

    - name: End as it went
      ansible.builtin.assert:
        that: ended.outcome == 'succeeded'
        fail_msg: "{{ ended.msg }}"
"""

RETURN = r"""
outcome:
  description:
    - V(succeeded) when every host runs the release. V(taken_back) when every host runs what it ran before. V(partial) when they differ, or
      when it is not known of each. V(failed) when it ended before any host was changed, V(refused) when it did so while still looking.
  returned: always
  type: str
  sample: taken_back
hosts:
  description:
    - Host to V(new), V(old) (rolled and taken back, or failed and left as it was), V(untouched) (never rolled), V(unknown), V(other)
      (serves something else than what was left there) or V(left out).
  returned: always
  type: dict
  sample: {app1: old, app2: untouched}
error:
  description: What went wrong first, and where. Empty when nothing did.
  returned: always
  type: str
schema_before:
  description: The schema's revision when it was looked at first. Empty when it was not.
  returned: always
  type: str
schema_now:
  description:
    - The schema's revision afterwards, V(unknown) when it could not be read; in words after a command of the release's own. Empty when it
      did not move.
  returned: always
  type: str
seconds:
  description: Phase to seconds, and C(total).
  returned: always
  type: dict
  sample: {preflight: 3.1, roll: 21.7, total: 24.8}
well:
  description: Whether it went as it was asked for, on every host or on those that were not left out.
  returned: always
  type: bool
speaker:
  description: One host that can still be reached, which says for all how it ended. Empty where there is none.
  returned: always
  type: str
verified:
  description:
    - Which declared requests the release answered on the hosts that were rolled, in one line, or that none were declared. Empty when nobody
      was asked, in a rollback for example.
  returned: always
  type: str
  sample: "verified by: entries, verify"
logs:
  description: The command that shows what O(logs) said meanwhile. Empty where nobody asked, and in check mode.
  returned: always
  type: str
msg:
  description: The lines that people read. What happened, why, what runs where when that is not the same everywhere, and what to do next.
  returned: always
  type: str
"""
