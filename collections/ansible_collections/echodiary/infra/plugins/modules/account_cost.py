#!/usr/bin/python
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Documentation of ``account_cost``. The work is done by the action plugin of the same name, on the controller."""

from __future__ import annotations

DOCUMENTATION = r"""
module: account_cost
short_description: Say what an AWS account costs a month as it is declared
version_added: 0.1.0
description:
  - Neither AWS nor a host is asked. Sums are of the declaration and a file of prices, exact until they are shown, to the cent.
  - Environments of the inventories beside it stand beside it. The budget is compared, and it is said what one more of something would add.
  - Of what has no price the sum says that it is the least.
options:
  declared:
    description: The environment, as C(aws_environment). What the inventory's file declares, or offers to be copied, where it is empty.
    type: dict
    default: {}
  environment:
    description: Its name.
    type: str
    required: true
  region:
    description: Where it is.
    type: str
    required: true
  inventory:
    description: Directory of its inventory. Those beside it are looked into for a C(group_vars/all/aws.yml).
    type: path
  prices:
    description: File of prices. The collection's for the region by default.
    type: path
  usage:
    description:
      - GB a month, over what is assumed - C(out_gb), C(logs_gb), C(bucket_gb), C(images_gb).
      - C(lcu) is how many units a load balancer is busy with.
    type: dict
    default: {}
extends_documentation_fragment:
  - echodiary.infra.controller
  - echodiary.infra.controller.thinks
seealso:
  - module: echodiary.infra.account
  - module: echodiary.infra.account_prices
author:
  - The echodiary.infra maintainers (@echodiary)
"""

EXAMPLES = r"""
- name: Say what it costs
  echodiary.infra.account_cost:
    declared: "{{ aws_environment }}"
    environment: production
    region: ap-northeast-2
"""

RETURN = r"""
months:
  description: By environment C(usd), a month, and C(unknown), what has no price.
  returned: success
  type: dict
table:
  description: What was printed.
  returned: success
  type: list
  elements: str
"""
