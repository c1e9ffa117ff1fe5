# SPDX-License-Identifier: GPL-3.0-or-later
"""What hosts have and nobody declared, taken into the inventory by people's decision."""
