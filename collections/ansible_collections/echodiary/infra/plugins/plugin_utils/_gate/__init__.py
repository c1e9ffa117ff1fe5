# SPDX-License-Identifier: GPL-3.0-or-later
"""What ``health_gate`` does on the controller beside its pure parts: it asks until it is decided, and says how it ended."""
