# SPDX-License-Identifier: GPL-3.0-or-later
"""A component on the controller, from its files to what is sent to a host."""
