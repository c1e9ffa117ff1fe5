# SPDX-License-Identifier: GPL-3.0-or-later
"""The disaster drill: whether it may be, how long it took, how much was lost, and the table that says so."""
