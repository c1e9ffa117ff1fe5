# SPDX-License-Identifier: GPL-3.0-or-later
"""PostgreSQL of one's own: its settings, as its configuration files have them."""
