#!/usr/bin/python
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Documentation of ``init``. The work is done by the action plugin of the same name, on the controller."""

from __future__ import annotations

DOCUMENTATION = r"""
module: init
short_description: Write a directory from which an application of one's own is run
version_added: 0.1.0
description:
  - Writes an inventory, a component for an image, pins, a workflow for GitHub Actions and what Ansible is configured by.
  - What is there already stays as it is and is named. Two files get a line more for a further application, C(components) and the pin.
  - All answers are judged before anything is written.
  - An image's tag is pinned by its digest where the registry answers without a login.
  - Says what became of each file, and the command that comes next.
  - Runs on the controller alone.
options:
  app:
    description: Name of the application, of a-z, 0-9 and _. Required.
    type: str
    default: ""
  image:
    description: Its image, with a tag or a digest. Required.
    type: str
    default: ""
  app_port:
    description: Where it listens in its container. Required.
    type: str
    default: ""
  addresses:
    description:
      - Hosts as C([user@]address[:port]), several with commas.
      - C(aws:<region>) for hosts that are found by their tags.
      - A path, which has to hold a slash, of an inventory whose hosts are taken over, those of its group C(app) where it has one.
      - Required where the directory has no inventory yet.
    type: str
    default: ""
  domains:
    description: Host names whose requests are the application's, with commas. Without any, all requests that are nobody else's.
    type: str
    default: ""
  migrate:
    description: The command that brings a database along, C(alembic) for Alembic, or nothing.
    type: str
    default: ""
  directory:
    description: Where all of it is written.
    type: path
    default: .
attributes:
  check_mode:
    description: Says what would be written.
    support: full
  diff_mode:
    description: Shows no differences.
    support: none
  idempotent:
    description: What is there stays.
    support: full
  platform:
    description: The controller.
    support: full
    platforms: posix
author:
  - The echodiary.infra maintainers (@echodiary)
"""

EXAMPLES = r"""
- name: Write the directory of an application
  echodiary.infra.init:
    app: shop
    image: ghcr.io/you/shop:1.0
    app_port: "8080"
    addresses: admin@203.0.113.10,admin@203.0.113.11
    domains: shop.example.org
"""

RETURN = r"""
files:
  description: What became of each file.
  type: list
  elements: dict
  returned: success
  contains:
    path:
      description: Below the directory.
      type: str
    state:
      description: C(new), C(added) (a line more) or C(kept).
      type: str
    note:
      description: What a person has to do to a file that was there already.
      type: str
"""
