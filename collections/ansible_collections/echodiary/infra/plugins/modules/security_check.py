#!/usr/bin/python
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Documentation of ``security_check``. The work is done by the action plugin of the same name, with a call to the host and to its peer."""

from __future__ import annotations

DOCUMENTATION = r"""
module: security_check
short_description: Look at a host as a stranger would, and at what only its own root sees
version_added: 0.1.0
description:
  - Each check looks with a tool of its own, on the controller where it can. One that cannot be made is an outcome that says why, and how to
    make it possible; the others are made all the same.
  - Nothing is changed, and nothing stays on the host, except what O(writes) sends to the service.
options:
  of:
    description: What is looked at, the host of the task, or the files of O(repository), by the controller.
    type: str
    choices: [host, repository]
    default: host
  checks:
    description: Which checks. Those that a host has nothing for are passed over.
    type: list
    elements: str
    choices: [tls, headers, internal, contract, ports, ssh, host, updates, images, secrets]
    default: [tls, headers, internal, contract, ports, ssh, host, updates, images, secrets]
  url:
    description: Where users come in before any host. Asked in place of each host's own edge, once.
    type: str
    default: ''
  path:
    description: The page whose headers are looked at. By default what the releases are checked by, C(/), and a page of the edge's own.
    type: str
    default: ''
  stranger:
    description: The host that asks ports as a stranger, which has to be in the inventory. By default the controller does.
    type: str
    default: ''
  stranger_addresses:
    description: Addresses under which the stranger comes, where it does not know them itself.
    type: list
    elements: str
    default: []
  ports:
    description: Which ports are asked, as in C(1-1024,8080).
    type: str
    default: 1-65535
  ports_seconds:
    description: Seconds that the ports of one address may take, for each who asks.
    type: float
    default: 300.0
  image_max_days:
    description: How old an image may be that runs.
    type: float
    default: 90.0
  install:
    description: Whether lynis is fetched by apt where the host has none, unpacked in a directory for the run, and thrown away.
    type: bool
    default: false
  testssl:
    description: The program testssl.sh, a name or a path. C(testssl) by default.
    type: str
    default: ''
  testssl_ca:
    description: An authority that it trusts, beside those that all do.
    type: path
  document:
    description: Path of the service's OpenAPI document, which the host asks for inside.
    type: str
    default: /openapi.json
  writes:
    description: Whether methods that write are tried, too. What they write stays.
    type: bool
    default: false
  rate:
    description: Requests a second at most that are sent by the check C(contract).
    type: int
    default: 10
  examples:
    description: Odd requests of each operation.
    type: int
    default: 20
  repository:
    description: With O(of=repository), the checkout whose files are searched for secrets.
    type: path
    default: .
attributes:
  platform:
    description: Looks on the controller, on the host and on its peer.
    support: full
    platforms: posix
extends_documentation_fragment:
  - echodiary.infra.controller.thinks
seealso:
  - module: echodiary.infra.security_report
author:
  - The echodiary.infra maintainers (@echodiary)
"""

EXAMPLES = r"""
- name: See which ports answer
  echodiary.infra.security_check:
    checks: [ports]
  become: true
  register: security_checked
"""

RETURN = r"""
outcomes:
  description: One for each check that the host has something for.
  returned: success
  type: list
  elements: dict
  contains:
    check:
      description: Its name.
      type: str
    host:
      description: The host.
      type: str
    why:
      description: What was not looked at, and why. Empty where all was.
      type: str
    findings:
      description: Each with C(id), C(host), C(severity), C(text) and C(mend).
      type: list
      elements: dict
"""
