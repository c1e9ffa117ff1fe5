#!/usr/bin/python
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Documentation of ``secret_value``. The work is done by the action plugin of the same name, on the controller."""

from __future__ import annotations

DOCUMENTATION = r"""
module: secret_value
short_description: Change keys of a JSON secret in AWS Secrets Manager
version_added: 0.1.0
description:
  - Puts a new version of a secret whose text is a JSON object, with some keys changed. Other keys, its description, key, policy, tags and
    rotation stay as they are. The version before can still be read as stage C(AWSPREVIOUS).
  - Runs on the controller alone.
options:
  name:
    description: Name of the secret, which has to exist.
    type: str
    required: true
  values:
    description: Keys and their new values.
    type: dict
    required: true
  keep:
    description:
      - Of O(values), keys that keep a value that they have already. RV(kept) says where that is another one.
    type: list
    elements: str
    default: []
  region:
    description: AWS region.
    type: str
    required: true
  endpoint_url:
    description: Where the API is, if not at AWS.
    type: str
  access_key:
    description: Access key. What the shell has by default.
    type: str
  secret_key:
    description: Secret key. What the shell has by default.
    type: str
  session_token:
    description: Session token. What the shell has by default.
    type: str
  profile:
    description: Profile of the shared configuration. What the shell has by default.
    type: str
attributes:
  check_mode:
    description: Says whether anything would be changed.
    support: full
  diff_mode:
    description: A secret is not shown.
    support: none
  idempotent:
    description: Values that are there already are not put again.
    support: full
  platform:
    description: The controller.
    support: full
    platforms: posix
requirements:
  - boto3 on the controller
author:
  - The echodiary.infra maintainers (@echodiary)
"""

EXAMPLES = r"""
- name: Keep the new password
  echodiary.infra.secret_value:
    name: shop/production
    values: {database_password: "{{ new_password }}"}
    region: ap-northeast-2
  run_once: true
"""

RETURN = r"""
version:
  description: The secret's new version.
  returned: when a version was put
  type: str
kept:
  description: Keys of O(keep) that have another value than the one in O(values).
  returned: success
  type: list
  elements: str
"""
