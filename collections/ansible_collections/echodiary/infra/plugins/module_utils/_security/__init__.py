# SPDX-License-Identifier: GPL-3.0-or-later
"""What a host sees of itself and of its neighbour, for a security check. Reads only."""
