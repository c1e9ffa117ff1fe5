#!/usr/bin/python
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Documentation of ``rollback_goal``. The work is done by the action plugin of the same name, on the controller."""

from __future__ import annotations

DOCUMENTATION = r"""
module: rollback_goal
short_description: Say where a rollback goes, from what the hosts remember and hold
version_added: 0.1.0
description:
  - Without O(named), the newest release that the history calls good and that is older than what runs. Where a release runs that is not
    good, because its deploy failed half way, that is the newest good one.
  - Never goes to what was rolled back from, taken back or is not recorded, which is what the other slot often holds. Fails then, and says
    what to do. Only where no host has any history the other slot decides.
  - It is read from these variables of each host. C(deploy_history) is what M(echodiary.infra.release_history) read, C(deploy_held) what
    M(echodiary.infra.release) returned with O(echodiary.infra.release#module:state=read). What one host missed another one may know.
options:
  named:
    description:
      - An image that somebody asked for by name. It needs no good history. A tag that served here means the image that it was then.
    type: str
    default: ''
  also:
    description: What commands that are suggested need beside the release, C(-e component=shop) for example.
    type: str
    default: ''
extends_documentation_fragment:
  - echodiary.infra.controller
  - echodiary.infra.controller.thinks
seealso:
  - module: echodiary.infra.release
  - module: echodiary.infra.release_history
author:
  - The echodiary.infra maintainers (@echodiary)
"""

EXAMPLES = r"""
- name: Read what was good
  echodiary.infra.release_history:
    last: 200
  become: true
  register: deploy_history

- name: See what each slot holds
  echodiary.infra.release:
    state: read
  become: true
  register: deploy_held

- name: Choose where to go
  echodiary.infra.rollback_goal:
  register: way
"""

RETURN = r"""
image:
  description: Where to go.
  returned: when there is a way back
  type: str
at_hand:
  description: Whether it rests in the other slot of every host, with a configuration that was good.
  returned: when there is a way back
  type: bool
state:
  description: What M(echodiary.infra.release) is asked for, V(previous) where it is at hand and else V(present).
  returned: when there is a way back
  type: str
expect:
  description: The image that has to rest there. Empty where it is not at hand.
  returned: when there is a way back
  type: str
proven:
  description: Whether every migration since it last served was made while it ran, and it was well afterwards.
  returned: when there is a way back
  type: bool
leaves:
  description: The id of the history's entry that is rolled back. Empty when what runs is not good.
  returned: when there is a way back
  type: str
msg:
  description: One line.
  returned: always
  type: str
"""
