# SPDX-License-Identifier: GPL-3.0-or-later
"""How an action reaches a host: one call, with the files it needs."""
