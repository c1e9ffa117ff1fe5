#!/usr/bin/python
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Documentation of ``load_plan``. The work is done by the action plugin of the same name, on the controller."""

from __future__ import annotations

DOCUMENTATION = r"""
module: load_plan
short_description: Say whom a load test may ask, how much, and by what
version_added: 0.1.0
description:
  - Refuses, before anything is sent, a target that is no edge of the inventory, more load than one machine should send, and generators that
    are not there.
  - No host is called.
options:
  environment:
    description: Name of the environment.
    type: str
    default: ''
  component:
    description: The component, as the inventory lists it.
    type: str
    required: true
  hosts:
    description: Hosts that run it.
    type: list
    elements: str
    required: true
  seconds:
    description: How long each part sends, at most 600. With 0 nothing is sent, and rows of tests that were cut off are removed.
    type: int
    default: 30
  users:
    description: How many ask at a time, over all edges, at most 500.
    type: int
    default: 10
  rate:
    description: Requests a second over all edges, at most 2000.
    type: float
    default: 20.0
  stop_errors:
    description: Fraction of failed requests beyond which the test ends.
    type: float
    default: 0.2
  parts:
    description: V(rate) asks paths with hey, V(journey) goes a user's way with Locust. A component without a way has only the first.
    type: list
    elements: str
    choices: [rate, journey]
    default: [rate, journey]
  targets:
    description: URLs in place of the edge of every host. Each has to be an edge of the inventory, or a name that it declares.
    type: list
    elements: str
    default: []
  paths:
    description: What V(rate) asks. What the component declares as asked by users by default.
    type: list
    elements: str
    default: []
  locustfile:
    description: A way of one's own, in place of the component's. What it writes it has to remove itself.
    type: path
  hey:
    description: The program.
    type: str
    default: hey
  locust:
    description: The program. By default that of an environment of its own beside the one that runs Ansible.
    type: str
    default: ''
  watcher:
    description: The host of Prometheus, whose variables say what the objectives are. The first of O(hosts) where there is none.
    type: str
    default: ''
  production:
    description: Environments in which a name has to be typed first.
    type: list
    elements: str
    default: [production, prod, live]
extends_documentation_fragment:
  - echodiary.infra.controller
  - echodiary.infra.controller.thinks
seealso:
  - module: echodiary.infra.load_run
author:
  - The echodiary.infra maintainers (@echodiary)
"""

EXAMPLES = r"""
- name: Judge what was asked
  echodiary.infra.load_plan:
    environment: staging
    component: echodiary
    hosts: [app1, app2]
    seconds: 60
    rate: 50
  register: planned
"""

RETURN = r"""
plan:
  description: For M(echodiary.infra.load_run) and M(echodiary.infra.load_report).
  returned: success
  type: dict
production:
  description: Whether a name has to be typed first.
  returned: success
  type: bool
"""
