# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Options of every module that is about an environment's AWS account; plugin_utils/_account/options.py reads them."""

from __future__ import annotations


class ModuleDocFragment:
    DOCUMENTATION = r"""
options:
  declared:
    description: The environment, as C(aws_environment) of the inventory. C(docs/aws.md) has all keys.
    type: dict
    required: true
  environment:
    description: Its name. It is part of the names of what is made.
    type: str
    required: true
  account:
    description: The twelve digits of the account.
    type: str
    required: true
  login:
    description: As modules of C(amazon.aws) take it. What is not said comes from the environment, as boto3 finds it.
    type: dict
    required: true
    suboptions:
      region:
        description: Where the environment is.
        type: str
        required: true
      endpoint_url:
        description: Where to ask in place of AWS.
        type: str
      access_key:
        description: Of the credentials.
        type: str
      secret_key:
        description: Of the credentials.
        type: str
      session_token:
        description: Of the credentials, where they are temporary.
        type: str
      profile:
        description: Of the shared configuration.
        type: str
requirements:
  - boto3, on the controller
"""
