#!/usr/bin/python
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Documentation of ``release``. The work is done by the action plugin of the same name and by module_utils/_run."""

from __future__ import annotations

DOCUMENTATION = r"""
module: release
short_description: Swap a component's two slots behind HAProxy without losing a request, or look at them
version_added: 0.1.0
description:
  - A component whose C(component.yml) has the key C(release) lives in two slots of the host, one of which serves. This module, and
    M(echodiary.infra.converge) too, roll it whenever making the host as declared would replace or restart the container that serves.
  - The other slot is brought up as declared and has to answer its probes several times in a row. Then HAProxy lets it in beside the old
    one, the old one gets no new requests, those in flight end or reach the drain deadline, and its container is stopped and kept.
  - With O(steps) the new slot gets its requests gradually, and is watched on the host at each step. The first clear sign that the release
    is no good puts all requests back on the old slot at once, ends the new one, and fails the task with what was seen.
  - Services that the release names C(workers) are made in the new slot and started only once those of the old one have ended; they have to
    stay up before HAProxy moves over. A release without C(slots) has nothing else.
  - Until the new slot serves, the one that serves is not touched, but for its workers, which go on when the new ones do not stay up. When
    the new one does not become ready, or HAProxy does not find it well, it is stopped again and the task fails with the reason and the end
    of the log.
  - This module is for what people and deploys want beside converging. It goes back to what rests, restarts by swapping, looks, prepares.
  - Which slot serves is kept in C(/var/lib/echodiary/slots/<component>.json). A run that was killed is finished, or undone, by the next.
options:
  component:
    description:
      - The component. It needs the key C(release) in its C(component.yml).
      - Empty for the one of the host's C(components) that has it. Where several have, it has to be named.
    type: str
    default: ''
  state:
    description:
      - V(present) makes the slot that serves what is declared, rolled where that needs a new process.
      - V(restarted) rolls even when nothing differs, so that every process is new.
      - V(previous) goes back to the release that rests in the other slot, from what is on the host alone, whatever is declared now.
      - V(resolved) returns O(image) by its digest, as the registry has it.
      - V(prepared) pulls the declared image and stages the release's files in a directory that only root may enter, so that a migration can
        run in its environment. What serves is not touched.
      - V(migrated) runs the release's own C(migrate.command) once, in a throw-away container of the declared service. What serves is not
        touched. While a container C(<component>-migrate) runs, the next one is refused.
      - V(read) only looks.
    type: str
    choices: [present, restarted, previous, prepared, resolved, read, migrated]
    default: present
  image:
    description: The image to resolve, by tag or digest. Required with O(state=resolved).
    type: str
  expect:
    description: With O(state=previous), the image that has to rest in the other slot. Anything else there is refused.
    type: str
    default: ''
  migrate:
    description:
      - Whether the schema is brought along first when the declared image is new on this host, by M(echodiary.infra.alembic) or by the
        release's own C(migrate.command), as M(echodiary.infra.converge) does it. A release without C(migrate) has no schema.
      - A deploy migrates by itself, once for all hosts, and leaves this off.
    type: bool
    default: false
  requests:
    description:
      - Declared requests. A new release has to answer all of them on its slot's own port before it gets a user's request, and on while its
        share grows with O(steps). A wrong answer is asked for once more before it counts.
      - An empty list says that none are declared, and the result says that nothing was verified. Nobody asks when it is not given.
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
        description: Whether the public edge answers it too. It makes no difference here; a deploy's gate asks those there as well.
        type: bool
        default: false
  steps:
    description:
      - Shares of the host's requests that the new slot gets, one after the other, each held and watched. Empty gives it all at once.
      - Even at the last step the old slot takes what the new one refuses. It is drained and stopped only when that step was held.
    type: list
    elements: dict
    default: []
    suboptions:
      share:
        description: Percent of the host's requests, more than the step before and at most 100.
        type: float
        required: true
      hold:
        description: Seconds for which it is watched. All steps together may take 150 s.
        type: float
        required: true
  bounds:
    description:
      - What counts as a clear sign while O(steps) are taken. Always one are a container that was killed for its memory, was started again
        or does not run, a server that HAProxy finds down, and a declared request that is not answered as it should be.
    type: dict
    suboptions:
      errors:
        description: So many requests that failed (5xx, broken off, refused, given up by the client), if they are too large a share as well.
        type: int
        default: 3
      error_rate:
        description: That share. What fails as often in the old slot at the same time, twice over, does not count.
        type: float
        default: 0.05
      in_flight:
        description: So many requests in flight for a second, beyond three times of what is usual in the old slot.
        type: int
        default: 8
      silence:
        description: Seconds in which nothing was answered, while three requests or more wait.
        type: float
        default: 3.0
      memory:
        description:
          - Share of the container's memory limit, unless the old slot needs as much. Memory that grows so fast that the limit is 15 s away
            counts too, from half of the limit on.
        type: float
        default: 0.9
attributes:
  check_mode:
    description:
      - Returns the same changes that apply would make, and touches nothing.
      - V(prepared) asks the registry for the image, pulls nothing, and returns the directory of the release that serves, if there is one.
        V(migrated) does the same, and runs nothing.
    support: full
  diff_mode:
    description: Files are shown as unified diffs, everything else field by field. Sensitive files are shown as keyed fingerprints.
    support: full
  idempotent:
    description: For V(present). V(restarted) and V(previous) swap the slots each time.
    support: partial
  platform:
    description: Hosts with systemd, Docker, HAProxy and Python 3.9 or later.
    support: full
    platforms: posix
notes:
  - Needs root on the host (C(become)), and, where the slots have ports, HAProxy with both as servers of one backend, as role C(haproxy) has
    it.
  - One call at a time changes a host. A second one waits.
seealso:
  - module: echodiary.infra.converge
  - module: echodiary.infra.alembic
  - module: echodiary.infra.deploy_verdict
author:
  - The echodiary.infra maintainers (@echodiary)
"""

EXAMPLES = r"""
- name: Find the image that a tag names now
  echodiary.infra.release:
    state: resolved
    image: registry.example/shop:v1.4.0
  become: true
  register: resolved

- name: Roll to it
  echodiary.infra.release:
    component: shop
    state: present
  vars:
    shop_image: "{{ resolved.image }}"
  become: true

- name: Roll to it gradually, and only if it can write
  echodiary.infra.release:
    component: shop
    state: present
    requests:
      - {name: write, method: POST, path: /verify, json: {status: ok}}
    steps:
      - {share: 1, hold: 5}
      - {share: 10, hold: 5}
      - {share: 100, hold: 10}
  become: true

- name: Go back to what ran before, in seconds
  echodiary.infra.release:
    component: shop
    state: previous
  become: true

- name: See what runs and what rests
  echodiary.infra.release:
    component: shop
    state: read
  become: true
  register: held

- name: Show it
  ansible.builtin.debug:
    msg: "{{ held.release.slot }} serves {{ held.release.running.image }}"
"""

RETURN = r"""
release:
  description: What the two slots hold. With V(present), V(restarted) and V(previous) as it is afterwards.
  returned: unless O(state=resolved)
  type: dict
  contains:
    slot:
      description: The slot that serves. Empty where none does yet.
      type: str
      sample: green
    image:
      description: Its image.
      returned: with V(present), V(restarted) and V(previous)
      type: str
    config:
      description: Fingerprint of everything else that it runs with.
      returned: with V(present), V(restarted) and V(previous)
      type: str
    port:
      description: The port of the slot that serves. Not there where none does yet, or the release has no port.
      returned: with V(present), V(restarted) and V(previous)
      type: int
      sample: 8002
    verified:
      description: Names of the declared requests that the new release answered. Empty when none are declared.
      returned: when O(requests) was given and a release was brought up, unless it failed to answer
      type: list
      elements: str
    previous:
      description: C(image) and C(config) of what rests in the other slot, or nothing.
      type: dict
    running:
      description: C(image) and C(config) of what serves, or nothing.
      returned: with V(read) and V(prepared)
      type: dict
    wanted:
      description: C(image) and C(config) that are declared.
      returned: with V(read) and V(prepared)
      type: dict
    differs:
      description: Whether the slot that serves differs from what is declared.
      returned: with V(read) and V(prepared)
      type: bool
    rolls:
      description: Whether that would be rolled, because it needs a new process.
      returned: with V(read) and V(prepared)
      type: bool
    kept:
      description: Images that stay on the host, newest first.
      returned: with V(read) and V(prepared)
      type: list
      elements: str
    directory:
      description: Where the files of the slot that serves are.
      returned: with V(read) and V(prepared)
      type: str
    env_file:
      description: Its environment file, for O(echodiary.infra.alembic#module:env_file).
      returned: with V(read) and V(prepared), where a slot serves and Alembic is asked
      type: str
    volumes:
      description: What it mounts, for O(echodiary.infra.alembic#module:volumes).
      returned: with V(read) and V(prepared), where a slot serves and Alembic is asked
      type: list
      elements: str
image:
  description: The image by its digest.
  returned: with O(state=resolved)
  type: str
  sample: registry.example/shop@sha256:142c4cf3f6fe275343892d61d55e62d48f7568f1652fb0c0bbf64ec6f1a3112b
prepared:
  description: What a migration needs in order to run as the release would.
  returned: with O(state=prepared)
  type: dict
  contains:
    image:
      description: The declared image.
      type: str
    directory:
      description: Where its files are staged. Empty in check mode on a host where nothing serves yet.
      type: str
    env_file:
      description: Its environment file, for O(echodiary.infra.alembic#module:env_file).
      returned: where there is a directory and Alembic is asked
      type: str
    volumes:
      description: What it mounts, for O(echodiary.infra.alembic#module:volumes).
      returned: where there is a directory and Alembic is asked
      type: list
      elements: str
migrate:
  description: Who brings the schema along, V(alembic), or V(command) of the release's own. Empty for nobody.
  returned: with V(read) and V(prepared)
  type: str
migration:
  description: What the release's own command did.
  returned: with V(migrated), unless in check mode
  type: dict
  contains:
    command:
      description: The command.
      type: list
      elements: str
    seconds:
      description: How long it took.
      type: float
    output:
      description: The last lines that it said.
      type: str
probes:
  description:
    - The component's own health probes of the slot that serves, as O(echodiary.infra.health_gate#module:http) takes them. Empty where none
      serves.
  returned: with V(read) and V(prepared)
  type: list
  elements: dict
environment:
  description: What the Compose file sets for the service that is swapped. Secrets are not there.
  returned: with V(read) and V(prepared)
  type: dict
notes:
  description: What could not be looked at, and why.
  returned: with V(read) and V(prepared)
  type: list
  elements: str
components:
  description: One entry, for the component, as M(echodiary.infra.converge) returns it, and its C(release).
  returned: with V(present), V(restarted) and V(previous)
  type: list
  elements: dict
sync:
  description: V(Synced), V(OutOfSync) or V(Unknown).
  returned: with V(present), V(restarted) and V(previous)
  type: str
health:
  description: V(Healthy), V(Progressing), V(Missing), V(Degraded) or V(Unknown).
  returned: with V(present), V(restarted) and V(previous)
  type: str
msg:
  description: What was done, or what went wrong and the end of the log.
  returned: with V(present), V(restarted) and V(previous), and when it fails
  type: str
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
