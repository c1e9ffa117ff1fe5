# SPDX-License-Identifier: GPL-3.0-or-later
"""What every image has to do that is released here, and whether one does: judged from what a host saw of it. Pure."""
