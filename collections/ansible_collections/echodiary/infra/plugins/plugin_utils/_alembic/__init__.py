# SPDX-License-Identifier: GPL-3.0-or-later
"""The judge of a migration: PostgreSQL's own parser reads each revision's SQL, rules and squawk say what is dangerous in it."""
