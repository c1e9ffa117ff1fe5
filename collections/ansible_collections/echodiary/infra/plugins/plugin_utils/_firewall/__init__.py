# SPDX-License-Identifier: GPL-3.0-or-later
"""Who may talk to a host, and to whom its containers may talk: from what its components say, and what people add."""
