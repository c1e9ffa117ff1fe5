# SPDX-License-Identifier: GPL-3.0-or-later
"""Small records that have to survive: files replaced as a whole under a lock, and journals that only grow."""
