#!/usr/bin/python
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Documentation of ``converge``. The work is done by the action plugin of the same name and by module_utils/_run."""

from __future__ import annotations

DOCUMENTATION = r"""
module: converge
short_description: Make a host what its components declare, in one remote call
version_added: 0.1.0
description:
  - A component is a role with a C(component.yml), which says as data what has to be true on the host, and a C(tree/), which mirrors
    the files of the host. C(*.j2) files are rendered on the controller.
  - All components of a host are rendered, checked and sent in one call. The host is read, a plan is made, and only what differs is changed.
  - Each component is a transaction. Its files are validated in a staging mirror, swapped atomically, the processes that read them are
    reloaded or restarted because they are older than their files, and their health is awaited. When it does not come, the previous
    files and processes come back and the task fails with the reason and the end of the log.
  - A component that declares C(release) lives in two slots behind HAProxy. What would replace or restart the container that serves is
    rolled instead, so that no request is lost; M(echodiary.infra.release) has more. Its traffic is part of what is compared.
  - A release whose schema is brought along by a command of its own (C(migrate.command)) is not rolled for a new image where several hosts
    of the inventory list the component, since the command has to run once. A first installation runs it on the first of them by name, and
    the others wait until that one serves. What the first one serves already, the others roll without it.
  - What was last applied is kept on the host, so that each difference has an origin. V(pending) means that the declaration moved,
    V(corrective) that somebody changed the host, V(conflict) that both did.
  - Package repositories, packages, groups, users, mounts and kernel parameters are compared by the same call and then changed by
    M(ansible.builtin.deb822_repository), M(ansible.builtin.apt) or M(ansible.builtin.dnf), M(ansible.builtin.group),
    M(ansible.builtin.user), M(ansible.posix.mount) and M(ansible.posix.sysctl).
  - A host whose distribution a component does not support is refused before anything is touched.
  - What was applied and is not declared any more is a change as well. Units are stopped and disabled, the others (but packages) removed,
    Compose projects taken down, unless they had been there before, and then they are again as they had been.
options:
  components:
    description:
      - Names of components, in the order in which they are converged. The first that fails stops the ones after it.
      - A name is looked for in C(roles) beside the playbook, on the roles path, and in this collection.
      - C(namespace.collection.role) also works.
    type: list
    elements: str
    required: true
  lease_host:
    description:
      - Host of the inventory on which M(echodiary.infra.deploy_lock) keeps the lease of deploys. It is asked when a release would be
        rolled, and then only.
      - While somebody else holds the lease, while a freeze stands, or where that host does not answer, the release is not rolled and the
        task fails, with all other components converged.
      - Without it, the variable C(deploy_lease_host), else the first host of the group C(app), else of the inventory.
    type: str
  lease_token:
    description: Token of the lease that this run holds itself, so that it is not refused because of it.
    type: int
  prune:
    description:
      - Components that were applied to this host and are not in the variable C(components) of the host any more leave it, each as one
        transaction, before the others are converged.
      - Also removes packages that no component declares any more, and users and units of which nobody knows whether they had been there
        before. All of these are only reported without it, and are V(OutOfSync) then.
    type: bool
    default: false
attributes:
  check_mode:
    description: Returns the same changes that apply would make, and touches nothing. A validator that is installed runs in check mode too.
    support: full
  diff_mode:
    description: Files are shown as unified diffs, everything else field by field. Sensitive files are shown as keyed fingerprints.
    support: full
  idempotent:
    description: A second run changes nothing and is one remote call.
    support: full
  platform:
    description: Hosts with systemd and Python 3.9 or later; packages are known for dpkg and rpm.
    support: full
    platforms: posix
notes:
  - Needs root on the host (C(become)) and a connection with pipelining, such as P(ansible.builtin.ssh#connection).
  - Needs no facts and no Python library on the host but the standard one.
  - Files of more than 200,000 bytes are named by their digest, and sent in a further call to a host that lacks them;
    sensitive ones always travel with the call.
  - Keeps the code that it sends to a host, compiled, and what is declared there but for secrets in C(/var/cache/echodiary), which only root
    can read and write, and sends only what is not there; in check mode nothing is kept.
    It may be deleted at any time.
seealso:
  - module: echodiary.infra.release
author:
  - The echodiary.infra maintainers (@echodiary)
"""

EXAMPLES = r"""
- name: Converge a monitoring host
  echodiary.infra.converge:
    components: [baseline, docker, node_exporter, prometheus, alertmanager]
  become: true

- name: Converge what the inventory declares for each host
  echodiary.infra.converge:
    components: "{{ components }}"
  become: true
"""

RETURN = r"""
components:
  description: One entry for each component, in the declared order.
  returned: always
  type: list
  elements: dict
  contains:
    name:
      description: The component.
      type: str
    status:
      description:
        - V(ok) when nothing was to be done (or in check mode), V(changed), V(failed) when it was refused before anything was touched,
          V(taken_back) when the previous state was put back, V(skipped) when an earlier component failed.
      type: str
    sync:
      description: V(Synced), V(OutOfSync) or V(Unknown).
      type: str
    health:
      description: V(Healthy), V(Progressing), V(Missing), V(Degraded) or V(Unknown).
      type: str
    msg:
      description: What went wrong, and the end of the log.
      type: str
    changes:
      description: What was changed, or what would be in check mode.
      type: list
      elements: dict
      contains:
        resource:
          description: >-
            Kind and name, such as C(file:/etc/haproxy/haproxy.cfg), C(unit:haproxy.service), C(process:haproxy.service) or
            C(traffic:shop).
          type: str
        action:
          description: What is done about it, such as C(create), C(update), C(install), C(restart), C(reload), C(report).
          type: str
        origin:
          description: Who moved. V(pending), V(corrective) or V(conflict).
          type: str
        fields:
          description: Field to a list of the value found and the value declared.
          type: dict
        diff:
          description: Unified diff of a text file that is not sensitive.
          type: str
        why:
          description: A reason where the fields do not tell.
          type: str
    notes:
      description: What could not be looked at, and why. Damaged records on the host, and where they are now.
      type: list
      elements: str
    project:
      description: Its Compose project, of the slot that serves; empty where it has none.
      type: str
    release:
      description: Of a component in two slots, the C(slot) that serves, its C(image) and C(config), and C(previous), which rests.
      returned: when C(component.yml) declares C(release)
      type: dict
    seconds:
      description: Seconds spent in each step.
      type: dict
sync:
  description: The worst sync status of all components.
  returned: always
  type: str
health:
  description: The worst health of all components that were reached.
  returned: always
  type: str
undeclared:
  description: >-
    Components that were applied to this host once and are no longer declared for it. Where the variable C(components) of the host says
    which are, each of them is also among RV(components), and V(OutOfSync).
  returned: always
  type: list
  elements: str
remote_calls:
  description: How many times the host was called.
  returned: always
  type: int
  sample: 1
seconds:
  description: Seconds from the start of the task to its end.
  returned: always
  type: float
"""
