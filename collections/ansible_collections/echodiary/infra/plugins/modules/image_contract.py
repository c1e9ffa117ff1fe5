#!/usr/bin/python
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Documentation of ``image_contract``. The work is done by the action plugin of the same name; module_utils/_contract looks on the host."""

from __future__ import annotations

DOCUMENTATION = r"""
module: image_contract
short_description: Try an image against what every release has to do, and name the point that it breaks
version_added: 0.1.0
description:
  - The image of a component with the key C(release) in its C(component.yml) is held against the contract of every image that is released,
    point by point. The first lines of a failure name each point that is broken, what was seen, and what mends it.
  - Some points are seen before anything of it runs, from the image's own configuration and the component's Compose file. For the others a
    copy of the component's Compose service is started, with its environment, networks, user and volumes, at another port of C(127.0.0.1),
    in a Compose project of its own. It gets nobody's request, and is gone afterwards, with all that it made for itself.
  - What serves, both slots and HAProxy are not touched. Nothing is needed inside of the image, neither a shell nor Python.
  - What could not be tried is named, with the reason.
options:
  component:
    description:
      - The component. It needs the key C(release) in its C(component.yml).
      - Empty for the one of the host's C(components) that has it. Where several have, it has to be named.
    type: str
    default: ''
  start:
    description:
      - Whether the copy is started. Without it only those points are judged that are seen before.
      - A deploy holds an image against those before it migrates, since a new release may need a schema that is not there yet.
    type: bool
    default: true
  deadline:
    description: Seconds that the copy has to become well in, where the component's health probes do not allow less.
    type: float
    default: 60.0
attributes:
  check_mode:
    description: Nothing is pulled and nothing is started. An image that is not on the host yet is known by its registry's manifest alone.
    support: full
  diff_mode:
    description: Nothing is changed.
    support: none
  idempotent:
    description: Nothing is changed. An image that was pulled stays.
    support: full
  platform:
    description: Hosts with Docker, its Compose plugin and Python 3.9 or later.
    support: full
    platforms: posix
notes:
  - Needs root on the host (C(become)).
  - The copy reaches what the service reaches, such as its database and the directories that it mounts, and the declared requests are asked
    of it, those that write too, as of a slot before it serves.
  - Secrets of the component and of the service's environment are masked in all that is returned.
seealso:
  - module: echodiary.infra.release
author:
  - The echodiary.infra maintainers (@echodiary)
"""

EXAMPLES = r"""
- name: Try the image that is pinned
  echodiary.infra.image_contract:
    component: shop
  become: true

- name: Try another one
  echodiary.infra.image_contract:
    component: shop
  vars:
    shop_image: registry.example/shop@sha256:142c4cf3f6fe275343892d61d55e62d48f7568f1652fb0c0bbf64ec6f1a3112b
  become: true
"""

RETURN = r"""
msg:
  description: How many points were tried; or one line for each point that is broken, with what mends it.
  returned: always
  type: str
broken:
  description: Names of the points that are broken. There being one fails the task.
  returned: unless the host could not try it
  type: list
  elements: str
  sample: [listens]
named:
  description: The same with what was seen of each and what mends it, in one line.
  returned: unless the host could not try it
  type: str
  sample: >-
    listens: it listens on 127.0.0.1:8000 only, so nobody outside of its container reaches it; bind 0.0.0.0:8000 in the container
accepted:
  description: What is broken and accepted, by the component's C(release.accepts).
  returned: unless the host could not try it
  type: list
  elements: str
points:
  description: Every point of the contract.
  returned: unless the host could not try it
  type: list
  elements: dict
  contains:
    point:
      description: Its name.
      type: str
    verdict:
      description: V(kept), V(broken), V(accepted) (broken, and the component's C(release.accepts) has it) or V(not tried).
      type: str
    why:
      description: What was seen, or why it was not tried.
      type: str
notes:
  description: What was accepted, what was not tried, and what of the service is not on this host.
  returned: unless the host could not try it
  type: list
  elements: str
seconds:
  description: How long the host took.
  returned: unless the host could not try it
  type: float
"""
