# SPDX-License-Identifier: GPL-3.0-or-later
"""Faults that the tests have to find: whoever makes the suite quicker runs ``python -m tests.planted`` afterwards."""
