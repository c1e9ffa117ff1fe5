# SPDX-License-Identifier: GPL-3.0-or-later
"""What several subjects of the controller's half share."""
