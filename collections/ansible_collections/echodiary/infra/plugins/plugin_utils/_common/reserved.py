# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The name that the AWS account has among hosts is no host's: what is told of one, and done to one, would be the other's. Pure."""

from __future__ import annotations

from collections.abc import Container

#: what the AWS account is called: a host with one component
AWS = "aws"
WHY = "the AWS account has that name in reports, limits and policies; give the host another name"


def refusal(hosts: Container[str]) -> str:
    """Of an inventory's hosts; empty where none has the name."""
    return f"inventory: there is a host {AWS}, and {WHY} (of an instance: another tag Name)" if AWS in hosts else ""
