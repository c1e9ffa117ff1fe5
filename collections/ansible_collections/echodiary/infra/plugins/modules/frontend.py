#!/usr/bin/python
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Documentation of ``frontend``. The work is done by the action plugin of the same name and by module_utils/_static."""

from __future__ import annotations

DOCUMENTATION = r"""
module: frontend
short_description: Releases of a component's static files, brought, switched and gone back from
version_added: 0.1.0
description:
  - A release is a build's directory, named by the SHA-256 of what it holds. It lies on the host below the component's directory, and a link
    that is put in place by a rename says which one is served. No process is told, and no request falls between two releases.
  - Files below the component's immutable paths (role P(echodiary.infra.frontend#role), C(frontend_immutable)) are served from all releases
    that are kept, so that pages that are open find theirs. A build that has other contents under such a name is refused.
  - A build is judged before anything is sent. It needs an C(index.html) that refers to nothing that is not there, plain files with plain
    names, no variable left unset, and an C(env.json) that says what the component wants (C(frontend_environment)).
  - What was brought is kept as it came, for root alone. M(echodiary.infra.converge) compares all of it with what is there, with each check
    and each run, and puts it right.
options:
  component:
    description: The component, one that declares C(static).
    type: str
    default: frontend
  state:
    description:
      - V(current) is what users get from now on, O(source) or O(release).
      - V(staged) only brings O(source). With several hosts every one has it before one is switched, since a page of one may ask another.
      - V(back) goes to the release before the one that is served, or to O(release); nobody gets back to the one that was left by itself.
      - V(verified) asks the host's edge for every file of what is served, plain and compressed, and fails where another one comes.
      - V(kept) puts what somebody changed on the host back.
      - V(read) only looks.
    type: str
    choices: [staged, current, back, verified, kept, read]
    default: current
  source:
    description: Directory of the build, where Ansible runs; a relative one is of where it was typed.
    type: path
  release:
    description: A release that the host keeps, by how its digest begins.
    type: str
    default: ''
attributes:
  check_mode:
    description: Says what would be changed, and sends no file.
    support: full
  diff_mode:
    description: Releases and the link, not their files.
    support: full
  idempotent:
    description: A build that is served already changes nothing.
    support: full
  platform:
    description: Linux with Python 3.9 or later.
    support: full
    platforms: posix
notes:
  - Needs root on the host (C(become)).
  - A host that has the build already is called once, else a second time with its archive.
seealso:
  - module: echodiary.infra.converge
author:
  - The echodiary.infra maintainers (@echodiary)
"""

EXAMPLES = r"""
- name: Bring a build to every host
  echodiary.infra.frontend:
    state: staged
    source: frontend/dist
  become: true

- name: Serve it
  echodiary.infra.frontend:
    source: frontend/dist
  become: true

- name: Go back
  echodiary.infra.frontend:
    state: back
  become: true
"""

RETURN = r"""
current:
  description: Digest of the release that is served, empty where none is.
  returned: always
  type: str
before:
  description: Of the one that was served when the task began.
  returned: always
  type: str
releases:
  description: All that are kept, in the order in which they were brought, each with C(digest), C(at), C(files) and C(left).
  returned: always
  type: list
  elements: dict
table:
  description: The same for people, the newest first.
  returned: always
  type: list
  elements: str
changes:
  description: What was changed, or what would be in check mode, as M(echodiary.infra.converge) tells it.
  returned: always
  type: list
  elements: dict
faults:
  description: With O(state=verified), answers that are not the file.
  returned: success
  type: list
  elements: str
served:
  description: With O(state=verified), how many answers were compared.
  returned: success
  type: int
notes:
  description: What people should know, such as files that no path leads to.
  returned: always
  type: list
  elements: str
seconds:
  description: Seconds on the host, of the last call.
  returned: always
  type: float
"""
