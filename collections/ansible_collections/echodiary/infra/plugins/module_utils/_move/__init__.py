# SPDX-License-Identifier: GPL-3.0-or-later
"""The host's part of moving a database to another server: both sides looked at, closed to writes, compared, opened again."""
