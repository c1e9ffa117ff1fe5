#!/usr/bin/python
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Documentation of ``target_group``. The work is done by the action plugin of the same name, on the controller."""

from __future__ import annotations

DOCUMENTATION = r"""
module: target_group
short_description: Take hosts out of a load balancer's target group, bring them back, and see that they are well there
version_added: 0.1.0
description:
  - Speaks to the target group of an Application Load Balancer of AWS in which the application hosts of an inventory are registered. That is
    the one that provisioning makes where C(aws_environment) declares C(balancer), or the one that the variable C(echodiary_target_group)
    names; V(false) there is none. Where there is none, the task does nothing and says so.
  - A host is the instance that C(aws_instance_id) names, or the one of the group's network whose tag C(Name) is the host's.
  - A host that is taken out gets the tag C(Isolated) with the time, and is neither registered by provisioning nor asked for until it comes
    back.
  - No host is called. C(echodiary_aws) of the inventory says where AWS is asked, and with which credentials.
  - It was run against an imitation of AWS, not against AWS.
options:
  state:
    description:
      - V(out) tags and deregisters, and waits until what was in flight has ended, for as long as the group's deregistration delay allows.
      - V(in) takes the tag away, registers, and waits until the load balancer finds the hosts healthy.
      - V(healthy) waits until it finds healthy those that are not isolated, and fails where it does not.
      - V(read) tells how they stand.
    type: str
    choices: [read, healthy, out, in]
    default: read
  hosts:
    description: Names of the inventory. The host of the task by default.
    type: list
    elements: str
    default: []
  behind:
    description:
      - The group of the inventory whose hosts stand behind the load balancer. Others of O(hosts) are passed over.
      - The role that C(balancer) declares by default, or C(app).
    type: str
    default: ''
  minimum:
    description:
      - As many healthy hosts have to be left by V(out), else nothing is touched. One at least, since a load balancer that has no healthy
        target sends requests to all that are registered.
    type: int
    default: 1
  last:
    description: Whether fewer may be left.
    type: bool
    default: false
  grace:
    description: Seconds that V(out) waits at least where it has taken somebody out. Some requests come for so long after AWS was told.
    type: float
    default: 20
  wait:
    description:
      - Seconds that V(healthy) and V(in) wait at most. As long as the group's thresholds say that it takes to be found healthy by default.
    type: float
  since:
    description:
      - When something was changed, in seconds since 1970. V(healthy) waits for as long as the load balancer takes to notice that a host is
        not well any more, so that what it says is of what runs now.
    type: float
    default: 0
  required:
    description: Whether it is an error that cannot be known, or that is not as O(state) says. Else it is a warning.
    type: bool
    default: true
  accept_none:
    description: With O(state=healthy), that nobody at all is found healthy is let pass, since nobody can be lost then.
    type: bool
    default: false
  otherwise:
    description: What people are told to do where it is an error.
    type: str
    default: ''
attributes:
  check_mode:
    description: Predicts what would be done, and refuses what would be refused. Nothing is written or waited for.
    support: full
  diff_mode:
    description: There is none; RV(before) and RV(hosts) have both.
    support: none
  idempotent:
    description: Who is out or in already is left alone.
    support: full
  platform:
    description: The controller.
    support: full
    platforms: posix
requirements:
  - boto3, on the controller
seealso:
  - module: echodiary.infra.edge
author:
  - The echodiary.infra maintainers (@echodiary)
"""

EXAMPLES = r"""
- name: Take the host out of the load balancer
  echodiary.infra.target_group:
    state: out

- name: Bring it back
  echodiary.infra.target_group:
    state: in

- name: See that all are well there
  echodiary.infra.target_group:
    state: healthy
    hosts: "{{ groups['app'] }}"
  run_once: true
"""

RETURN = r"""
group:
  description: Name of the target group. Empty where there is none.
  returned: always
  type: str
before:
  description: As RV(hosts), before.
  returned: where there is a target group
  type: dict
hosts:
  description:
    - Of each host its C(instance), since when it is C(isolated), and its C(state) in the group, with AWS's reason.
    - As predicted, in check mode.
  returned: always
  type: dict
others:
  description: How many healthy targets there are beside these hosts.
  returned: always
  type: int
steps:
  description: What was done, or would be, for people.
  returned: always
  type: list
  elements: str
msg:
  description: One line about it.
  returned: always
  type: str
"""
