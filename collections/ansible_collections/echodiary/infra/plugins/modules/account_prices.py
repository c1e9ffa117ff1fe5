#!/usr/bin/python
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Documentation of ``account_prices``. The work is done by the action plugin of the same name, on the controller."""

from __future__ import annotations

DOCUMENTATION = r"""
module: account_prices
short_description: Read a file of prices anew from AWS's public price list
version_added: 0.1.0
description:
  - Fetches the list's file of each service for the region, which takes no credentials, and looks at it line by line. Some are hundreds of
    megabytes.
  - A price is taken where the list has exactly one for what its line describes (its C(match)); else it stays as it was, which is told.
  - It was run against files of the list's documented form, not against AWS.
options:
  region:
    description: Whose prices.
    type: str
    required: true
  prices:
    description: The file. The collection's for the region by default.
    type: path
  source:
    description: A directory with files of the list that somebody has fetched already, as C(AmazonEC2.csv).
    type: path
attributes:
  check_mode:
    description: Says what would change.
    support: full
  diff_mode:
    description: Every price is told, before and after.
    support: none
  idempotent:
    description: The same list leaves the file as it is.
    support: full
  platform:
    description: The controller.
    support: full
    platforms: posix
seealso:
  - module: echodiary.infra.account_cost
author:
  - The echodiary.infra maintainers (@echodiary)
"""

EXAMPLES = r"""
- name: Read prices anew
  echodiary.infra.account_prices:
    region: ap-northeast-2
"""

RETURN = r"""
told:
  description: Of each price what became of it.
  returned: success
  type: list
  elements: str
"""
