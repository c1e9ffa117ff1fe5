#!/usr/bin/python
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Documentation of ``delivery``. The work is done by the action plugin of the same name, on the controller."""

from __future__ import annotations

DOCUMENTATION = r"""
module: delivery
short_description: Reckon how well changes get to users
version_added: 0.1.0
description:
  - Lead time for changes, how often is deployed, how many changes fail and how long it takes to be well again, from histories of
    releases and from git, as the weekly report has them; and how long the pipeline's runs take, and how many succeed.
  - A source that does not answer is a warning, and V(0) in C(echodiary_delivery_source_ok); its figures are left out.
options:
  plan:
    description: As M(echodiary.infra.report_plan) made it. Its days are the window.
    type: dict
    required: true
  histories:
    description: Results of M(echodiary.infra.release_history) in a loop over the services of O(plan).
    type: list
    elements: dict
    default: []
  repository:
    description: A checkout that has the commits of releases.
    type: path
    default: .
  github_repository:
    description: Owner and name of the repository whose GitHub Actions are asked. Empty for none.
    type: str
    default: ''
  github_branch:
    description: Of which branch runs count.
    type: str
    default: main
  github_token:
    description: A token that may read Actions of it.
    type: str
    default: ''
  github_url:
    description: GitHub's REST API.
    type: str
    default: https://api.github.com
extends_documentation_fragment:
  - echodiary.infra.controller
attributes:
  check_mode:
    description: It changes nothing anyway.
    support: full
  diff_mode:
    description: There is nothing to show.
    support: none
  idempotent:
    description: It changes nothing.
    support: full
notes:
  - GitHub is asked as its documentation says; it was only tried against an imitation of it.
seealso:
  - module: echodiary.infra.report
author:
  - The echodiary.infra maintainers (@echodiary)
"""

EXAMPLES = r"""
- name: Reckon the figures
  echodiary.infra.delivery:
    plan: "{{ planned.plan }}"
    histories: "{{ read.results }}"
    github_repository: somebody/shop
    github_token: "{{ github_token }}"
  register: delivered
"""

RETURN = r"""
text:
  description: The figures in Prometheus' text format.
  returned: always
  type: str
figures:
  description: C(changes) of each component and C(workflows), as numbers.
  returned: always
  type: dict
"""
