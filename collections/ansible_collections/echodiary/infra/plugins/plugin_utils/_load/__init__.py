# SPDX-License-Identifier: GPL-3.0-or-later
"""A bounded load on the inventory's own edges: whom it may be sent to, who sends it, what came of it."""
