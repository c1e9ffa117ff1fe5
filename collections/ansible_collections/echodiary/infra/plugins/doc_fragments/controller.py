# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Attributes of modules that work on the controller, and of those among them that only think."""

from __future__ import annotations


class ModuleDocFragment:
    DOCUMENTATION = r"""
attributes:
  platform:
    description: Runs on the controller.
    support: full
    platforms: posix
"""

    THINKS = r"""
attributes:
  check_mode:
    description: The same, since nothing is changed.
    support: full
  diff_mode:
    description: There is nothing to show.
    support: none
  idempotent:
    description: Nothing is changed.
    support: full
"""
