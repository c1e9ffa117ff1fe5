#!/usr/bin/python
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Documentation of ``deploy_moved``. The work is done by the action plugin of the same name, on the controller."""

from __future__ import annotations

DOCUMENTATION = r"""
module: deploy_moved
short_description: Say which hosts got another release, and what each goes back to
version_added: 0.1.0
description:
  - Looks at what every host of the play registered of M(echodiary.infra.release). C(deploy_rolled) is the result that was kept of a host,
    C(deploy_roll) that of the last batch, which a failure leaves behind before it could be kept.
  - No host is called.
options:
  kind:
    description: What is done. A V(restart) and a V(migrate) have nothing to go back to.
    type: str
    default: deploy
    choices: [deploy, rollback, restart, migrate]
extends_documentation_fragment:
  - echodiary.infra.controller
  - echodiary.infra.controller.thinks
seealso:
  - module: echodiary.infra.release
  - module: echodiary.infra.deploy_verdict
author:
  - The echodiary.infra maintainers (@echodiary)
"""

EXAMPLES = r"""
- name: See who got something new
  echodiary.infra.deploy_moved:
    kind: deploy
  register: moved

- name: Go back to the release before
  echodiary.infra.release:
    state: previous
    expect: "{{ moved.images[inventory_hostname] }}"
  when: inventory_hostname in moved.hosts
  become: true
"""

RETURN = r"""
hosts:
  description: The hosts, sorted.
  returned: always
  type: list
  elements: str
images:
  description: Host to the image that it goes back to.
  returned: always
  type: dict
unwell:
  description:
    - The first host on which a new release did not become well in its slot, for its image to be tried there. Empty where there is none, and
      where it was well and failed later.
  returned: always
  type: str
"""
