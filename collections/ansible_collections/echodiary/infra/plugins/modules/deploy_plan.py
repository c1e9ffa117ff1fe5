#!/usr/bin/python
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Documentation of ``deploy_plan``. The work is done by the action plugin of the same name, on the controller."""

from __future__ import annotations

DOCUMENTATION = r"""
module: deploy_plan
short_description: Say what a deploy is going to do, before anything is touched
version_added: 0.1.0
description:
  - Which image, on which hosts, in which batches, and what it is called. Whether the component lives in two slots is asked of its
    C(component.yml).
  - It calls no host, and fails where it is not clear what is meant.
options:
  kind:
    description: What is done.
    type: str
    default: deploy
    choices: [deploy, rollback, restart, migrate]
  component:
    description: The component whose processes change.
    type: str
    required: true
  release:
    description: A tag, a digest, or a full reference. Empty for what is pinned, and for a rollback the release before.
    type: str
    default: ''
  pinned:
    description: The image that the inventory pins.
    type: str
    default: ''
  group:
    description: Group of the hosts that run the component.
    type: str
    default: app
  members:
    description: All hosts that run the component. Those of O(group) where it is not given.
    type: list
    elements: str
  canary:
    description: Hosts that get the release first. V(0) for none.
    type: int
    default: 1
  batch_size:
    description: Hosts that get it at the same time after that. V(0) for all.
    type: int
    default: 4
  revision:
    description: The revision that the schema is brought to. V(head) is the newest.
    type: str
    default: head
  reason:
    description: Why.
    type: str
    default: ''
  who:
    description: Who does it, for messages. Whoever runs this when empty.
    type: str
    default: ''
  commit:
    description: The commit that the release was built from.
    type: str
    default: ''
  environment:
    description: Name of the environment.
    type: str
    default: ''
  lease_host:
    description: The host that holds the lease. It tells Prometheus of the deploy where its node_exporter reads files.
    type: str
    required: true
  requests:
    description:
      - Requests that every host has to answer, as O(echodiary.infra.health_gate#module:http) takes them.
      - Where it is not given, what the component declares for its edge.
    type: list
    elements: dict
  verify_requests:
    description:
      - Requests that a new release has to answer before it gets a user's, as O(echodiary.infra.release#module:requests) takes them.
      - Where it is not given, what the component declares (C(release.requests)).
    type: list
    elements: dict
    suboptions:
      name:
        description: What people call it.
        type: str
        required: true
      method:
        description: Method of the request.
        type: str
        choices: [GET, HEAD, POST, PUT, PATCH, DELETE]
        default: GET
      path:
        description: Path and query.
        type: str
        required: true
      body:
        description: Body of the request. Text is sent as it is, anything else as JSON.
        type: raw
      headers:
        description: Headers of the request.
        type: dict
        default: {}
      status:
        description: The status of a good answer.
        type: int
        default: 200
      json:
        description: Fields of its JSON body, by dotted path, and the values they have to have.
        type: dict
        default: {}
      timeout:
        description: Seconds within which the answer has to come.
        type: float
        default: 5.0
      edge:
        description: Whether the public edge answers it too.
        type: bool
        default: false
  edge_url:
    description: The edge of a host, as the host itself reaches it.
    type: str
    default: http://127.0.0.1
  migrations_allowed:
    description: Operations of migrations that are allowed, as O(echodiary.infra.alembic#module:allow) takes them.
    type: list
    elements: dict
    default: []
  rollout:
    description: How a host of the first batch gives its requests to the new release.
    type: list
    elements: dict
    default: []
    suboptions: &step
      share:
        description: Percent of the host's requests.
        type: float
        required: true
      hold:
        description: Seconds.
        type: float
        required: true
  rollout_rest:
    description: The same for the hosts of the other batches.
    type: list
    elements: dict
    default: []
    suboptions: *step
  gate:
    description: What the canary is watched for.
    type: dict
    suboptions:
      prometheus:
        description: The host on which Prometheus is asked. Empty for none.
        type: str
        default: ''
      url:
        description: Prometheus, as that host reaches it.
        type: str
        default: http://127.0.0.1:9090
      port:
        description: Port of the edges, as that host reaches them.
        type: int
        default: 80
      path:
        description: What is asked there, where no declared request is. The path of HAProxy's check where it is empty.
        type: str
        default: ''
      every:
        description: Whether every batch is watched, and not the first alone.
        type: bool
        default: false
      error_rate:
        description: The most answers that may be server errors, as a fraction.
        type: float
        default: 0.01
      p95:
        description: Seconds that the 95th percentile of answering times may be.
        type: float
        default: 1.0
      min_samples:
        description: Answers below which neither says anything.
        type: int
        default: 20
      lookback:
        description: Seconds before the gate began that count, too.
        type: float
        default: 30.0
extends_documentation_fragment:
  - echodiary.infra.controller
  - echodiary.infra.controller.thinks
seealso:
  - module: echodiary.infra.deploy_verdict
  - module: echodiary.infra.release
author:
  - The echodiary.infra maintainers (@echodiary)
"""

EXAMPLES = r"""
- name: Decide what is done
  echodiary.infra.deploy_plan:
    component: shop
    release: v1.4.0
    pinned: "{{ shop_image }}"
    lease_host: app1
  register: deploy_plan

- name: Show it
  ansible.builtin.debug:
    msg: "{{ deploy_plan.image }} on {{ deploy_plan.batches }}"
  run_once: true
"""

RETURN = r"""
requests:
  description: Conditions that every host has to meet through its edge.
  returned: success
  type: list
  elements: dict
verify:
  description: Requests that a new release has to answer.
  returned: success
  type: list
  elements: dict
image:
  description: The goal, as it was asked for. Empty where it is still to be found out.
  returned: success
  type: str
  sample: registry/shop:v1.4.0
release:
  description: The goal in words.
  returned: success
  type: str
slots:
  description: Whether the component lives in two slots.
  returned: success
  type: bool
lead:
  description: The host that does what is done once, the first by name.
  returned: success
  type: str
hosts:
  description: The hosts of the play, sorted.
  returned: success
  type: list
  elements: str
batches:
  description: Lists of hosts that are changed at the same time.
  returned: success
  type: list
  elements: list
  sample: [[app1], [app2, app3]]
left_out:
  description: Hosts that run the component and are not in the play.
  returned: success
  type: list
  elements: str
state:
  description: What M(echodiary.infra.release) is asked for.
  returned: success
  type: str
also:
  description: What commands that are suggested need beside the release.
  returned: success
  type: str
purpose:
  description: What the lease is for, in words.
  returned: success
  type: str
logs:
  description: Components whose lines of log are worth a look. Empty where no host of the inventory keeps logs.
  returned: success
  type: list
  elements: str
textfiles:
  description: Directory that node_exporter reads on the lease's host. Empty where it has none.
  returned: success
  type: str
"""
