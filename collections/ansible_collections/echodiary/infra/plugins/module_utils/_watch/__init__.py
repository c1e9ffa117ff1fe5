# SPDX-License-Identifier: GPL-3.0-or-later
"""What is in force on a host and was declared by nobody: read as a whole, and judged against what is declared and what packages brought.

An aspect is one file with ``observe`` (reads, changes nothing) and ``plan`` (pure), and a line in ``aspects``.
"""
