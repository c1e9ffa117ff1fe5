#!/usr/bin/python
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Documentation of ``health_gate``. The work is done by the action plugin of the same name, which asks through module_utils/_gate."""

from __future__ import annotations

DOCUMENTATION = r"""
module: health_gate
short_description: Wait until HTTP and PromQL conditions hold, and say which one does not
version_added: 0.1.0
description:
  - Asks all conditions at every tick and opens after O(passes) ticks in a row at which all of them hold. It gives up at O(deadline).
  - An HTTP condition is a status and a JMESPath over the JSON body. A PromQL condition is an instant query compared with a number, on
    enough samples.
  - No evidence is never good news. Too few samples, an empty result, NaN, and a Prometheus that does not answer are V(inconclusive).
    A gate that is inconclusive at its deadline fails with RV(inconclusive=true), so that a playbook can stop there and ask people
    instead of rolling back.
  - Questions are asked from the host of the task, in one remote call for as many ticks as the gate still needs to open. With
    C(from=controller) they are asked from where Ansible runs.
options:
  http:
    description: HTTP conditions.
    type: list
    elements: dict
    default: []
    suboptions:
      name:
        description: What people call it. The URL where none is given.
        type: str
      url:
        description: C(http://) or C(https://). Redirects are answers and are not followed.
        type: str
        required: true
      method:
        description: Method of the request.
        type: str
        choices: [GET, HEAD, POST, PUT, PATCH, DELETE]
        default: GET
      body:
        description: Body of the request. Text is sent as it is, anything else as JSON.
        type: raw
      status:
        description: Statuses that pass.
        type: list
        elements: int
        default: [200]
      json:
        description: Fields of the JSON body, by dotted path, and the values they have to have.
        type: dict
        default: {}
      timeout:
        description: Seconds for this question. O(timeout) where none are given.
        type: float
      expression:
        description: JMESPath over the JSON body that has to give true, such as V(checks.database == 'ok').
        type: str
      headers: &headers
        description: Headers of the request, C(Host) and C(Authorization) for example. They are never shown.
        type: dict
        default: {}
      from: &from
        description: Who asks, the host of the task or the controller.
        type: str
        choices: [host, controller]
        default: host
      validate_certs: &validate_certs
        description: Whether the server's certificate has to be valid.
        type: bool
        default: true
      ca_path: &ca_path
        description: File with the authorities to trust, on the side that asks. The system's where none is given.
        type: str
  promql:
    description: PromQL conditions.
    type: list
    elements: dict
    default: []
    suboptions:
      name:
        description: What people call it.
        type: str
        required: true
      url:
        description: Address of Prometheus, without C(/api/v1).
        type: str
        required: true
      query:
        description: Gives a scalar or an instant vector. Every series of a vector has to pass.
        type: str
        required: true
      expect:
        description: Comparison with a number, such as V(< 0.01). Operators are V(<), V(<=), V(>), V(>=), V(==) and V(!=).
        type: str
        required: true
      sample_query:
        description: Says on how many samples O(promql[].query) stands, a number of requests for example. Its series are added up.
        type: str
      min_samples:
        description: With fewer samples than these the condition is inconclusive, whatever its value.
        type: float
      lookback:
        description:
          - Seconds. In O(promql[].query) and O(promql[].sample_query) C($range) stands for the time since the gate began and these seconds
            before, such as C(42s). So a query looks at what happened since, and not at what was there before.
          - Twice the scrape interval is enough for a difference at the first tick.
        type: float
        default: 30.0
      on_empty:
        description:
          - What an empty result means. A ratio whose numerator has no series yet, errors for example, is empty and not 0.
          - V(pass) needs O(promql[].sample_query), because a gate must not open on no evidence at all. C(or vector(0)) in the query is
            the other way.
        type: str
        choices: [inconclusive, pass, fail]
        default: inconclusive
      headers: *headers
      from: *from
      validate_certs: *validate_certs
      ca_path: *ca_path
  passes:
    description: How many ticks in a row have to pass.
    type: int
    default: 3
  interval:
    description: Seconds from one tick to the next.
    type: float
    default: 1.0
  timeout:
    description: Seconds after which an unanswered question counts as failed, or as inconclusive for Prometheus.
    type: float
    default: 5.0
  deadline:
    description: Seconds after which the gate gives up, on a clock that nobody can set.
    type: float
    default: 60.0
  hold:
    description: Seconds over which the passes have to last. A canary is watched with it.
    type: float
    default: 0.0
  fail_after:
    description: Failing ticks in a row after which it is not waited for the deadline. V(0) always waits.
    type: int
    default: 0
  on_inconclusive:
    description: What a gate that ends inconclusive does. V(pass) lets the run go on with a warning and RV(inconclusive=true).
    type: str
    choices: [fail, pass]
    default: fail
  logs:
    description: Whose last lines to show when the gate does not open, as C(unit:<name>) or C(container:<name>).
    type: list
    elements: str
    default: []
  log_lines:
    description: How many lines of each log.
    type: int
    default: 30
  secrets:
    description: Values that are masked in everything that is returned, the ends of logs above all.
    type: list
    elements: str
    default: []
attributes:
  check_mode:
    description: Looks once and returns what it saw. It warns instead of failing, because what the gate waits for is not there yet.
    support: full
  diff_mode:
    description: There is nothing that could differ.
    support: none
  idempotent:
    description: Only looks.
    support: full
  platform:
    description: Hosts with Python 3.9 or later.
    support: full
    platforms: posix
requirements:
  - jmespath on the controller, for O(http[].expression)
notes:
  - A Prometheus that only its own host reaches is asked with C(delegate_to).
  - Ticks within one scrape interval see the same samples. Set O(interval) or O(hold) accordingly.
  - A query that Prometheus cannot parse ends the gate at once.
  - Reading logs needs the rights to do so (C(become)). Nothing else does.
author:
  - The echodiary.infra maintainers (@echodiary)
"""

EXAMPLES = r"""
- name: Wait until the new release is ready
  echodiary.infra.health_gate:
    http:
      - name: ready
        url: http://127.0.0.1:8002/ready
        expression: checks.database == 'ok' && checks.schema == 'ok'
    logs: [container:shop-green]
  become: true

- name: Watch the canary for two minutes
  echodiary.infra.health_gate:
    promql:
      - name: error rate
        url: http://127.0.0.1:9090
        query: >-
          sum(rate(http_requests_total{instance="app1", status=~"5.."}[$range]))
          / sum(rate(http_requests_total{instance="app1"}[$range]))
        expect: < 0.01
        on_empty: pass
        sample_query: sum(increase(http_requests_total{instance="app1"}[$range]))
        min_samples: 100
    interval: 5
    hold: 120
    deadline: 300
    fail_after: 3
  delegate_to: mon1
  register: gate

- name: Ask the load balancer from here, which the hosts cannot reach
  echodiary.infra.health_gate:
    http:
      - url: https://diary.example.com/health
        from: controller
"""

RETURN = r"""
verdict:
  description: V(passed), V(failed) or V(inconclusive).
  returned: always
  type: str
inconclusive:
  description: Whether the gate ended without enough evidence.
  returned: always
  type: bool
condition:
  description: The first condition that did not hold at the last tick.
  returned: always
  type: str
msg:
  description: One line that says how it ended and why, then the ends of the logs.
  returned: always
  type: str
timeline:
  description: Every tick.
  returned: always
  type: list
  elements: dict
  contains:
    at:
      description: Seconds since the start of the task.
      type: float
    verdict:
      description: V(pass), V(fail) or V(inconclusive); a failing condition outweighs an inconclusive one.
      type: str
    conditions:
      description:
        - Name to C(verdict), to what was seen (C(status) and C(milliseconds), or C(value) and C(samples)), and to C(why) where it is not
          the same as at the tick before.
      type: dict
last:
  description: Name of each condition to C(verdict), C(why) and what was seen last, bodies included.
  returned: always
  type: dict
logs:
  description: The last lines of each log that was named.
  returned: when the gate did not open
  type: dict
seconds:
  description: Seconds from the start of the task to its end.
  returned: always
  type: float
remote_calls:
  description: How many times the host was called.
  returned: always
  type: int
  sample: 1
"""
