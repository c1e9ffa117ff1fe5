#!/usr/bin/python
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Documentation of ``notify``. The work is done by the action plugin of the same name, on the controller."""

from __future__ import annotations

DOCUMENTATION = r"""
module: notify
short_description: Tell people on every channel, and never fail for it
version_added: 0.1.0
description:
  - Sends one notice to each channel that is set, from the controller. A channel that refuses, redirects, or does not answer within
    seconds is a warning that names it without its address, which holds a secret.
  - It calls no host and does not fail, so that with C(run_once) it can stand inside a block. Of a C(run_once) that fails there, Ansible
    rescues one host and drops the others.
options:
  text:
    description: What is told, in one line.
    type: str
    required: true
  event:
    description: What has happened, in a word. Warnings name it, and webhooks get it where O(body) is empty.
    type: str
    default: notice
  colour:
    description: The colour of the notice in Slack. When empty, it follows from O(event).
    type: str
    default: ''
  body:
    description: The JSON document for O(webhook_url). When empty, it has C(text) and C(event).
    type: dict
    default: {}
  slack_token:
    description: The part of a Slack incoming webhook after C(/services/). Empty for none.
    type: str
    default: ''
  discord_webhook_id:
    description: Id of a Discord webhook. Empty for none.
    type: str
    default: ''
  discord_webhook_token:
    description: Token of that webhook.
    type: str
    default: ''
  webhook_url:
    description: A URL that gets O(body) by POST. Empty for none. It may hold a token.
    type: str
    default: ''
attributes:
  check_mode:
    description: Nobody is told.
    support: full
  diff_mode:
    description: There is nothing to show.
    support: none
  idempotent:
    description: Each run tells again.
    support: none
  platform:
    description: Runs on the controller.
    support: full
    platforms: posix
seealso:
  - module: echodiary.infra.silence
author:
  - The echodiary.infra maintainers (@echodiary)
"""

EXAMPLES = r"""
- name: Tell people
  echodiary.infra.notify:
    text: v1.4.0 is being deployed
    event: started
    webhook_url: "{{ webhook_url }}"
  run_once: true
"""

RETURN = r"""
told:
  description: The channels that took it.
  returned: always
  type: list
  elements: str
untold:
  description: Channel to why it did not take it.
  returned: always
  type: dict
"""
